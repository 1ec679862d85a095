// One screen of the questionnaire: its questions, an error summary, and the way on. Nothing advances by itself.

import { h, backToList, button, errorSummary, heading, stepOf } from "./dom.js";
import { t, problemText } from "./texts.js";
import { awaited, errorsOf, isUnseen, keptAnswers, pagesOf, problemsOf } from "./declarations.js";
import { identityFields, rereadBox } from "./identity_screen.js";
import { givesUpChildren, makeIdentity, nothingTyped, tryCode } from "./identity_code.js";
import { sectionFields } from "./questions.js";
import { checkNodes } from "./check_screen.js";

export function pageScreen(app, { id, page, showErrors = false, typed = nothingTyped(), errors = [] }) {
  const row = app.rows.get(id);
  const pages = pagesOf(row);
  const current = pages.includes(page) ? page : pages[0];
  const view = { app, row, page: current, pages, typed, showErrors, errors };
  if (!row.answers.situation) row.direct = false; // here the tree leads to it
  const nodes = current === "check" ? checkNodes(view) : pageNodes(view);
  return { nodes, kept: { typed } };
}

function pageNodes(view) {
  const { app, page, typed } = view;
  const shown = shownProblems(view);
  const isReread = page === "identity" && typed.isReread;
  return [
    backToList(app, isReread ? null : backLink(view)),
    stepOf(view),
    heading(t(isReread ? "reread_title" : `page_${page}`)),
    errorSummary(errorsOf(shown)),
    isReread ? rereadBox(identityPlace(view, shown)) : questionsOn(view, shown),
    h(
      "div.actions",
      button(t(isReread ? "reread_yes" : "continue"), () => goOn(view), "primary"),
      isReread ? button(t("reread_no"), () => correct(view)) : button(t("save_and_leave"), () => leave(view)),
    ),
    app.storage.kind === "memory_only" ? h("p.warning", t("memory_only")) : null,
  ];
}

function questionsOn(view, shown) {
  const { app, row, page } = view;
  if (page === "identity") return identityFields(identityPlace(view, shown));
  return sectionFields(page, { ...view, problem: problemOf(shown), change: () => app.changed(row) });
}

function backLink({ app, row, page, pages }) {
  const before = pages[pages.indexOf(page) - 1];
  return before ? button(t("previous"), () => app.go("page", { id: row.id, page: before }), "link") : null;
}

// Errors after "continue" was pressed; warnings once the screen has been left a first time.
function shownProblems({ row, page, showErrors, errors }) {
  const found = page === "identity" ? errors.map((each) => ({ ...each, level: "error" })) : problemsOn(row, page);
  return found
    .filter(({ level }) => page === "identity" || showErrors || (level === "warning" && row.seen.includes(page)))
    .map((problem) => ({ ...problem, message: problemText(problem) }));
}

// Where the screen itself waits for an answer, the rule that merely warns of it is silent.
function problemsOn(row, page) {
  const waiting = awaited(row, page);
  const isSaid = ({ field }) => waiting.some((each) => each.field === field);
  return [...waiting, ...problemsOf(row).filter((problem) => problem.page === page && !isSaid(problem))];
}

export const problemOf = (shown) => (field) => {
  const message = (level) => shown.find((each) => each.field === field && each.level === level)?.message ?? null;
  return { error: message("error"), warning: message("warning") };
};

function identityPlace(view, shown) {
  const { app, row, typed } = view;
  return {
    ...view,
    problem: problemOf(shown),
    change: () => app.changed(row),
    redraw: (focus) => app.redraw({ ...state(view), typed }, focus),
  };
}

const state = ({ row, page, typed, showErrors, errors }) => ({ id: row.id, page, typed, showErrors, errors });

async function goOn(view) {
  const { app, row, page } = view;
  if (page === "identity") return leaveIdentity(view);
  row.answers = keptAnswers(row);
  if (!row.seen.includes(page)) row.seen.push(page);
  if (errorsOf(problemsOn(row, page)).length) return app.redraw({ ...state(view), showErrors: true }, "summary");
  await app.save(row);
  return app.go("page", { id: row.id, page: following(view) });
}

// The first screen not gone through yet: a correction leads straight back to the check.
const following = ({ row }) => pagesOf(row).find((page) => page === "check" || isUnseen(row, page));

// What was typed is read once more; then the code is made, the names are erased, and the mark is shown.
async function leaveIdentity(view) {
  const { app, row, typed } = view;
  const { way, isReread } = typed;
  if (way === "coded" && !isReread) {
    const { errors } = await tryCode(app, row, typed);
    typed.isReread = !errors.length;
    return app.redraw({ ...state(view), errors }, errors.length ? "summary" : null);
  }
  if (givesUpChildren(row, way)) return app.go("confirm", { what: "refuse", id: row.id });
  const errors = await makeIdentity(app, row, typed);
  if (errors.length) return app.redraw({ ...state(view), errors }, "summary");
  Object.assign(typed, nothingTyped());
  await app.save(row);
  const showsMark = way === "coded" || way === "mnemonic";
  return app.go("page", { id: row.id, page: showsMark ? "identity" : following(view) });
}

function correct(view) {
  view.typed.isReread = false;
  view.app.redraw(state(view), "identity-given-in");
}

async function leave({ app, row }) {
  await app.save(row);
  app.go("list");
}
