// The thematic screens: the questions of one section, those not asked hidden, children as a list.

import { h, button, byId } from "./dom.js";
import { t, questionText } from "./texts.js";
import { questionField } from "./fields.js";
import { NATIONAL, fieldId, isAsked, isDirect, placesOf, questionsAbout, questionsOf, settledAnswers } from "./declarations.js";
import { treeAnswers, treeBlock, treeCodes, walk } from "./tree.js";

// `place`: { row, problem(field), change() }; `change` is told that the row was altered.
export function sectionFields(section, place) {
  const questions = questionsOf(section, place.row);
  const block = h("div.questions");
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
    const answers = settledAnswers(place.row);
    for (const question of questions) {
      const element = block.querySelector(`#${fieldId(question.code)}`);
      if (element) element.hidden = !isShown(question, place.row, answers);
    }
    place.change();
  };
  draw();
  return block;
}

function isShown({ code, section }, row, answers) {
  if (!isAsked(code, answers) || (code === "place_detail" && !placesOf(row))) return false;
  if (code === "situation" || section !== "situation" || isDirect(row)) return true;
  const { settled, outcome } = walk(row.tree);
  if (!outcome) return code === "person_present"; // one thing at a time
  return row.answers.situation !== outcome.situation || !(code in settled);
}

// Answers on which it depends what else is on the screen.
const OPENING = ["situation", "has_children"];

function fieldsFor(question, place, refresh, redraw) {
  if (question.code === "overrule_reason") return []; // asked within the tree
  if (question.code === "situation" && !isDirect(place.row)) return [treeField(place, redraw)];
  if (question.kind === "children") return [childrenField(place)];
  return [plainField(question, place, OPENING.includes(question.code) ? redraw : refresh)];
}

function plainField(question, place, changed) {
  const { row } = place;
  const id = fieldId(question.code);
  const only = question.code === "place_detail" ? placesOf(row) : undefined;
  return questionField(
    { ...question, only },
    {
      id,
      value: row.answers[question.code] ?? null,
      raw: row.raw[id],
      ...place.problem(id),
      change: (value, raw) => {
        const isPersonal = question.code === "case_number" && raw.replace(/\D/g, "").length >= 11;
        row.answers[question.code] = isPersonal ? null : value;
        if (raw !== undefined) row.raw[id] = isPersonal ? NATIONAL : raw;
        if (question.code === "has_children" && value === "yes" && !row.answers.children?.length) row.answers.children = [{}];
        changed();
      },
    },
  );
}

function treeField(place, redraw) {
  const { row } = place;
  return treeBlock({
    ...place,
    answered: (node, code) => {
      row.direct = false;
      row.tree = [...row.tree.slice(0, walk(row.tree).asked.indexOf(node)), [node, code]];
      for (const settled of treeCodes()) delete row.answers[settled];
      Object.assign(row.answers, treeAnswers(row.tree));
      redraw();
    },
    overruled: (situation, reason) => {
      row.answers.situation = situation;
      row.answers.overrule_reason = reason;
      if (!reason) delete row.answers.overrule_reason;
      if (!placesOf(row)?.includes(row.answers.place_detail)) delete row.answers.place_detail;
      redraw();
    },
  });
}

function childrenField(place) {
  const { row } = place;
  const block = h("fieldset.field", { id: fieldId("children") });
  const draw = () => {
    const problem = place.problem(fieldId("children"));
    const children = row.answers.children || [];
    block.replaceChildren(
      h("legend", questionText("children")),
      problem.error ? h("p.error", h("b", t("error_word")), problem.error) : "",
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
  const { row } = place;
  const child = row.answers.children[rank];
  const fields = questionsAbout("child").map((question) => {
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
  const number = rank + 1;
  return h("fieldset.child", h("legend", t("child_number", { number })), fields, button(t("remove_child", { number }), remove));
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
