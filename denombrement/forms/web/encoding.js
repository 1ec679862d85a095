// From the texts in the page to bytes and values.

export function base64urlBytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}

// How many bytes fill the last group, then eleven printable signs for nine bytes.
function printedBytes(text) {
  const signs = text.slice(1);
  const bytes = new Uint8Array((signs.length / 11) * 9);
  for (let place = 0; place < signs.length; place += 1) {
    let carried = signs.charCodeAt(place) - (signs[place] > "<" ? 33 : 32);
    const first = Math.floor(place / 11) * 9;
    for (let byte = first + 8; byte >= first; byte -= 1) {
      carried += bytes[byte] * 94;
      bytes[byte] = carried & 255;
      carried >>= 8;
    }
  }
  return bytes.subarray(0, bytes.length - Number(text[0]));
}

// The questionnaire is packed to keep the page small; it holds words and rules, no code.
// "$" stands for the next text of each language, {"$": 7} for the one of rank 7 again; one left empty is as in the first.
export async function unpacked(text) {
  const packed = new Blob([printedBytes(text)]).stream();
  const { words, ...rest } = await new Response(packed.pipeThrough(new DecompressionStream("deflate"))).json();
  let next = 0;
  const ranked = (rank) => words.map((texts) => texts[rank] || words[0][rank]);
  const placed = (_, value) => (value === "$" ? ranked(next++) : value?.$ === undefined ? value : ranked(value.$));
  const definition = JSON.parse(JSON.stringify(rest), placed);
  for (const question of Object.values(definition.questions)) question.choices = definition.options[question.options];
  return definition;
}
