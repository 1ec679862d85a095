// A list that a service keeps in Excel is read here, coded here and sealed here: the names never travel.

import { h, backToList, busy, button, byId, errorSummary, heading } from "./dom.js";
import { t, problemText, questionText } from "./texts.js";
import { isoDate, labelled, wholeNumber } from "./fields.js";
import { errorsOf, fieldId, keptAnswers, newDeclaration, problemsOf, questionsAbout } from "./declarations.js";
import { givesUpChildren, makeIdentity, nothingTyped } from "./identity_code.js";
import { survey } from "./survey.js";
import { NotAWorkbook, readSheets } from "./xlsx.js";

const DAY_MS = 86400000;
const EXCEL_BEGINS = Date.UTC(1899, 11, 30);
const PERSONAL = ["given_name", "family_name", "birth_date", "birth_day", "birth_month", "birth_year"];
const folded = (text) => String(text).normalize("NFKD").replace(/\p{M}|[\s\u202f]/gu, "").toLowerCase();

export function workbookScreen(app, { error = null, read = null }) {
  const open = async () => {
    const [file] = byId("workbook-in").files;
    try {
      app.redraw({ read: await readWorkbook(app, file) }, "workbook-read");
    } catch (problem) {
      if (!(problem instanceof NotAWorkbook || problem instanceof RangeError || problem instanceof TypeError)) throw problem;
      app.redraw({ error: "workbook_unreadable" }, "summary");
    }
  };
  const nodes = [
    backToList(app),
    heading(t("workbook_title")),
    errorSummary(error ? [{ field: "workbook", message: t(error) }] : []),
    h("p", t("workbook_explained")),
    labelled({ id: "workbook", error: error && t(error) }, t("workbook_file"), null, h("input", { type: "file", accept: ".xlsx" })),
    button(t("workbook_read"), () => busy(open), read ? "secondary" : "primary"),
    read ? found(app, read) : null,
  ];
  return { nodes, kept: { read } };
}

function found(app, read) {
  const faulty = read.filter(({ faults }) => faults.length);
  const take = async () => {
    for (const { row } of read) {
      app.rows.set(row.id, row);
      await app.save(row);
    }
    app.go("list", { message: ["workbook_taken", { number: read.length }] });
  };
  const faultText = (fault) => `${fault.code ? `${questionText(fault.code)} : ` : ""}${problemText(fault)}`;
  return h(
    "section",
    { id: "workbook-read", tabindex: "-1" },
    h("h2", t("workbook_found", { number: read.length, faulty: faulty.length })),
    h("ul", faulty.map(({ line, faults }) => h("li", t("workbook_line", { line }), " ", faults.map(faultText).join(" ")))),
    read.length ? button(t("workbook_take"), () => busy(take), "primary") : null,
  );
}

// [{ line, row, faults }]; declarations with faults are taken as unfinished ones.
export async function readWorkbook(app, file) {
  if (!file) throw new NotAWorkbook();
  const known = [...app.rows.values()];
  for (const rows of await readSheets(file)) {
    const head = rows.findIndex(([, cells]) => headersOf(cells).has("situation"));
    if (head < 0) continue;
    const headers = headersOf(rows[head][1]);
    const records = rows.slice(head + 1).map(([line, cells]) => [line, recordOf(headers, cells)]);
    const filled = records.filter(([, record]) => [...record.keys()].some((name) => name !== "service") && !isLabels(record));
    const read = [];
    for (const [line, record] of filled) read.push({ line, ...(await declarationFrom(app, record, known)) });
    return read;
  }
  throw new NotAWorkbook();
}

const recordOf = (headers, cells) =>
  new Map([...headers].map(([name, column]) => [name, cells.get(column)]).filter(([, value]) => value !== undefined));

// The second line says in words what the first, hidden, says in codes.
const isLabels = (record) => headerName(record.get("situation") ?? "") === "situation";

function headersOf(cells) {
  return new Map([...cells].map(([column, text]) => [headerName(text), column]).filter(([name]) => name));
}

function headerName(text) {
  const wanted = folded(text);
  if (/^(code|identity_status|service|child_\d+_\w+|\w+\/\w+)$/.test(text)) return text;
  const known = [
    ...questionsAbout("declaration").map(({ code, text: words }) => [code, words]),
    ...PERSONAL.map((code) => [code, survey.texts[code] || []]),
  ];
  return known.find(([code, words]) => wanted === folded(code) || words.some((each) => folded(each) === wanted))?.[0];
}

async function declarationFrom(app, record, known) {
  const row = newDeclaration(Date.now(), true);
  const faults = [];
  for (const [name, value] of record) readAnswer(row, faults, name, value);
  row.answers.children = (row.answers.children || []).filter(Boolean);
  const typed = typedFrom(record);
  if (givesUpChildren(row, typed.way)) faults.push({ text: "refused_explained" });
  const failed = await makeIdentity(app, row, typed);
  row.answers = keptAnswers(row);
  const same = known.find((each) => !each.withdrawn && row.identity?.code && each.identity?.code === row.identity.code);
  if (same) Object.assign(row, { ...same, answers: row.answers, tree: [] });
  faults.push(...failed, ...errorsOf(problemsOf(row)).filter(({ text }) => text !== "identity_missing"));
  return { row, faults };
}

function typedFrom(record) {
  const text = (name) => String(record.get(name) ?? "");
  const iso = dateOf(record.get("birth_date"));
  const [year, month, day] = iso ? iso.split("-") : ["birth_year", "birth_month", "birth_day"].map(text);
  const typed = { ...nothingTyped(), given: text("given_name"), family: text("family_name"), date: { day, month, year } };
  const status = optionCode("identity_status", record.get("identity_status"));
  const named = typed.given || typed.family || year;
  const way = status === "refused" || status === "not_known" ? status : named ? "coded" : record.get("code") ? "mnemonic" : null;
  return { ...typed, way, mnemonic: text("code") };
}

function readAnswer(row, faults, name, value) {
  const [, rank, code] = /^child_(\d+)_(\w+)$/.exec(name) || [null, null, name.split("/")[0]];
  const question = survey.questions[code];
  if (!question || (rank === null) !== (question.of === "declaration") || PERSONAL.includes(name)) return;
  const subject = rank === null ? row.answers : ((row.answers.children ??= [])[rank - 1] ??= {});
  if (question.kind === "choices") {
    if (/^(x|1|v|oui|ja|yes)$/i.test(String(value))) (subject[code] ??= []).push(name.split("/")[1]);
    return;
  }
  const answer = answerFrom(question, value);
  if (answer === null) faults.push({ code, text: "workbook_answer", field: fieldId(code) });
  else subject[code] = answer;
}

function answerFrom(question, value) {
  if (question.kind === "date") return dateOf(value);
  if (question.kind === "integer") return inRange(question, wholeNumber(String(value)));
  return optionCode(question.options, value) ?? communeOf(question, value);
}

const inRange = ({ minimum, maximum }, number) => (number >= minimum && number <= maximum ? number : null);

const communeOf = ({ kind }, value) =>
  (kind === "commune" && Object.keys(survey.communes).find((nis) => [nis, ...survey.communes[nis]].some((name) => folded(name) === folded(value)))) || null;

// The code of an option given as its code or as its text in any language.
function optionCode(list, value) {
  if (value === undefined) return null;
  const wanted = folded(value);
  const options = Object.entries(survey.options[list]);
  return options.find(([code, text]) => [code, ...survey.optionTexts[text]].some((each) => folded(each) === wanted))?.[0] ?? null;
}

function dateOf(value) {
  if (typeof value === "number") return new Date(EXCEL_BEGINS + Math.floor(value) * DAY_MS).toISOString().slice(0, 10);
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(value ?? "") || [];
  const [, d, m, y] = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(value ?? "") || [];
  return isoDate({ day: day || d, month: month || m, year: year || y });
}
