// For typing in paper forms one after the other: all questions on one screen, the situation chosen directly.

import { h, announce, backToList, button, errorSummary, heading } from "./dom.js";
import { t, problemText } from "./texts.js";
import { errorsOf, keptAnswers, newDeclaration, pagesOf, problemsOf } from "./declarations.js";
import { identityFields, spaced } from "./identity_screen.js";
import { givesUpChildren, makeIdentity, nothingTyped } from "./identity_code.js";
import { problemOf } from "./page_screen.js";
import { sectionFields } from "./questions.js";
import { survey } from "./survey.js";

export function fastScreen(app, options) {
  const { row = newDeclaration(Date.now(), true), typed = { ...nothingTyped(), way: "mnemonic" }, errors = [], last = "" } = options;
  const view = { app, row, typed, errors, last };
  const said = errors.map((each) => ({ ...each, level: "error", message: problemText(each) }));
  const place = {
    ...view,
    problem: problemOf(said),
    change: () => {},
    redraw: (focus) => app.redraw({ row, typed, errors, last }, focus),
  };
  const sections = pagesOf(row).filter((page) => survey.sections.includes(page));
  const nodes = [
    backToList(app),
    last ? h("p.inset", { role: "status" }, t("fast_saved", { mark: last })) : null,
    heading(t("fast_entry")),
    h("p", t("fast_intro")),
    errorSummary(said),
    h("section", h("h2", t("page_identity")), identityFields(place)),
    sections.map((section) => h("section", h("h2", t(`page_${section}`)), sectionFields(section, place))),
    h("div.actions", button(t("fast_save"), () => saveAndNext(view), "primary")),
  ];
  return { nodes, kept: { row, typed } };
}

async function saveAndNext({ app, row, typed, last }) {
  const identityErrors = givesUpChildren(row, typed.way)
    ? [{ field: "identity-status", text: "refused_explained" }]
    : await makeIdentity(app, row, typed);
  row.answers = keptAnswers(row);
  const others = errorsOf(problemsOf(row))
    .filter((problem) => problem.page !== "identity" || problem.rule);
  const isShown = ({ field }) => field !== "q-sex" || !["mnemonic", "refused"].includes(typed.way); // sex is not asked there
  const seen = new Set();
  const errors = [...identityErrors, ...others.filter(isShown)].filter(({ field }) => !seen.has(field) && seen.add(field));
  if (errors.length) return app.redraw({ row, typed, errors, last }, "summary");
  Object.assign(typed, nothingTyped());
  app.rows.set(row.id, row);
  await app.save(row);
  announce(t("fast_saved", { mark: row.mark }));
  return app.go("fast", { last: spaced(row.mark) });
}
