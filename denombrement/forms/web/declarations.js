// What a declaration is in the page, which questions belong to which screen, and what is wrong with it.

import { findings, fieldsOf, holds, isEmpty, onlyAsked } from "./rules.js";
import { survey } from "./survey.js";
import { treeAnswers, walk } from "./tree.js";

const SHORT_PAGES = ["identity", "situation", "territory"]; // someone who refuses is counted by category only
const REFUSED_ASKED = ["situation", "night_precision", "commune_night", "outside_reason", "overrule_reason"];
// Easily passed over, and they decide where someone is counted: the screen waits for an answer, "don't know" included.
const AWAITED = ["commune_night", "territory_link"];

export function newDeclaration(now, isDirect = false) {
  return {
    id: crypto.randomUUID(),
    revision: 1,
    handed: 0, // revision last put into a file; 0: never
    sent: 0, // revision in the last file that the worker said was sent
    withdrawn: false,
    identity: null,
    mark: "",
    answers: {},
    raw: {}, // what was typed where it is not (yet) an answer: never handed over
    seen: [], // screens already gone through
    tree: [], // answers given to "where did this person sleep", as [node, answer]
    direct: isDirect, // the situation is chosen from the list, as on paper or in Excel, without the tree
    created: now,
    changed: now,
  };
}

const isRefused = (row) => row.identity?.status === "refused";
export const isDirect = (row) => row.direct || (!row.tree.length && Boolean(row.answers.situation));

export const isOutside = ({ answers }) => answers.situation === "not_homeless";

// Of someone who is not counted, nothing more is asked.
export function pagesOf(row) {
  const pages = isRefused(row) ? SHORT_PAGES : ["identity", ...survey.sections];
  return [...(isOutside(row) && !isDirect(row) ? SHORT_PAGES.slice(0, 2) : pages), "check"];
}

export const questionsAbout = (of) => Object.values(survey.questions).filter((question) => question.of === of);

// Questions of a screen in order. Sex is asked beside the name, because the code needs it.
export function questionsOf(page, row) {
  return questionsAbout("declaration").filter(
    ({ code, section }) => code !== "sex" && section === page && (!isRefused(row) || isCategory(code)),
  );
}

// What is asked of someone who refuses: the category, and facts that decide whether the person is counted at all.
const isCategory = (code) => REFUSED_ASKED.includes(code) || /^(leaving|eviction|housing_on|stay_)/.test(code);

const pageOf = (code) => (code === "sex" ? "identity" : survey.questions[code].section);

export const isAsked = (code, answers) => !(code in survey.rules.asked) || holds(survey.rules.asked[code], answers, survey.dates);
export const placesOf = (row) => survey.tree.places[row.answers.situation];

export const fieldId = (code, child = null) => (child === null ? `q-${code}` : `q-child${child}-${code}`);

// Answers as they are kept: stale ones taken back, a refusal reduced to its category, and what the tree shows as answered
// never lost from the record.
export function keptAnswers(row) {
  const { situation, ...facts } = treeAnswers(row.tree);
  const shown = situation === row.answers.situation ? { ...facts, ...row.answers } : row.answers;
  const kept = onlyAsked(shown, survey.rules.asked, survey.dates);
  return isRefused(row) ? only(kept, isCategory) : kept;
}

const only = (answers, isWanted) => Object.fromEntries(Object.entries(answers).filter(([code]) => isWanted(code)));

// Answers as they would leave: of someone who is not counted, only what says so and who it is.
export function settledAnswers(row) {
  const kept = keptAnswers(row);
  const pages = pagesOf(row);
  if (pages.includes("person")) return kept;
  const left = only(kept, (code) => pages.includes(pageOf(code)) || /^age_/.test(code));
  if (isRefused(row)) left.sex = "dont_know";
  if (isEmpty(left.age_years)) left.age_class ??= "dont_know";
  return left;
}

// Everything wrong with a declaration: [{ page, field, level, … }] with its words as { rule }, { tree } or { text, values }.
export function problemsOf(row) {
  const answers = settledAnswers(row);
  const found = findings(answers, survey.rules.checks, survey.dates).map(({ check, child }) => ({
    page: lastPage(check),
    field: fieldId(check.question, child),
    level: check.level,
    rule: check.code,
    ...(check.code === "situation_missing" ? waitingInTree(row) : {}),
  }));
  const identity = row.identity ? [] : [wrong("identity", "identity-status", "identity_missing")];
  const unread = unreadable(row, answers); // what a rule says of a number that cannot be one is no help
  const ids = new Set(unread.map(({ field }) => (field === "q-age_years" ? "q-age_class" : field)));
  const isUnread = ({ field }) => ids.has(field);
  return [...identity, ...found.filter((each) => !isUnread(each)), ...unexplained(row, answers), ...unread];
}

const wrong = (page, field, text, values) => ({ page, field, level: "error", text, values });

// Without a situation, it is the question of the tree still without an answer that is wrong, and it says so itself.
function waitingInTree(row) {
  const node = walk(row.tree).asked.at(-1);
  return isDirect(row) ? {} : { field: `tree-${node}`, tree: `miss.${node}`, rule: null };
}

// What the screen waits for although the rules would do without.
export function awaited(row, page) {
  const answers = settledAnswers(row);
  if (answers.situation === "not_homeless") return [];
  return questionsOf(page, row)
    .filter(({ code }) => AWAITED.includes(code) && isEmpty(answers[code]))
    .map(({ code }) => wrong(page, fieldId(code), `awaited_${code}`));
}

// Where a declaration was put aside, or left without what a screen waits for: it can be handed over, not in silence.
export const stoppedAt = (row) => pagesOf(row).find((page) => awaited(row, page).length || isUnseen(row, page));
export const isUnseen = (row, page) => !isDirect(row) && survey.sections.includes(page) && !row.seen.includes(page);

// Another situation than the tree's needs a reason.
function unexplained(row, answers) {
  const { outcome } = walk(row.tree);
  const isOverruled = outcome && answers.situation && answers.situation !== outcome.situation;
  return isOverruled && !answers.overrule_reason ? [wrong("situation", "q-overrule_reason", "overrule_reason_missing")] : [];
}

// A check is shown on the last screen that one of its questions belongs to.
function lastPage(check) {
  const order = ["identity", ...survey.sections];
  const ranks = [check.question, ...fieldsOf(check.when)]
    .filter((code) => code in survey.questions)
    .map((code) => order.indexOf(pageOf(code)));
  return order[Math.max(...ranks)];
}

function unreadable(row, answers) {
  const own = Object.keys(row.raw).filter((id) => isTyped(row.raw[id]));
  return own.flatMap((id) => {
    const [, child, code] = /^q-(?:child(\d+)-)?(\w+)$/.exec(id);
    const question = survey.questions[code];
    const subject = child === undefined ? answers : answers.children?.[Number(child)];
    if (!question || !subject || !isAsked(code, answers) || !pagesOf(row).includes(question.section)) return [];
    const text = unreadableText(question, subject[code], row.raw[id], answers);
    return text ? [wrong(question.section, id, text, numbersAbout(question, subject[code]))] : [];
  });
}

const isTyped = (raw) => (typeof raw === "string" ? raw.trim() !== "" : Object.values(raw).some((part) => part));

function unreadableText(question, value, raw, { age_years }) {
  if (question.kind === "date") return value ? null : "date_unreadable";
  if (question.code === "case_number" && (raw === NATIONAL || tellsBirth(raw.trim(), age_years))) return "number_personal";
  if (isEmpty(value)) return "number_unreadable";
  if (value >= question.minimum && value <= question.maximum) return null;
  return question.code === "birth_year" && value <= 18 ? "birth_year_is_age" : "number_range";
}

// A number of the national register is not kept, not even in a draft: this sign stands for it.
export const NATIONAL = "*";

// Six digits that read as year, month and day of birth of someone of this age.
function tellsBirth(raw, age) {
  const years = survey.dates.night.slice(0, 4) - raw.slice(0, 2) - age;
  return /^\d\d(0\d|1[0-2])[0-3]\d$/.test(raw) && [1900, 1901, 2000, 2001].includes(years);
}

function numbersAbout({ minimum, maximum }, value) {
  const year = Number(survey.dates.night.slice(0, 4)) - value;
  return { minimum, maximum, age: value, year, before: year - 1 };
}

// What is said of this person on a screen, a line a question: { question, child, value }. Questions without an answer
// are lines where "don't know" would be one; a number or a date left empty is none.
export function linesOf(row, page) {
  const answers = settledAnswers(row);
  const asked = questionsOf(page, row).filter(
    ({ code }) => isAsked(code, answers) && code !== "children" && (code !== "place_detail" || placesOf(row)),
  );
  const children = page === "household" && answers.children ? answers.children : [];
  const lines = [
    ...asked.map((question) => ({ question, child: null, value: answers[question.code] })),
    ...children.flatMap((each, child) => questionsAbout("child").map((question) => ({ question, child, value: each[question.code] }))),
  ];
  return lines.filter(({ question, value }) => !isEmpty(value) || question.choices?.dont_know !== undefined);
}

export const unanswered = (row) => pagesOf(row).flatMap((page) => linesOf(row, page)).filter(({ value }) => isEmpty(value));

export const errorsOf = (problems) => problems.filter((problem) => problem.level === "error");
export const isWhole = (row) => errorsOf(problemsOf(row)).length === 0; // can be counted as it is
export const isPending = (row) => row.handed < row.revision;

// A change to what is already in a file is a new revision of it.
export function touched(row, now) {
  return { ...row, revision: row.handed === row.revision ? row.revision + 1 : row.revision, changed: now };
}

// Two declarations of the same computer that may be one person: the same code, or all but one part of it.
export function lookalikes(row, rows) {
  const mine = row.identity?.tokens;
  if (!mine) return [];
  const telling = Object.keys(mine).filter((name) => /^without_|^birth_date$/.test(name));
  return rows.filter((other) => {
    const theirs = other.identity?.tokens;
    if (other.id === row.id || other.withdrawn || !theirs) return false;
    const agreed = telling.filter((name) => mine[name] === theirs[name]);
    const named = ["given_full", "family_full", "family_as_given"].some((name) => sameName(name, mine, theirs));
    return (
      (row.identity.code && row.identity.code === other.identity.code) ||
      agreed.some((name) => name.startsWith("without_")) ||
      (agreed.includes("birth_date") && named) ||
      ["given_full", "family_full"].every((name) => mine[name] && mine[name] === theirs[name])
    );
  });
}

// `family_as_given` agrees with the other's `given_full` where given and family name were swapped.
function sameName(name, mine, theirs) {
  if (!mine[name]) return false;
  return mine[name] === theirs[name === "family_as_given" ? "given_full" : name];
}

// The declaration of the return (denombrement/survey/record.py): no missing answers, nothing typed, nothing local.
export function declarationOf(row) {
  const answers = Object.entries(settledAnswers(row)).filter(([, value]) => value !== null);
  return {
    declaration_id: row.id,
    revision: row.revision,
    identity: row.identity,
    ...Object.fromEntries(answers),
  };
}
