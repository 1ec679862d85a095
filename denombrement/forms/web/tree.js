// "Where did this person sleep?": questions in plain words that end in a living situation, and say why.

import { h, announce } from "./dom.js";
import { t, treeText, questionText, optionText, situationText } from "./texts.js";
import { group, option, labelled } from "./fields.js";
import { survey } from "./survey.js";

// Follows the answers given as far as they go: nodes asked, what they settle, and the outcome if there is one.
export function walk(path) {
  const { start, nodes } = survey.tree;
  const asked = [start];
  let settled = {};
  for (const [node, code] of path) {
    const answer = node === asked.at(-1) ? nodes[node][code] : undefined;
    if (!answer) break;
    settled = { ...settled, ...answer.set };
    if (answer.situation) return { asked, settled, outcome: { situation: answer.situation, why: answer.why } };
    asked.push(answer.next);
  }
  return { asked, settled, outcome: null };
}

// What the tree settles, as answers: the situation proposed and the facts met on the way.
export function treeAnswers(path) {
  const { settled, outcome } = walk(path);
  return outcome ? { ...settled, situation: outcome.situation } : {};
}

// All answers that some path of the tree could have settled: they are forgotten when the path changes.
export function treeCodes() {
  const sets = Object.values(survey.tree.nodes).flatMap((answers) => Object.values(answers).map((each) => each.set || {}));
  return new Set(["situation", "overrule_reason", ...sets.flatMap(Object.keys)]);
}

// `place`: { row, problem(field), answered(node, code), overruled(situation, reason) }.
export function treeBlock(place) {
  const { row } = place;
  const { asked, outcome } = walk(row.tree);
  const given = Object.fromEntries(row.tree);
  const questions = asked.map((node) => nodeField(place, node, given[node]));
  return h("div.tree", { id: "q-situation" }, questions, outcome && outcomeBox(place, outcome));
}

function nodeField(place, node, chosen) {
  const id = `tree-${node}`;
  const field = { id, error: chosen ? null : place.problem(id).error };
  return group(
    field,
    treeText(`q.${node}`),
    treeText(`hint.${node}`),
    Object.keys(survey.tree.nodes[node]).map((code) =>
      option("radio", field, code, treeText(`a.${node}.${code}`), chosen === code, () => {
        place.answered(node, code);
        announceOutcome(place);
      }),
    ),
  );
}

function announceOutcome({ row }) {
  const { outcome } = walk(row.tree);
  if (outcome) announce(`${situationText(outcome.situation)} ${treeText(`why.${outcome.why}`)}`);
}

function outcomeBox(place, outcome) {
  const { situation } = place.row.answers;
  const isOverruled = situation !== outcome.situation;
  const proposed = situationText(outcome.situation);
  return h(
    "section.outcome",
    { "aria-label": t("tree_result") },
    h("p.outcome-label", t("tree_result")),
    isOverruled ? h("p.struck", h("s", proposed)) : h("p.outcome-name", proposed),
    h("p", h("b", t("tree_why")), " ", treeText(`why.${outcome.why}`)),
    isOverruled ? h("p.outcome-name", t("overruled_by"), " ", situationText(situation)) : null,
    situation === "not_homeless" ? h("p", t("stops_here")) : null,
    overruleBox(place, outcome, isOverruled),
  );
}

function overruleBox(place, outcome, isOverruled) {
  const { situation, overrule_reason = "" } = place.row.answers;
  const chosen = choose("situation", isOverruled ? situation : "", (code) => place.overruled(code || outcome.situation, overrule_reason));
  const reason = choose("overrule_reason", overrule_reason, (code) => place.overruled(situation, code));
  return h(
    "details.overrule",
    { open: isOverruled },
    h("summary", t("overrule_open")),
    labelled({ id: "q-overruled" }, t("overrule_situation"), null, chosen),
    labelled({ id: "q-overrule_reason", ...place.problem("q-overrule_reason") }, questionText("overrule_reason"), null, reason),
  );
}

function choose(list, chosen, change) {
  return h(
    "select",
    { onchange: (event) => change(event.target.value) },
    h("option", { value: "" }, t("choose")),
    Object.keys(survey.options[list]).map((code) => h("option", { value: code, selected: code === chosen }, optionText(list, code))),
  );
}
