// One control for each kind of question: a label, a hint, its error or warning, and native inputs.

import { h } from "./dom.js";
import { survey } from "./survey.js";
import { t, questionText, questionHint, optionText, communeText, sortedByText } from "./texts.js";

const MOST_RADIOS = 5; // longer lists are native selects: quick by keyboard, short on a telephone
const SHORT_TEXT = 18; // characters of answers that fit side by side
const ALONE = ["none", "dont_know"]; // answers that exclude all others of a list

// Nothing typed is completed, corrected or sent to a spelling service by the browser.
export const QUIET = { autocomplete: "off", autocorrect: "off", autocapitalize: "off", spellcheck: "false" };

// `place` says where the answer goes: { id, value, raw, error, warning, change(value, raw) }.
export function questionField(question, place) {
  const kinds = { choice, choices, commune, integer, date };
  return kinds[question.kind](question, place);
}

// A question's words; what may be left out is said so, everywhere alike.
const titleOf = ({ code, optional }) => [questionText(code), optional ? h("span.optional", ` (${t("optional")})`) : null];

function choice(question, place) {
  const codes = question.only || Object.keys(question.choices);
  const entries = codes.map((code) => [code, optionText(question.options, code)]);
  return entries.length <= MOST_RADIOS ? radios(question, place, entries) : listed(question, place, entries);
}

function commune(question, place) {
  const names = sortedByText(Object.keys(survey.communes).map((nis) => [nis, communeText(nis)]));
  const others = Object.keys(question.choices).map((code) => [code, optionText("commune", code)]);
  return listed(question, place, [...names, ...others]);
}

function radios(question, place, entries) {
  return group(
    place,
    titleOf(question),
    questionHint(question.code),
    entries.map(([code, text]) => option("radio", place, code, text, place.value === code, () => place.change(code))),
    entries.every(([, text]) => text.length <= SHORT_TEXT) ? ".inline" : "",
  );
}

function choices(question, place) {
  const chosen = new Set(place.value || []);
  const boxes = Object.keys(question.choices).map((code) =>
    option("checkbox", place, code, optionText(question.options, code), chosen.has(code), (event) => {
      toggle(chosen, code, event.target.checked);
      for (const box of event.target.closest("fieldset").querySelectorAll("input")) box.checked = chosen.has(box.value);
      place.change(chosen.size ? Object.keys(question.choices).filter((each) => chosen.has(each)) : null);
    }),
  );
  const hint = questionHint(question.code) || t("several_answers");
  return group(place, titleOf(question), hint, boxes, ".columns");
}

function toggle(chosen, code, isChecked) {
  if (!isChecked) chosen.delete(code);
  else {
    for (const other of [...chosen]) if (ALONE.includes(code) || ALONE.includes(other)) chosen.delete(other);
    chosen.add(code);
  }
}

export function option(type, place, code, text, checked, onchange) {
  const id = `${place.id}-${code}`;
  return h(
    "div.option",
    h("input", { type, id, name: place.id, value: code, checked, onchange, "aria-describedby": described(place) }),
    h("label", { for: id }, text),
  );
}

// Ids of what explains the field: hint, error, warning.
function described(place) {
  const parts = [place.error && `${place.id}-error`, place.warning && `${place.id}-warning`];
  return parts.filter(Boolean).join(" ") || null;
}

function notes(place) {
  return [
    place.error ? h("p.error", { id: `${place.id}-error` }, h("b", t("error_word")), place.error) : null,
    place.warning
      ? h("p.warning", { id: `${place.id}-warning` }, h("b", t("warning_word")), place.warning)
      : null,
  ];
}

const wrapper = (tag, place) => `${tag}.field${place.error ? ".wrong" : ""}`;

export function group(place, legend, hint, inside, layout = "") {
  return h(
    wrapper("fieldset", place),
    { id: place.id },
    h("legend", legend),
    hint ? h("p.hint", hint) : null,
    notes(place),
    h(`div.options${layout}`, inside),
  );
}

export function labelled(place, label, hint, control) {
  control.id = `${place.id}-in`;
  const hintId = hint ? `${place.id}-hint` : null;
  const about = [hintId, described(place)].filter(Boolean).join(" ");
  if (about) control.setAttribute("aria-describedby", about);
  if (place.error) control.setAttribute("aria-invalid", "true");
  return h(
    wrapper("div", place),
    { id: place.id },
    h("label", { for: control.id }, label),
    hint ? h("p.hint", { id: hintId }, hint) : null,
    notes(place),
    control,
  );
}

function listed(question, place, entries) {
  const choose = h(
    "select",
    { onchange: (event) => place.change(event.target.value || null) },
    h("option", { value: "" }, t("choose")),
    entries.map(([code, text]) => h("option", { value: code, selected: place.value === code }, text)),
  );
  return labelled(place, titleOf(question), questionHint(question.code), choose);
}

export const wholeNumber = (text) => (/^\d{1,15}$/.test(text.trim()) ? Number(text) : null);

function integer(question, place) {
  const input = h("input.short", {
    type: "text",
    inputmode: "numeric",
    value: place.raw ?? (place.value ?? "").toString(),
    oninput: (event) => place.change(wholeNumber(event.target.value), event.target.value),
    ...QUIET,
  });
  return labelled(place, titleOf(question), questionHint(question.code), input);
}

function date(question, place) {
  const [year, month, day] = (place.value || "--").split("-");
  const raw = place.raw || { day, month, year };
  return dateParts(place, titleOf(question), t("date_hint"), raw, (parts) =>
    place.change(isoDate(parts), parts),
  );
}

// Day, month, year: a date input would follow the browser's language, not the page's.
export function dateParts(place, legend, hint, raw, change) {
  const parts = { ...raw };
  const inputs = ["day", "month", "year"].map((name) => {
    const id = `${place.id}-${name}`;
    const input = h(name === "year" ? "input.year" : "input.day", {
      id,
      type: "text",
      inputmode: "numeric",
      maxlength: name === "year" ? 4 : 2,
      value: parts[name] || "",
      "aria-describedby": described(place),
      "aria-invalid": place.error ? "true" : null,
      oninput: (event) => {
        parts[name] = event.target.value.trim();
        change({ ...parts });
      },
      ...QUIET,
    });
    return h("div.part", h("label", { for: id }, t(name)), input);
  });
  return group(place, legend, hint, h("div.parts", inputs));
}

// ISO text of a whole date that exists in the calendar, else null.
export function isoDate({ day, month, year }) {
  const numbers = [year, month, day].map((part) => (/^\d{1,4}$/.test(part || "") ? Number(part) : 0));
  const moment = new Date(Date.UTC(numbers[0], numbers[1] - 1, numbers[2]));
  const exists =
    numbers[0] > 1899 && moment.getUTCMonth() === numbers[1] - 1 && moment.getUTCDate() === numbers[2];
  return exists ? moment.toISOString().slice(0, 10) : null;
}
