// Sealed returns, with the browser's own WebCrypto: JWE in the General JSON serialization (RFC 7516), to two or more
// P-256 recipients (ECDH-ES+A256KW, A256GCM). The format is told in denombrement/intake/sealing.py, which opens it.

import { base64url, fourBytes, framedText, joinBytes, sha256, utf8Bytes } from "./bytes.js";

const SEAL_FORMAT = "denombrement-return-1";
const SEAL_ALGORITHM = "ECDH-ES+A256KW";
const SEAL_STEP_BYTES = 16384;
const SEAL_TAG_BYTES = 16;
const EC_PARAMETERS = { name: "ECDH", namedCurve: "P-256" };

// A refusal, by its code in denombrement's catalogue.
export class SealProblem extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

// The file of a return, as ASCII text. `body` is the JSON text of the return, `recipients` public JSON Web Keys,
// `serviceToken` what proves inside the seal that this service wrote it.
export async function sealReturn(body, recipients, serviceToken) {
  const keys = await distinctKeys(recipients);
  if (keys.size < 2 || keys.size > 16) throw new SealProblem("SEA010");
  const clear = JSON.stringify({ format: SEAL_FORMAT, body, mac: await sealMac(body, serviceToken) });
  return sealedFile(paddedToSteps(await gzipped(utf8Bytes(clear))), keys);
}

// What the service reads out to know that its file arrived: first 8 hexadecimal digits of the SHA-256.
export async function sealReceipt(fileText) {
  const digest = await sha256(utf8Bytes(fileText));
  return [...digest.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// RFC 7638 thumbprint of a P-256 key.
export async function keyThumbprint({ x, y }) {
  return base64url(await sha256(utf8Bytes(JSON.stringify({ crv: "P-256", kty: "EC", x, y }))));
}

async function distinctKeys(recipients) {
  const keys = new Map();
  for (const jwk of recipients) keys.set(await keyThumbprint(jwk), jwk);
  return keys;
}

async function sealMac(body, serviceToken) {
  const token = utf8Bytes(serviceToken);
  if (token.length < 16) throw new SealProblem("SEA016");
  const key = await crypto.subtle.importKey("raw", token, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8Bytes(body))));
}

async function gzipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// The length of the file must not tell how many persons were met.
function paddedToSteps(bytes) {
  const padded = new Uint8Array(Math.ceil(bytes.length / SEAL_STEP_BYTES) * SEAL_STEP_BYTES);
  padded.set(bytes);
  return padded;
}

async function sealedFile(plaintext, keys) {
  const contentKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
  const recipients = [];
  for (const [kid, jwk] of keys) recipients.push(await recipientEntry(contentKey, kid, jwk));
  const protectedHeader = base64url(utf8Bytes(JSON.stringify({ alg: SEAL_ALGORITHM, enc: "A256GCM" })));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const parameters = { name: "AES-GCM", iv, additionalData: utf8Bytes(protectedHeader), tagLength: 8 * SEAL_TAG_BYTES };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters, contentKey, plaintext));
  const end = sealed.length - SEAL_TAG_BYTES;
  return JSON.stringify({
    protected: protectedHeader,
    recipients,
    iv: base64url(iv),
    ciphertext: base64url(sealed.subarray(0, end)),
    tag: base64url(sealed.subarray(end)),
  });
}

async function recipientEntry(contentKey, kid, { x, y }) {
  const theirs = await crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x, y }, EC_PARAMETERS, true, []);
  const ours = await crypto.subtle.generateKey(EC_PARAMETERS, true, ["deriveBits"]);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const keyBytes = await concatKdf(new Uint8Array(shared), SEAL_ALGORITHM, "", "", 256);
  const wrapping = await crypto.subtle.importKey("raw", keyBytes, "AES-KW", false, ["wrapKey"]);
  const wrapped = await crypto.subtle.wrapKey("raw", contentKey, wrapping, "AES-KW");
  const point = await crypto.subtle.exportKey("jwk", ours.publicKey);
  return {
    header: { kid, epk: { kty: "EC", crv: "P-256", x: point.x, y: point.y } },
    encrypted_key: base64url(new Uint8Array(wrapped)),
  };
}

// Concat KDF of RFC 7518, section 4.6.2, for keys of up to 256 bits; its appendix C is one of our tests.
export async function concatKdf(shared, algorithm, partyU, partyV, keyBits) {
  const named = [algorithm, partyU, partyV].map(framedText);
  const digest = await sha256(joinBytes([fourBytes(1), shared, ...named, fourBytes(keyBits)]));
  return digest.subarray(0, keyBits / 8);
}
