// One screen of the questionnaire: its questions, an error summary, and the way on. Nothing advances by itself.

import { h, button, errorSummary } from "./dom.js";
import { t, problemText } from "./texts.js";
import { errorsOf, pagesOf, problemsOf, settledAnswers } from "./declarations.js";
import { identityFields, makeIdentity, nothingTyped } from "./identity_screen.js";
import { sectionFields } from "./questions.js";
import { checkNodes } from "./check_screen.js";

export function pageScreen(app, { id, page, showErrors = false, typed = nothingTyped(), errors = [] }) {
  const row = app.rows.get(id);
  const pages = pagesOf(row, app.definition);
  const current = pages.includes(page) ? page : pages[0];
  const view = { app, row, page: current, pages, typed, showErrors, errors };
  const body = current === "check" ? checkNodes(app, row, view) : pageNodes(view);
  return { title: t(`page_${current}`), nodes: body, kept: { typed } };
}

function pageNodes(view) {
  const { app, row, page, pages } = view;
  const shown = shownProblems(view);
  const number = pages.indexOf(page) + 1;
  return [
    h("nav", { "aria-label": t("steps") }, button(t("back_to_list"), () => leave(view), "link"), backLink(view)),
    h("p", { class: "caption" }, t("step", { number, total: pages.length })),
    h("h1", { tabindex: "-1" }, t(`page_${page}`)),
    errorSummary(t("problem_title"), errorsOf(shown).map(({ field, message }) => ({ field, message }))),
    page === "identity" ? identityFields(identityPlace(view, shown)) : sectionFields(page, sectionPlace(view, shown)),
    h(
      "div",
      { class: "actions" },
      button(t("continue"), () => goOn(view), "primary"),
      button(t("save_and_leave"), () => leave(view)),
    ),
    app.storage.kind === "memory" ? h("p", { class: "warning" }, t("memory_only")) : null,
  ];
}

function backLink({ app, row, page, pages }) {
  const before = pages[pages.indexOf(page) - 1];
  return before ? button(t("previous"), () => app.go("page", { id: row.id, page: before }), "link") : null;
}

// Errors after "continue" was pressed; warnings once the screen has been left a first time.
function shownProblems({ app, row, page, showErrors, errors }) {
  if (page === "identity") return errors.map((each) => ({ ...each, level: "error", message: problemText(each) }));
  return problemsOf(row, app.definition, app.dates)
    .filter((problem) => problem.page === page && (showErrors || (problem.level === "warning" && row.seen.includes(page))))
    .map((problem) => ({ ...problem, message: problemText(problem) }));
}

const problemOf = (shown) => (field) => {
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

function sectionPlace(view, shown) {
  const { app, row } = view;
  return {
    ...view,
    definition: app.definition,
    dates: app.dates,
    isFast: false,
    problem: problemOf(shown),
    change: () => app.changed(row),
  };
}

const state = ({ row, page, typed, showErrors, errors }) => ({ id: row.id, page, typed, showErrors, errors });

async function goOn(view) {
  const { app, row, page } = view;
  if (page === "identity") return leaveIdentity(view);
  row.answers = settledAnswers(row, app.definition, app.dates);
  if (!row.seen.includes(page)) row.seen.push(page);
  const errors = errorsOf(problemsOf(row, app.definition, app.dates)).filter((problem) => problem.page === page);
  if (errors.length) return app.redraw({ ...state(view), showErrors: true }, "summary");
  await app.save(row);
  return app.go("page", { id: row.id, page: following(view) });
}

const following = ({ app, row, page }) => {
  const pages = pagesOf(row, app.definition);
  return pages[pages.indexOf(page) + 1];
};

// The code is made, the names are erased, and the mark is shown before going on.
async function leaveIdentity(view) {
  const { app, row, typed } = view;
  const wasTyped = typed.way;
  const errors = await makeIdentity(app, row, typed);
  if (errors.length) return app.redraw({ ...state(view), errors }, "summary");
  Object.assign(typed, nothingTyped());
  await app.save(row);
  const showsMark = wasTyped === "coded" || wasTyped === "mnemonic";
  const page = showsMark ? "identity" : following(view);
  return app.go("page", { id: row.id, page });
}

async function leave({ app, row }) {
  await app.save(row);
  app.go("list");
}

