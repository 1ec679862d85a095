// "Check your answers": everything said of one person on one screen, with what is wrong, doubtful or unanswered.

import { h, button, errorSummary } from "./dom.js";
import { t, problemText, questionText, optionText, communeText, dateText } from "./texts.js";
import { errorsOf, isAsked, problemsOf, questionsOf, settledAnswers, unanswered } from "./declarations.js";
import { spaced } from "./identity_screen.js";

export function checkNodes(app, row, view) {
  const { definition, dates } = app;
  const problems = problemsOf(row, definition, dates).map((each) => ({ ...each, message: problemText(each) }));
  const errors = errorsOf(problems);
  const pages = view.pages.filter((page) => page !== "check");
  return [
    h("nav", { "aria-label": t("steps") }, button(t("back_to_list"), () => app.go("list"), "link")),
    h("p", { class: "caption" }, t("step", { number: view.pages.length, total: view.pages.length })),
    h("h1", { tabindex: "-1" }, t("page_check")),
    view.showErrors ? errorSummary(t("problem_title"), errors.map(({ page, message }) => ({ field: `check-${page}`, message }))) : null,
    warningsBox(problems),
    unansweredBox(app, row),
    pages.map((page) => pageSummary(app, row, page, errors)),
    h(
      "div",
      { class: "actions" },
      button(t("finish"), () => finish(app, row, errors), "primary"),
      button(t("print"), () => window.print()),
    ),
  ];
}

async function finish(app, row, errors) {
  if (errors.length) return app.redraw({ id: row.id, page: "check", showErrors: true }, "summary");
  await app.save(row);
  return app.go("list");
}

function warningsBox(problems) {
  const warnings = problems.filter((problem) => problem.level === "warning");
  if (!warnings.length) return null;
  return h(
    "section",
    { class: "warning" },
    h("h2", {}, t("warnings_title")),
    h("ul", {}, warnings.map(({ message }) => h("li", {}, message))),
  );
}

function unansweredBox(app, row) {
  const codes = unanswered(row, app.definition, app.dates);
  if (!codes.length) return null;
  const fill = async () => {
    for (const code of codes) {
      const several = app.definition.questions[code].kind === "choices";
      row.answers[code] = several ? ["dont_know"] : "dont_know";
    }
    await app.save(row);
    app.redraw({ id: row.id, page: "check" });
  };
  return h(
    "section",
    { class: "inset no-print" },
    h("p", {}, t("unanswered", { number: codes.length })),
    button(t("fill_dont_know"), fill),
  );
}

function pageSummary(app, row, page, errors) {
  const wrong = errors.filter((error) => error.page === page);
  const rows = page === "identity" ? identityRows(row) : answerRows(app, row, page);
  return h(
    "section",
    { class: "checked", id: `check-${page}` },
    h(
      "div",
      { class: "checked-head" },
      h("h2", {}, t(`page_${page}`)),
      h(
        "button",
        { type: "button", class: "link", onclick: () => app.go("page", { id: row.id, page, showErrors: wrong.length > 0 }) },
        t("change"),
        h("span", { class: "unseen" }, ` ${t(`page_${page}`)}`),
      ),
    ),
    wrong.map(({ message }) => h("p", { class: "error" }, h("b", {}, t("error_word")), message)),
    h("dl", {}, rows.map(([question, answer]) => h("div", {}, h("dt", {}, question), h("dd", {}, answer)))),
  );
}

function identityRows(row) {
  const rows = [[t("page_identity"), row.identity ? optionText("identity_status", row.identity.status) : t("no_answer")]];
  if (row.mark) rows.push([t("mark"), spaced(row.mark)]);
  if (row.answers.sex && row.identity?.status !== "refused") rows.push([questionText("sex"), optionText("sex", row.answers.sex)]);
  return rows;
}

function answerRows({ definition, dates }, row, page) {
  const answers = settledAnswers(row, definition, dates);
  const asked = questionsOf(page, row, definition).filter(({ code }) => isAsked(code, answers, definition, dates));
  const shown = asked.filter(({ code }) => code !== "overrule_reason" || answers[code]);
  return shown.flatMap((question) =>
    question.kind === "children"
      ? childRows(definition, answers.children || [])
      : [[questionText(question.code), answerText(question, answers[question.code])]],
  );
}

function childRows(definition, children) {
  const questions = Object.values(definition.questions).filter((question) => question.of === "child");
  return children.map((child, rank) => [
    t("child_number", { number: rank + 1 }),
    questions.map((question) => answerText(question, child[question.code])).join(" · "),
  ]);
}

export function answerText(question, value) {
  if (value === null || value === undefined || value.length === 0) return t("no_answer");
  switch (question.kind) {
    case "choice":
      return optionText(question.options, value);
    case "choices":
      return value.map((code) => optionText(question.options, code)).join(", ");
    case "commune":
      return question.choices[value] === undefined ? communeText(value) : optionText("commune", value);
    case "date":
      return dateText(value);
    default:
      return String(value);
  }
}

