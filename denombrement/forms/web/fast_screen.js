// For typing in paper forms one after the other: all questions on one screen, the situation chosen directly.

import { h, button, announce, errorSummary } from "./dom.js";
import { t, problemText } from "./texts.js";
import { errorsOf, newDeclaration, pagesOf, problemsOf, settledAnswers } from "./declarations.js";
import { identityFields, makeIdentity, nothingTyped, spaced } from "./identity_screen.js";
import { sectionFields } from "./questions.js";

export function fastScreen(app, options) {
  const { row = newDeclaration(Date.now()), typed = { ...nothingTyped(), way: "mnemonic" }, errors = [], last = "" } = options;
  const view = { app, row, typed, errors, last };
  const said = errors.map((each) => ({ ...each, message: problemText(each) }));
  const problem = (field) => ({ error: said.find((each) => each.field === field)?.message ?? null, warning: null });
  const place = {
    ...view,
    definition: app.definition,
    dates: app.dates,
    isFast: true,
    problem,
    change: () => {},
    redraw: (focus) => app.redraw({ row, typed, errors, last }, focus),
  };
  const sections = pagesOf(row, app.definition).filter((page) => app.definition.sections.includes(page));
  return {
    title: t("fast_entry"),
    kept: { row, typed },
    nodes: [
      h("nav", { "aria-label": t("steps") }, button(t("back_to_list"), () => app.go("list"), "link")),
      last ? h("p", { class: "inset", role: "status" }, t("fast_saved", { mark: last })) : null,
      h("h1", { tabindex: "-1" }, t("fast_entry")),
      h("p", {}, t("fast_intro")),
      errorSummary(t("problem_title"), said),
      h("section", {}, h("h2", {}, t("page_identity")), identityFields(place)),
      sections.map((section) => h("section", {}, h("h2", {}, t(`page_${section}`)), sectionFields(section, place))),
      h("div", { class: "actions" }, button(t("fast_save"), () => saveAndNext(view), "primary")),
    ],
  };
}

async function saveAndNext({ app, row, typed, last }) {
  const identityErrors = await makeIdentity(app, row, typed);
  row.answers = settledAnswers(row, app.definition, app.dates);
  const others = errorsOf(problemsOf(row, app.definition, app.dates))
    .filter((problem) => problem.page !== "identity" || problem.rule);
  const isShown = ({ field }) => field !== "q-sex" || typed.way !== "mnemonic"; // an unreadable code tells no sex
  const seen = new Set();
  const errors = [...identityErrors, ...others.filter(isShown)].filter(({ field }) => !seen.has(field) && seen.add(field));
  if (errors.length) return app.redraw({ row, typed, errors, last }, "summary");
  Object.assign(typed, nothingTyped());
  app.rows.set(row.id, row);
  await app.save(row);
  announce(t("fast_saved", { mark: row.mark }));
  return app.go("fast", { last: spaced(row.mark) });
}
