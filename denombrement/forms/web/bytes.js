// Bytes and texts, shared by identity.js and seal.js.

export function utf8Bytes(text) {
  return new TextEncoder().encode(text);
}

export function joinBytes(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  return whole;
}

// Four bytes, most significant first.
export function fourBytes(number) {
  return Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number);
}

// A text in UTF-8 after its length in bytes: no two lists of texts give the same bytes.
export function framedText(text) {
  const data = utf8Bytes(text);
  return joinBytes([fourBytes(data.length), data]);
}

// Base64url without padding (RFC 7515, section 2), in slices because a call takes a limited number of arguments.
export function base64url(bytes) {
  let characters = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    characters += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
