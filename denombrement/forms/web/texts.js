// Words of the page in the language chosen. Every text is an array in the order of the form's languages.

const words = { languages: ["fr"], chosen: "fr", definition: null };

export function useTexts(definition, languages) {
  words.definition = definition;
  words.languages = languages;
  words.chosen = languages[0];
}

export const language = () => words.chosen;
export const languages = () => words.languages;

export function chooseLanguage(code) {
  words.chosen = code;
  document.documentElement.lang = code;
}

function pick(texts, code = words.chosen) {
  return texts ? texts[words.languages.indexOf(code)] : "";
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// A text of the page; {name} is replaced by values.name. An unknown key is an error of ours.
export function t(key, values = {}, code = words.chosen) {
  const texts = words.definition.texts[key];
  if (!texts) throw new Error(`no text ${key}`);
  return filled(pick(texts, code), values);
}

export const questionText = (code) => pick(words.definition.questions[code].text);
export const questionHint = (code) => pick(words.definition.questions[code].hint);
export const ruleMessage = (code) => pick(words.definition.messages[code]);
// The words of a problem: of a rule, or of the page.
export const problemText = ({ rule, text, values }) => (rule ? ruleMessage(rule) : t(text, values));

export const treeText = (key, values) => filled(pick(words.definition.tree.texts[key]), values);

export function optionText(list, code) {
  return pick(words.definition.optionTexts[words.definition.options[list][code]]);
}

export function communeText(nis) {
  return pick(words.definition.communes[nis]);
}

const WHOLE_DATE = { day: "numeric", month: "long", year: "numeric" };

// A date of the calendar in words, whatever the computer's own language.
export function dateText(iso, parts = WHOLE_DATE, code = words.chosen) {
  const [year, month, day] = iso.split("-").map(Number);
  const format = new Intl.DateTimeFormat(`${code}-${code === "en" ? "GB" : "BE"}`, { ...parts, timeZone: "UTC" });
  return format.format(new Date(Date.UTC(year, month - 1, day)));
}

// Sorted by the rules of the language chosen, accents included.
export function sortedByText(entries) {
  const order = new Intl.Collator(words.chosen);
  return entries.sort(([, a], [, b]) => order.compare(a, b));
}
