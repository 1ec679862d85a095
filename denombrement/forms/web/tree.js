// "Where did this person sleep?": questions in plain words that end in a living situation, and say why.

import { h, announce } from "./dom.js";
import { t, treeText, questionText, optionText, dateText } from "./texts.js";
import { group, option, labelled } from "./fields.js";

// Follows the answers given as far as they go: nodes asked, what they settle, and the outcome if there is one.
export function walk(path, tree) {
  const asked = [tree.start];
  let settled = {};
  for (const [node, code] of path) {
    const answer = node === asked.at(-1) ? tree.nodes[node][code] : undefined;
    if (!answer) break;
    settled = { ...settled, ...answer.set };
    if (answer.situation) return { asked, settled, outcome: { situation: answer.situation, why: answer.why } };
    asked.push(answer.next);
  }
  return { asked, settled, outcome: null };
}

// What the tree settles, as answers: the situation proposed and the facts met on the way.
export function treeAnswers(path, tree) {
  const { settled, outcome } = walk(path, tree);
  return outcome ? { ...settled, situation: outcome.situation } : {};
}

// All answers that some path of the tree could have settled: they are forgotten when the path changes.
export function treeCodes(tree) {
  const sets = Object.values(tree.nodes).flatMap((answers) => Object.values(answers).map((each) => each.set || {}));
  return new Set(["situation", "overrule_reason", ...sets.flatMap(Object.keys)]);
}

export function treeValues(dates, code) {
  const text = (date) => dateText(date, undefined, code);
  return {
    night: dateText(dates.night, { day: "numeric", month: "long" }, code),
    morning: text(dates.morning),
    month_end: text(dates.one_month_after),
    weeks_start: text(dates.two_weeks_before),
  };
}

// `place`: { row, definition, dates, problem(field), answered(node, code), overruled(situation, reason) }.
export function treeBlock(place) {
  const { row, definition, dates } = place;
  const values = treeValues(dates);
  const { asked, outcome } = walk(row.tree, definition.tree);
  const given = Object.fromEntries(row.tree);
  const questions = asked.map((node, rank) => nodeField(place, node, given[node], values, rank === 0));
  const block = h("div", { id: "q-situation", class: "tree" }, questions);
  if (outcome) block.append(outcomeBox(place, outcome, values));
  return block;
}

function nodeField(place, node, chosen, values, isFirst) {
  const { error } = place.problem("q-situation");
  const field = { id: `tree-${node}`, error: isFirst && !chosen ? error : null };
  const answers = Object.keys(place.definition.tree.nodes[node]);
  const hint = isFirst ? treeText("hint.when", values) : null;
  return group(
    field,
    treeText(`q.${node}`, values),
    hint,
    answers.map((code) =>
      option("radio", field, code, treeText(`a.${node}.${code}`, values), chosen === code, () => {
        place.answered(node, code);
        announceOutcome(place, values);
      }),
    ),
  );
}

function announceOutcome({ row, definition }, values) {
  const { outcome } = walk(row.tree, definition.tree);
  if (outcome) announce(`${situationText(outcome.situation)} ${treeText(`why.${outcome.why}`, values)}`);
}

export const situationText = (code) => optionText("situation", code);

function outcomeBox(place, outcome, values) {
  const { row } = place;
  const isOverruled = row.answers.situation !== outcome.situation;
  return h(
    "section",
    { class: "outcome", "aria-label": t("tree_result") },
    h("p", { class: "outcome-label" }, t("tree_result")),
    h("p", { class: isOverruled ? "struck" : "outcome-name" }, isOverruled ? h("s", {}, situationText(outcome.situation)) : situationText(outcome.situation)),
    h("p", {}, h("b", {}, t("tree_why")), " ", treeText(`why.${outcome.why}`, values)),
    isOverruled ? h("p", { class: "outcome-name" }, t("overruled_by"), " ", situationText(row.answers.situation)) : null,
    overruleBox(place, outcome, isOverruled),
  );
}

function overruleBox(place, outcome, isOverruled) {
  const { row, definition } = place;
  const problem = place.problem("q-overrule_reason");
  const situation = choose(
    definition.options.situation,
    (code) => situationText(code),
    isOverruled ? row.answers.situation : "",
    (code) => place.overruled(code || outcome.situation, row.answers.overrule_reason ?? null),
  );
  const reason = choose(
    definition.options.overrule_reason,
    (code) => optionText("overrule_reason", code),
    row.answers.overrule_reason ?? "",
    (code) => place.overruled(row.answers.situation, code || null),
  );
  return h(
    "details",
    { open: isOverruled, class: "overrule" },
    h("summary", {}, t("overrule_open")),
    labelled({ id: "q-overruled" }, t("overrule_situation"), null, situation),
    labelled({ id: "q-overrule_reason", ...problem }, questionText("overrule_reason"), null, reason),
  );
}

function choose(choices, text, chosen, change) {
  return h(
    "select",
    { onchange: (event) => change(event.target.value) },
    h("option", { value: "" }, t("choose")),
    Object.keys(choices).map((code) => h("option", { value: code, selected: code === chosen }, text(code))),
  );
}
