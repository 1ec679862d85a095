// Words of the page in the language chosen. Every text is an array in the order of the form's languages.

import { survey } from "./survey.js";

let chosen = "fr";
const standing = new Map();

export const language = () => chosen;
export const languages = () => survey.languages;

export function chooseLanguage(code) {
  chosen = code;
  document.documentElement.lang = code;
}

const pick = (texts, code = chosen) => (texts ? texts[languages().indexOf(code)] : "");

// {name} is replaced by values.name, or by a fact that holds everywhere: the night, the service…
function filled(text, values, code) {
  if (!standing.has(code)) standing.set(code, factsIn(code));
  const known = { ...standing.get(code), ...values };
  return text.replace(/\{(\w+)\}/g, (_, name) => known[name] ?? "");
}

function factsIn(code) {
  const { night, morning, one_month_after, two_weeks_before } = survey.dates;
  return {
    ...survey.names,
    night: dateText(night, { day: "numeric", month: "long" }, code),
    morning: dateText(morning, WHOLE_DATE, code),
    month_end: dateText(one_month_after, WHOLE_DATE, code),
    example: one_month_after.split("-").reverse().join(" "),
    weeks_start: dateText(two_weeks_before, WHOLE_DATE, code),
  };
}

// A text of the page. An unknown key is an error of ours.
export function t(key, values = {}, code = chosen) {
  const texts = survey.texts[key];
  if (!texts) throw new Error(`no text ${key}`);
  return filled(pick(texts, code), values, code);
}

export const questionText = (code) => pick(survey.questions[code].text);
export const questionHint = (code) => filled(pick(survey.questions[code].hint), {}, chosen);
export const treeText = (key) => filled(pick(survey.tree.texts[key]), {}, chosen);
// The words of a problem: of a rule, of the tree, or of the page.
export const problemText = ({ rule, tree, text, values }) =>
  rule ? pick(survey.messages[rule]) : tree ? treeText(tree) : t(text, values);

export const optionText = (list, code) => pick(survey.optionTexts[survey.options[list][code]]);
export const situationText = (code) => optionText("situation", code);
export const communeText = (nis) => pick(survey.communes[nis]);

const WHOLE_DATE = { day: "numeric", month: "long", year: "numeric" };

// A date of the calendar in words, whatever the computer's own language.
export function dateText(iso, parts = WHOLE_DATE, code = chosen) {
  const [year, month, day] = iso.split("-").map(Number);
  const format = new Intl.DateTimeFormat(`${code}-${code === "en" ? "GB" : "BE"}`, { ...parts, timeZone: "UTC" });
  return format.format(new Date(Date.UTC(year, month - 1, day)));
}

// Sorted by the rules of the language chosen, accents included.
export function sortedByText(entries) {
  const order = new Intl.Collator(chosen);
  return entries.sort(([, a], [, b]) => order.compare(a, b));
}
