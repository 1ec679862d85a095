// What a declaration is in the page, which questions belong to which screen, and what is wrong with it.

import { findings, fieldsOf, holds, onlyAsked } from "./rules.js";
import { walk } from "./tree.js";

export const SHORT_PAGES = ["identity", "situation"]; // someone who refuses is counted by category only
const REFUSED_ASKED = ["situation", "night_precision", "commune_night", "outside_reason", "overrule_reason"];

export function newDeclaration(now) {
  return {
    id: crypto.randomUUID(),
    revision: 1,
    handed: 0, // revision last handed over; 0: never
    withdrawn: false,
    identity: null,
    mark: "",
    answers: {},
    raw: {}, // what was typed where it is not (yet) an answer: never handed over
    seen: [], // screens already gone through
    tree: [], // answers given to "where did this person sleep", as [node, answer]
    created: now,
    changed: now,
  };
}

export function pagesOf(row, definition) {
  const refused = row.identity?.status === "refused";
  return [...(refused ? SHORT_PAGES : ["identity", ...definition.sections]), "check"];
}

// Questions of a screen in order. Sex is asked beside the name, because the code needs it.
export function questionsOf(page, row, definition) {
  const refused = row.identity?.status === "refused";
  return Object.values(definition.questions).filter(
    (question) =>
      question.of === "declaration" &&
      question.code !== "sex" &&
      question.section === page &&
      (!refused || REFUSED_ASKED.includes(question.code) || isCompulsoryFact(question.code)),
  );
}

// Facts that decide whether someone in an institution or under eviction is counted at all.
const isCompulsoryFact = (code) => /^(leaving|eviction|housing_on|stay_)/.test(code);

const pageOf = (code, definition) => (code === "sex" ? "identity" : definition.questions[code].section);

export const isAsked = (code, answers, definition, dates) =>
  !(code in definition.rules.asked) || holds(definition.rules.asked[code], answers, dates);

export const fieldId = (code, child = null) => (child === null ? `q-${code}` : `q-child${child}-${code}`);

// Answers as they would leave: stale ones taken back, a refusal reduced to its category.
export function settledAnswers(row, definition, dates) {
  const kept = onlyAsked(row.answers, definition.rules.asked, dates);
  if (row.identity?.status !== "refused") return kept;
  const category = Object.entries(kept).filter(([code]) => REFUSED_ASKED.includes(code) || isCompulsoryFact(code));
  return { ...Object.fromEntries(category), sex: "dont_know", age_class: "dont_know" };
}

// Everything wrong with a declaration: [{ page, field, code, level, text }]; `text` is a key or a rule's code.
export function problemsOf(row, definition, dates) {
  const answers = settledAnswers(row, definition, dates);
  const found = findings(answers, definition.rules.checks, dates).map(({ check, child }) => ({
    page: lastPage(check, definition),
    field: fieldId(check.question, child),
    level: check.level,
    rule: check.code,
  }));
  const identity = row.identity
    ? []
    : [{ page: "identity", field: "identity-status", level: "error", text: "identity_missing" }];
  return [...identity, ...found, ...unexplained(row, answers, definition), ...unreadable(row, answers, definition, dates)];
}

// Another situation than the tree's needs a reason.
function unexplained(row, answers, definition) {
  const { outcome } = walk(row.tree, definition.tree);
  const isOverruled = outcome && answers.situation && answers.situation !== outcome.situation;
  if (!isOverruled || answers.overrule_reason) return [];
  return [{ page: "situation", field: "q-overrule_reason", level: "error", text: "overrule_reason_missing" }];
}

// A check is shown on the last screen that one of its questions belongs to.
function lastPage(check, definition) {
  const order = ["identity", ...definition.sections];
  const ranks = [check.question, ...fieldsOf(check.when)]
    .filter((code) => code in definition.questions)
    .map((code) => order.indexOf(pageOf(code, definition)));
  return order[Math.max(...ranks)];
}

function unreadable(row, answers, definition, dates) {
  const own = Object.keys(row.raw).filter((id) => isTyped(row.raw[id]));
  return own.flatMap((id) => {
    const [, child, code] = /^q-(?:child(\d+)-)?(\w+)$/.exec(id);
    const question = definition.questions[code];
    const subject = child === undefined ? answers : answers.children?.[Number(child)];
    if (!question || !subject || !isAsked(code, answers, definition, dates)) return [];
    const text = unreadableText(question, subject[code]);
    const values = { minimum: question.minimum, maximum: question.maximum };
    return text ? [{ page: question.section, field: id, level: "error", text, values }] : [];
  });
}

const isTyped = (raw) => (typeof raw === "string" ? raw.trim() !== "" : Object.values(raw).some((part) => part));

function unreadableText(question, value) {
  if (question.kind === "date") return value ? null : "date_unreadable";
  if (value === null || value === undefined) return "number_unreadable";
  return value < question.minimum || value > question.maximum ? "number_range" : null;
}

// Questions asked of this person and left without an answer.
export function unanswered(row, definition, dates) {
  const answers = settledAnswers(row, definition, dates);
  return pagesOf(row, definition)
    .flatMap((page) => questionsOf(page, row, definition))
    .filter((question) => isAsked(question.code, answers, definition, dates) && question.choices?.dont_know !== undefined)
    .filter((question) => (answers[question.code] ?? null) === null)
    .map((question) => question.code);
}

export const errorsOf = (problems) => problems.filter((problem) => problem.level === "error");
export const isPending = (row) => row.handed < row.revision;

// A change to what was already handed over is a new revision of it.
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
export function declarationOf(row, definition, dates) {
  const answers = Object.entries(settledAnswers(row, definition, dates)).filter(([, value]) => value !== null);
  return {
    declaration_id: row.id,
    revision: row.revision,
    identity: row.identity,
    ...Object.fromEntries(answers),
  };
}
