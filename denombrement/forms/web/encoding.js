// From the texts in the page to bytes and values.

export function base64urlBytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}

const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%.()*+-;,=>?@^_`{|}~";

// Base 85: five signs are four bytes.
function base85Bytes(text) {
  const values = new Map([...SIGNS].map((sign, value) => [sign, value]));
  const length = Math.floor((text.length * 4) / 5);
  const bytes = new DataView(new ArrayBuffer(length + 4));
  for (let place = 0; place < text.length; place += 5) {
    const signs = [...text.slice(place, place + 5).padEnd(5, "~")];
    bytes.setUint32((place / 5) * 4, signs.reduce((sum, sign) => sum * 85 + values.get(sign), 0));
  }
  return new Uint8Array(bytes.buffer, 0, length);
}

// The questionnaire is packed (base 85 of gzip of JSON) to keep the page small; it holds words and rules, no code.
// {"$": 7} stands for the text of rank 7 of each language.
export async function unpacked(text) {
  const stream = new Blob([base85Bytes(text.trim())]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { words, ...rest } = await new Response(stream).json();
  const placed = (_, value) => (value && value.$ !== undefined ? words.map((texts) => texts[value.$]) : value);
  const definition = JSON.parse(JSON.stringify(rest), placed);
  for (const question of Object.values(definition.questions)) question.choices = definition.options[question.options];
  return definition;
}
