// "Check your answers": everything said of one person on one screen, with what is wrong, doubtful or unanswered.

import { h, backToList, button, buttonOf, errorSummary, heading, stepOf } from "./dom.js";
import { t, problemText, questionText, optionText, communeText, dateText } from "./texts.js";
import { errorsOf, linesOf, problemsOf, unanswered } from "./declarations.js";
import { isEmpty } from "./rules.js";
import { spaced } from "./identity_screen.js";

export function checkNodes(view) {
  const { app, row } = view;
  const problems = problemsOf(row).map((each) => ({ ...each, message: problemText(each) }));
  const errors = errorsOf(problems);
  const pages = view.pages.filter((page) => page !== "check");
  return [
    backToList(app),
    stepOf(view),
    heading(t("page_check")),
    view.showErrors ? errorSummary(errors.map(({ page, message }) => ({ field: `check-${page}`, message }))) : null,
    warningsBox(problems),
    unansweredBox(app, row),
    pages.map((page) => pageSummary(app, row, page, errors)),
    h(
      "div.actions",
      button(t("finish"), () => finish(view, errors), "primary"),
      button(t("print"), () => window.print()),
    ),
  ];
}

async function finish({ app, row, pages }, errors) {
  if (errors.length) return app.redraw({ id: row.id, page: "check", showErrors: true }, "summary");
  row.seen = pages;
  await app.save(row);
  return app.go("list");
}

function warningsBox(problems) {
  const warnings = problems.filter((problem) => problem.level === "warning");
  if (!warnings.length) return null;
  return h("section.warning", h("h2", t("warnings_title")), h("ul", warnings.map(({ message }) => h("li", message))));
}

function unansweredBox(app, row) {
  const lines = unanswered(row);
  if (!lines.length) return null;
  const fill = async () => {
    for (const { question, child } of lines) {
      const subject = child === null ? row.answers : row.answers.children[child];
      subject[question.code] = question.kind === "choices" ? ["dont_know"] : "dont_know";
    }
    await app.save(row);
    app.redraw({ id: row.id, page: "check" });
  };
  return h("section.inset.no-print", h("p", t("unanswered", { number: lines.length })), button(t("fill_dont_know"), fill));
}

function pageSummary(app, row, page, errors) {
  const wrong = errors.filter((error) => error.page === page);
  const lines = page === "identity" ? identityLines(row) : linesOf(row, page).map(lineText);
  const title = t(`page_${page}`);
  return h(
    "section.checked",
    { id: `check-${page}` },
    h(
      "div.checked-head",
      h("h2", title),
      buttonOf(title, t("change"), () => app.go("page", { id: row.id, page, showErrors: wrong.length > 0 }), "link"),
    ),
    wrong.map(({ message }) => h("p.error", h("b", t("error_word")), message)),
    h("dl", lines.map(([question, answer]) => h("div", h("dt", question), h("dd", answer)))),
  );
}

function identityLines(row) {
  const lines = [[t("page_identity"), row.identity ? optionText("identity_status", row.identity.status) : t("no_answer")]];
  if (row.mark) lines.push([t("mark"), spaced(row.mark)]);
  if (row.answers.sex && row.identity?.status !== "refused") lines.push([questionText("sex"), optionText("sex", row.answers.sex)]);
  return lines;
}

function lineText({ question, child, value }) {
  const text = questionText(question.code);
  return [child === null ? text : `${t("child_number", { number: child + 1 })} – ${text}`, answerText(question, value)];
}

function answerText(question, value) {
  if (isEmpty(value)) return t("no_answer");
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
