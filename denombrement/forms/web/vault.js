// Drafts under a passphrase: PBKDF2-SHA-256 (600,000 rounds) makes the key, AES-GCM locks each row apart.
// The key is never stored: in Chromium any other local HTML file could use it.

const ROUNDS = 600000;
const CHECK = "check";
const OPEN_ROW = "open"; // the only row in clear: salt, rounds, number of the last file, its name, receipt, sent or not
const DRAFT_FORMAT = "denombrement-draft-1";
const DRAFT_STEP_BYTES = 16384;
const utf8 = new TextEncoder();

export class WrongPassphrase extends Error {}
export class NotADraft extends Error {}

const toText = (bytes) => {
  let binary = "";
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary);
};
const toBytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

async function keyFrom(passphrase, salt, rounds) {
  const typed = utf8.encode(passphrase.normalize("NFKC"));
  const material = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  const recipe = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(recipe, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

// The row's own name is authenticated: rows cannot be exchanged.
async function lockText(key, name, text) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const recipe = { name: "AES-GCM", iv, additionalData: utf8.encode(name) };
  return `${toText(iv)}.${toText(await crypto.subtle.encrypt(recipe, key, utf8.encode(text)))}`;
}

async function unlockText(key, name, locked) {
  const [iv, data] = locked.split(".").map(toBytes);
  const recipe = { name: "AES-GCM", iv, additionalData: utf8.encode(name) };
  return new TextDecoder().decode(await crypto.subtle.decrypt(recipe, key, data));
}

// What is known before the passphrase: null where nothing was ever kept here.
export async function readOpenRow(storage) {
  const text = (await storage.all()).get(OPEN_ROW);
  return text ? JSON.parse(text) : null;
}

export async function writeOpenRow(storage, changes) {
  await storage.put(OPEN_ROW, JSON.stringify({ ...(await readOpenRow(storage)), ...changes }));
}

export async function createVault(storage, passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = await keyFrom(passphrase, salt, ROUNDS);
  const open = { ...(await readOpenRow(storage)), salt: toText(salt), rounds: ROUNDS };
  await storage.put(CHECK, await lockText(key, CHECK, CHECK));
  await storage.put(OPEN_ROW, JSON.stringify(open));
  return vaultOf(storage, key, open);
}

// Throws WrongPassphrase where it does not open this computer's rows.
export async function openVault(storage, passphrase) {
  const open = await readOpenRow(storage);
  const key = await keyFrom(passphrase, toBytes(open.salt), open.rounds);
  try {
    await unlockText(key, CHECK, (await storage.all()).get(CHECK));
  } catch {
    throw new WrongPassphrase();
  }
  return vaultOf(storage, key, open);
}

function vaultOf(storage, key, { salt, rounds }) {
  return {
    put: async (name, value) => storage.put(name, await lockText(key, name, JSON.stringify(value))),
    remove: (name) => storage.remove(name),
    async all() {
      const rows = new Map();
      for (const [name, locked] of await storage.all()) {
        if (name !== CHECK && name !== OPEN_ROW) rows.set(name, JSON.parse(await unlockText(key, name, locked)));
      }
      return rows;
    },
    // All rows as one locked text, padded so that its length does not tell how many there are.
    async draftFile(header, rows) {
      const text = JSON.stringify(rows);
      const padded = text.padEnd(text.length + DRAFT_STEP_BYTES - (utf8.encode(text).length % DRAFT_STEP_BYTES));
      const data = await lockText(key, DRAFT_FORMAT, padded);
      return JSON.stringify({ format: DRAFT_FORMAT, ...header, salt, rounds, data });
    },
  };
}

// Rows of a draft file. Throws NotADraft or WrongPassphrase.
export async function readDraftFile(text, header, passphrase) {
  const draft = parsed(text);
  const ours = Object.entries(header).every(([name, value]) => draft?.[name] === value);
  if (draft?.format !== DRAFT_FORMAT || !ours || draft.rounds !== ROUNDS) throw new NotADraft();
  const key = await keyFrom(passphrase, toBytes(draft.salt), draft.rounds);
  try {
    return JSON.parse(await unlockText(key, DRAFT_FORMAT, draft.data));
  } catch {
    throw new WrongPassphrase();
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
