// From the texts in the page to bytes and values.

export function base64urlBytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}

// Eleven printable signs, "<" left out, are nine bytes.
function printedBytes(text) {
  const bytes = new Uint8Array((text.length / 11) * 9);
  for (let place = 0; place < text.length; place += 1) {
    let carried = text.charCodeAt(place) - (text[place] > "<" ? 33 : 32);
    const first = Math.floor(place / 11) * 9;
    for (let byte = first + 8; byte >= first; byte -= 1) {
      carried += bytes[byte] * 94;
      bytes[byte] = carried & 255;
      carried >>= 8;
    }
  }
  return bytes;
}

const LZMA_HEADER_BYTES = 13;
const LZMA_CONTEXT_BITS = 2;
const LZMA_MOST_BYTES = 2 ** 20;

// The bytes of a .lzma file (lc=2, lp=0, pb=0, with an end mark), as `xz --format=lzma` writes and reads it: a range
// coder over bits whose chances adapt, and copies of what came before.
export function lzmaBytes(packed) {
  const even = (length) => new Uint16Array(length).fill(1024);
  const isMatch = even(12), isRepeat = even(12), isOlder = even(12), isSecond = even(12), isThird = even(12), isLong = even(12);
  const literals = even(0x300 << LZMA_CONTEXT_BITS);
  const lengths = even(512), repeatLengths = even(512), slots = even(256), distances = even(128), aligned = even(16);
  const out = new Uint8Array(LZMA_MOST_BYTES);
  let size = 0;
  const last = [0, 0, 0, 0]; // the distances copied from last
  let state = 0;
  let place = LZMA_HEADER_BYTES;
  let range = 0xffffffff;
  let code = 0;
  for (let first = 0; first < 5; first += 1) code = ((code << 8) | packed[place++]) >>> 0;

  function refill() {
    if (range >= 2 ** 24) return;
    range = (range << 8) >>> 0;
    code = ((code << 8) | packed[place++]) >>> 0;
  }
  function bit(chances, rank) {
    refill();
    const bound = (range >>> 11) * chances[rank];
    const isOne = code >= bound;
    if (isOne) {
      range -= bound;
      code -= bound;
      chances[rank] -= chances[rank] >> 5;
    } else {
      range = bound;
      chances[rank] += (2048 - chances[rank]) >> 5;
    }
    return Number(isOne);
  }
  // A number of some bits, highest first; each bit's chance depends on those before it.
  function number(chances, bits, from) {
    let node = 1;
    while (node < 1 << bits) node = 2 * node + bit(chances, from + node);
    return node - (1 << bits);
  }
  function reversed(chances, bits, from) {
    let node = 1;
    let value = 0;
    for (let rank = 0; rank < bits; rank += 1) {
      const one = bit(chances, from + node);
      node = 2 * node + one;
      value += one << rank;
    }
    return value;
  }
  function evenBits(bits) {
    let value = 0;
    for (let rank = 0; rank < bits; rank += 1) {
      refill();
      range >>>= 1;
      const isOne = code >= range;
      if (isOne) code -= range;
      value = 2 * value + isOne;
    }
    return value;
  }
  function literal() {
    const from = 0x300 * ((size && out[size - 1]) >> (8 - LZMA_CONTEXT_BITS));
    let symbol = 1;
    let expected = state > 6 ? out[size - 1 - last[0]] : -1;
    while (symbol < 256) {
      const likely = expected < 0 ? -1 : (expected >> 7) & 1;
      const one = bit(literals, from + (likely + 1) * 256 + symbol);
      symbol = 2 * symbol + one;
      expected = one === likely ? (expected << 1) & 255 : -1;
    }
    out[size++] = symbol;
    state = state < 4 ? 0 : state - (state < 10 ? 3 : 6);
  }
  function length(chances) {
    if (!bit(chances, 0)) return 2 + number(chances, 3, 8);
    return bit(chances, 1) ? 18 + number(chances, 8, 256) : 10 + number(chances, 3, 16);
  }
  function distance(copied) {
    const slot = number(slots, 6, 64 * Math.min(copied - 2, 3));
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 + (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + reversed(distances, bits, base - slot);
    return base + evenBits(bits - 4) * 16 + reversed(aligned, 4, 0);
  }
  // How much of what came before is repeated, from the last distance or an older one.
  function repeat() {
    const rank = !bit(isOlder, state) ? 0 : !bit(isSecond, state) ? 1 : 2 + bit(isThird, state);
    if (rank === 0 && !bit(isLong, state)) {
      state = state < 7 ? 9 : 11;
      return 1;
    }
    last.unshift(...last.splice(rank, 1));
    const copied = length(repeatLengths);
    state = state < 7 ? 8 : 11;
    return copied;
  }
  function match() {
    const copied = length(lengths);
    last.pop();
    last.unshift(distance(copied));
    state = state < 7 ? 7 : 10;
    return copied;
  }
  for (;;) {
    if (!bit(isMatch, state)) {
      literal();
      continue;
    }
    const copied = bit(isRepeat, state) ? repeat() : match();
    if (last[0] === 0xffffffff) return out.subarray(0, size);
    for (let rank = 0; rank < copied; rank += 1, size += 1) out[size] = out[size - 1 - last[0]];
  }
}

// The questionnaire is packed (LZMA of JSON) to keep the page small; it holds words and rules, no code.
// "$" stands for the next text of each language, {"$": 7} for the one of rank 7 again; one left empty is as in the first.
export function unpacked(text) {
  const { words, ...rest } = JSON.parse(new TextDecoder().decode(lzmaBytes(printedBytes(text))));
  let next = 0;
  const ranked = (rank) => words.map((texts) => texts[rank] || words[0][rank]);
  const placed = (_, value) => (value === "$" ? ranked(next++) : value?.$ === undefined ? value : ranked(value.$));
  const definition = JSON.parse(JSON.stringify(rest), placed);
  for (const question of Object.values(definition.questions)) question.choices = definition.options[question.options];
  return definition;
}
