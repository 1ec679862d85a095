// From a typed identity to keyed tokens: the twin of denombrement/dedup/codes, equal to the bit.
// Every table comes from there (web_tables), so that no list of letters or particles is written twice. Nothing
// here keeps, logs or sends anything: an identity comes in as an argument, and tokens go out.

import { base64url, framedText, joinBytes, sha256 } from "./bytes.js";

const MARK_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MARK_LENGTH = 6;
const TOKEN_BYTES = 16;
const LONGEST_MONTHS_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DATE_DIGITS = { birth_year: 4, birth_month: 2, birth_day: 2 };

// A refusal, by its code in denombrement's catalogue; it never holds what was typed.
export class IdentityProblem extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

// The tables as look-ups, made once from the JSON of web_tables; every other function takes them.
export function prepareIdentity(tables) {
  const sequences = new Map();
  for (const [letters, latin, start] of tables.sequences) {
    if (!sequences.has(letters[0])) sequences.set(letters[0], []);
    sequences.get(letters[0]).push({ letters, latin, start });
  }
  return {
    ...tables,
    apostrophes: new Set(tables.apostrophes),
    separators: new Set(tables.separators),
    lower: new Map(Object.entries(tables.lower)),
    letters: new Map(Object.entries(tables.letters)),
    sequences,
    phonetic: tables.phonetic.map(([pattern, into]) => [new RegExp(pattern, "g"), into]),
  };
}

// --- Names -------------------------------------------------------------------------------------------------------

// {joined, core, words, phonetic} of a name, or null when it is missing; field is "given_name" or "family_name".
export function nameForms(tables, text, field) {
  const rules = tables.fields[field];
  const typed = normalisedWords(tables, text);
  const joined = typed.join("");
  const words = coreWords(typed, rules);
  const core = withoutPrefix(words.join(""), rules);
  if (!core || tables.placeholders.includes(core)) return null;
  return { joined, core, words, phonetic: phoneticKey(tables, core) };
}

function normalisedWords(tables, text) {
  if (!text) return [];
  const characters = [...text];
  if (characters.length > tables.longestName) throw new IdentityProblem("COD005");
  const decomposed = characters.filter((character) => !tables.apostrophes.has(character)).join("").normalize("NFKD");
  const small = [...decomposed].map((character) => smallCharacter(tables, character)).join("");
  return latinLetters(tables, small).split(" ").filter((word) => word !== "");
}

function smallCharacter(tables, character) {
  return tables.separators.has(character) ? " " : (tables.lower.get(character) ?? character);
}

function latinLetters(tables, small) {
  let latin = "";
  let place = 0;
  while (place < small.length) {
    const starts = place === 0 || small[place - 1] === " ";
    const found = (tables.sequences.get(small[place]) || []).find(
      (sequence) => (starts || !sequence.start) && small.startsWith(sequence.letters, place),
    );
    if (found) {
      latin += latinOfSequence(tables, found.latin);
      place += found.letters.length;
    } else {
      const character = String.fromCodePoint(small.codePointAt(place));
      latin += latinOfLetter(tables, character);
      place += character.length;
    }
  }
  return latin;
}

function latinOfSequence(tables, text) {
  return [...text].map((character) => latinOfLetter(tables, character)).join("");
}

function latinOfLetter(tables, character) {
  if ((character >= "a" && character <= "z") || character === " ") return character;
  const latin = tables.letters.get(character);
  if (latin !== undefined) return latin;
  const codePoint = character.codePointAt(0);
  return tables.kept.some(([first, last]) => first <= codePoint && codePoint <= last) ? character : "";
}

function coreWords(typed, rules) {
  const kept = [];
  let place = 0;
  while (place < typed.length) {
    const rest = typed.slice(place);
    let taken = droppedWords(rest, rules);
    if (!taken) {
      taken = attachedWords(rest, rules);
      kept.push(withoutPrefix(rest.slice(0, taken).join(""), rules));
    }
    place += taken;
  }
  return kept;
}

function droppedWords(rest, rules) {
  const particle = rules.dropped.find(
    (words) => rest.length > words.length && words.every((word, index) => rest[index] === word),
  );
  return particle ? particle.length : 0;
}

function attachedWords(rest, rules) {
  let taken = 1;
  while (taken < rest.length && rules.attached.includes(rest[taken - 1])) taken += 1;
  return taken;
}

function withoutPrefix(word, rules) {
  for (const [prefix, remaining] of rules.prefixes) {
    if (word.startsWith(prefix) && word.length >= prefix.length + remaining) {
      return withoutPrefix(word.slice(prefix.length), rules);
    }
  }
  return word;
}

function phoneticKey(tables, core) {
  return tables.phonetic.reduce((key, [pattern, into]) => key.replace(pattern, into), core) || core;
}

// --- Dates -------------------------------------------------------------------------------------------------------

// [year, month, day], each a number or null; 1 January and 1 July are unknown days and months.
function resolveBirthDate(tables, year, month, day) {
  if (!dateExists(tables.years, year, month, day)) throw new IdentityProblem("COD003");
  const standsIn = day === 1 && (month === 1 || month === 7);
  return standsIn ? [year, null, null] : [year, month, day];
}

function dateExists([earliest, latest], year, month, day) {
  const within = (number, first, last) => number === null || (Number.isInteger(number) && first <= number && number <= last);
  const leapYear = year === null || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
  const longest = month === null ? 31 : LONGEST_MONTHS_DAYS[month - 1];
  return (
    within(year, earliest, latest) &&
    within(month, 1, 12) &&
    within(day, 1, longest) &&
    (leapYear || month !== 2 || day !== 29)
  );
}

// --- Parts -------------------------------------------------------------------------------------------------------

// The parts of the recipe that an identity has, in clear: for this page's memory alone.
function identityParts(tables, identity) {
  const values = dateValues(tables, birthDateOf(tables, identity), identity.sex ?? "dont_know");
  const forms = {
    given_name: nameForms(tables, identity.given_name, "given_name"),
    family_name: nameForms(tables, identity.family_name, "family_name"),
  };
  for (const [name, part] of Object.entries(tables.recipe.parts)) {
    const value = forms[part.field] ? partOfName(part, forms[part.field]) : null;
    if (value !== null) values[name] = value;
  }
  return values;
}

function birthDateOf(tables, identity) {
  return resolveBirthDate(
    tables,
    identity.birth_year ?? null,
    identity.birth_month ?? null,
    identity.birth_day ?? null,
  );
}

function dateValues(tables, [birth_year, birth_month, birth_day], sex) {
  if (!Object.hasOwn(tables.mnemonic.sexWritten, sex)) throw new IdentityProblem("COD004");
  const numbers = { birth_year, birth_month, birth_day };
  const values = {};
  for (const [name, part] of Object.entries(tables.recipe.parts)) {
    const number = numbers[part.field] ?? null;
    if (part.field === "sex" && sex !== "dont_know") values[name] = sex;
    if (number !== null && !(number > part.at_most)) {
      values[name] = pickedCharacters(part, String(number).padStart(DATE_DIGITS[part.field], "0"));
    }
  }
  return values;
}

function partOfName(part, forms) {
  if (!part.form.startsWith("word_")) return pickedCharacters(part, forms[part.form]);
  const word = forms.words[Number(part.form.slice(5)) - 1];
  return word === undefined ? null : pickedCharacters(part, word);
}

function pickedCharacters(part, text) {
  if (!part.positions) return text;
  const filler = part.filler ?? "";
  return part.positions.map((place) => text[place > 0 ? place - 1 : text.length + place] ?? filler).join("");
}

// --- Tokens ------------------------------------------------------------------------------------------------------

// The campaign's key for one recipe: the secret (32 bytes) cannot be read back from it, and may be forgotten.
export async function makeKeyer(tables, secret, campaignId) {
  if (secret.length !== 32) throw new IdentityProblem("COD001");
  if (!campaignId) throw new IdentityProblem("COD009");
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return { key, head: joinBytes([framedText(tables.recipe.name), framedText(campaignId)]) };
}

async function keyedToken(keyer, domain, parts) {
  const message = joinBytes([keyer.head, framedText(domain), ...parts.map(framedText)]);
  const digest = new Uint8Array(await crypto.subtle.sign("HMAC", keyer.key, message));
  return base64url(digest.subarray(0, TOKEN_BYTES));
}

async function keyedParts(tables, keyer, values) {
  const present = tables.recipe.tokens.filter(([, , parts]) => parts.every((part) => Object.hasOwn(values, part)));
  const made = await Promise.all(
    present.map(async ([name, domain, parts]) => [name, await keyedToken(keyer, domain, parts.map((part) => values[part]))]),
  );
  const { code = null, ...tokens } = Object.fromEntries(made);
  return { recipe: tables.recipe.name, code, tokens };
}

// {recipe, code, tokens} of one identity: all that leaves about who a person is. `identity`: given_name, family_name,
// birth_year, birth_month, birth_day (numbers or null), sex.
export async function identityTokens(tables, keyer, identity) {
  return keyedParts(tables, keyer, identityParts(tables, identity));
}

// --- Paper -------------------------------------------------------------------------------------------------------

// Six signs drawn from the tokens, for the person's own paper file: nobody can make them from a name.
export async function fileMark(made) {
  const named = [made.recipe, "code", made.code ?? "", ...Object.entries(made.tokens).flat()];
  const digest = await sha256(joinBytes(["file-mark", ...named].map(framedText)));
  let number = new DataView(digest.buffer).getUint32(0) >>> 2;
  let mark = "";
  for (let place = 0; place < MARK_LENGTH; place += 1) {
    mark = MARK_SIGNS[number % 32] + mark;
    number = Math.floor(number / 32);
  }
  return mark;
}

// JE-BER-14031987-M: letters, day, month, year, sex, in clear, "0" for what is missing. It identifies.
export function writeMnemonic(tables, identity) {
  const { missing, separator, sexWritten } = tables.mnemonic;
  const values = identityParts(tables, identity);
  const letters = mnemonicWidths(tables).map(([name, width]) =>
    (values[name] ?? "").toUpperCase().padEnd(width, missing),
  );
  const [year, month, day] = birthDateOf(tables, identity);
  const digits = [[day, 2], [month, 2], [year, 4]].map(([number, width]) => String(number ?? 0).padStart(width, "0"));
  return [...letters, digits.join(""), sexWritten[identity.sex ?? "dont_know"]].join(separator);
}

// The tokens that a mnemonic copied from paper can give, however it was spaced.
export async function mnemonicTokens(tables, keyer, text) {
  return keyedParts(tables, keyer, mnemonicParts(tables, text));
}

// The parts of the recipe that a mnemonic holds, in clear.
export function mnemonicParts(tables, text) {
  const { missing, sexRead } = tables.mnemonic;
  const widths = mnemonicWidths(tables);
  const signs = [...text.normalize("NFKD")].map((character) => mnemonicSign(tables, character)).join("");
  const expected = widths.reduce((sum, [, width]) => sum + width, 0) + 9;
  const [digits, sex] = [signs.slice(-9, -1), signs.slice(-1)];
  if (signs.length !== expected || !/^[0-9]{8}$/.test(digits) || !Object.hasOwn(sexRead, sex)) {
    throw new IdentityProblem("COD006");
  }
  const [day, month, year] = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].map((text) => Number(text) || null);
  const values = dateValues(tables, resolveBirthDate(tables, year, month, day), sexRead[sex]);
  let letters = signs;
  for (const [name, width] of widths) {
    const known = letters.slice(0, width).replaceAll(missing, "");
    letters = letters.slice(width);
    if (known) values[name] = known;
  }
  return values;
}

function mnemonicSign(tables, character) {
  return /^[0-9]$/.test(character) ? character : normalisedWords(tables, character).join("");
}

function mnemonicWidths(tables) {
  return tables.recipe.letters.map((name) => [name, tables.recipe.parts[name].positions.length]);
}
