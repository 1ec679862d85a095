// The thematic screens: the questions of one section, those not asked hidden, children as a list.

import { h, button, byId } from "./dom.js";
import { t, questionText } from "./texts.js";
import { questionField } from "./fields.js";
import { fieldId, isAsked, questionsOf, settledAnswers } from "./declarations.js";
import { treeAnswers, treeBlock, treeCodes, walk } from "./tree.js";

// `place`: { row, definition, dates, isFast, problem(field), change() }; `change` is told that the row was altered.
export function sectionFields(section, place) {
  const questions = questionsOf(section, place.row, place.definition);
  const block = h("div", { class: "questions" });
  const draw = () => {
    block.replaceChildren(...questions.flatMap((question) => fieldsFor(question, place, refresh, redraw)));
    refresh();
  };
  const redraw = () => {
    const focused = document.activeElement?.id;
    draw();
    if (focused) byId(focused)?.focus();
  };
  const refresh = () => {
    for (const question of questions) {
      const element = block.querySelector(`#${fieldId(question.code)}`);
      if (element) element.hidden = !isShown(question, place);
    }
    place.change();
  };
  draw();
  return block;
}

function isShown(question, { row, definition, dates, isFast }) {
  if (!isAsked(question.code, settledAnswers(row, definition, dates), definition, dates)) return false;
  if (question.code === "situation") return true;
  if (question.code === "place_detail" && !placesOf(row, definition)) return false;
  const { settled, outcome } = walk(row.tree, definition.tree);
  if (!isFast && !outcome && isAfterTree(question)) return false; // one thing at a time
  return isFast || !outcome || row.answers.situation !== outcome.situation || !(question.code in settled);
}

const isAfterTree = ({ section, code }) => section === "situation" && code !== "person_present";
const placesOf = (row, definition) => definition.tree.places[row.answers.situation];

function fieldsFor(question, place, refresh, redraw) {
  if (question.code === "overrule_reason") return []; // asked within the tree
  if (question.code === "situation" && !place.isFast) return [treeField(place, redraw)];
  if (question.kind === "children") return [childrenField(place)];
  return [plainField(question, place, question.code === "situation" ? redraw : refresh)];
}

function plainField(question, place, changed) {
  const { row, definition } = place;
  const id = fieldId(question.code);
  const only = question.code === "place_detail" ? placesOf(row, definition) : undefined;
  return questionField(
    { ...question, only, communes: Object.keys(definition.communes) },
    {
      id,
      value: row.answers[question.code] ?? null,
      raw: row.raw[id],
      ...place.problem(id),
      change: (value, raw) => {
        row.answers[question.code] = value;
        if (raw !== undefined) row.raw[id] = raw;
        changed();
      },
    },
  );
}

function treeField(place, redraw) {
  const { row, definition } = place;
  return treeBlock({
    ...place,
    answered: (node, code) => {
      const { asked } = walk(row.tree, definition.tree);
      row.tree = [...row.tree.slice(0, asked.indexOf(node)), [node, code]];
      for (const settled of treeCodes(definition.tree)) delete row.answers[settled];
      Object.assign(row.answers, treeAnswers(row.tree, definition.tree));
      redraw();
    },
    overruled: (situation, reason) => {
      row.answers.situation = situation;
      row.answers.overrule_reason = reason;
      if (!reason) delete row.answers.overrule_reason;
      if (!placesOf(row, definition)?.includes(row.answers.place_detail)) delete row.answers.place_detail;
      redraw();
    },
  });
}

function childrenField(place) {
  const { row } = place;
  const block = h("fieldset", { class: "field", id: fieldId("children") });
  const draw = () => {
    const problem = place.problem(fieldId("children"));
    const children = row.answers.children || [];
    block.replaceChildren(
      h("legend", {}, questionText("children")),
      problem.error ? h("p", { class: "error" }, h("b", {}, t("error_word")), problem.error) : "",
      ...children.map((_, rank) => childField(place, rank, draw)),
      button(t("add_child"), add),
    );
  };
  const add = () => {
    row.answers.children = [...(row.answers.children || []), {}];
    place.change();
    draw();
    block.querySelector("fieldset:last-of-type input")?.focus();
  };
  draw();
  return block;
}

function childField(place, rank, draw) {
  const { row, definition } = place;
  const child = row.answers.children[rank];
  const questions = Object.values(definition.questions).filter((question) => question.of === "child");
  const fields = questions.map((question) => {
    const id = fieldId(question.code, rank);
    return questionField(question, {
      id,
      value: child[question.code] ?? null,
      raw: row.raw[id],
      ...place.problem(id),
      change: (value, raw) => {
        if (value === null) delete child[question.code];
        else child[question.code] = value;
        if (raw !== undefined) row.raw[id] = raw;
        place.change();
      },
    });
  });
  const remove = () => {
    row.answers.children = row.answers.children.filter((_, other) => other !== rank);
    forgetTyped(row, rank);
    place.change();
    draw();
    byId(fieldId("children"))?.querySelector("button:last-of-type")?.focus();
  };
  return h(
    "fieldset",
    { class: "child" },
    h("legend", {}, t("child_number", { number: rank + 1 })),
    fields,
    button(t("remove_child", { number: rank + 1 }), remove),
  );
}

// What was typed for later children moves up with them.
function forgetTyped(row, removed) {
  const kept = Object.entries(row.raw).flatMap(([id, raw]) => {
    const [, child, code] = /^q-child(\d+)-(\w+)$/.exec(id) || [];
    if (child === undefined || Number(child) < removed) return [[id, raw]];
    return Number(child) === removed ? [] : [[fieldId(code, Number(child) - 1), raw]];
  });
  row.raw = Object.fromEntries(kept);
}
