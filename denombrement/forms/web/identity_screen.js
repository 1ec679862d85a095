// The only screen where a name is typed. Names live in `typed`, in memory, until the code is made or the screen left.

import { h, button, announce } from "./dom.js";
import { t, questionText, optionText, dateText } from "./texts.js";
import { QUIET, dateParts, group, isoDate, labelled, option, questionField } from "./fields.js";
import { identityHints, ageOn } from "./hints.js";
import { noticeTexts } from "./notice.js";
import { situationText } from "./tree.js";
import { fileMark, identityTokens, mnemonicParts, mnemonicTokens } from "./identity.js";

const WAYS = ["coded", "mnemonic", "refused", "not_known"];

export const nothingTyped = () => ({
  way: null,
  given: "",
  family: "",
  date: { day: "", month: "", year: "" },
  mnemonic: "",
});

// `place`: { app, row, typed, errors, problem(field), change(), redraw() }.
export function identityFields(place) {
  return place.row.identity && !place.typed.way ? [madeBox(place)] : [wayField(place), typingFields(place)];
}

function wayField(place) {
  const { typed } = place;
  const field = { id: "identity-status", ...place.problem("identity-status") };
  return group(
    field,
    t("identity_question"),
    t("identity_hint"),
    WAYS.map((way) =>
      option("radio", field, way, t(`identity_${way}`), typed.way === way, () => {
        typed.way = way;
        place.redraw(`identity-status-${way}`);
      }),
    ),
  );
}

function typingFields(place) {
  const { typed } = place;
  if (!typed.way) return [noticeBox(place)];
  const sex = typed.way === "refused" || typed.way === "mnemonic" ? null : sexField(place);
  const own = {
    coded: () => [nameFields(place), hintsBox(place)],
    mnemonic: () => [mnemonicField(place)],
    refused: () => [h("p", { class: "inset" }, t("refused_explained"))],
    not_known: () => [h("p", { class: "inset" }, t("not_known_explained"))],
  };
  return [own[typed.way](), sex, noticeBox(place)];
}

function noticeBox(place) {
  return h("details", {}, h("summary", {}, t("notice_link")), noticeTexts(place.app.dates));
}

function textInput(value, change) {
  return h("input", { type: "text", maxlength: 200, value, oninput: (event) => change(event.target.value), ...QUIET });
}

function nameFields(place) {
  const { typed } = place;
  const named = (id, key, hint) =>
    labelled(
      { id: `identity-${id}`, ...place.problem(`identity-${id}`) },
      t(key),
      hint,
      textInput(typed[id], (text) => typedAs(place, id, text)),
    );
  return [
    h("p", { class: "inset" }, t("identity_promise")),
    named("given", "given_name", null),
    named("family", "family_name", t("family_name_hint")),
    dateParts(
      { id: "identity-date", ...place.problem("identity-date") },
      t("birth_date"),
      t("birth_date_hint"),
      typed.date,
      (parts) => typedAs(place, "date", parts),
    ),
  ];
}

function typedAs(place, name, value) {
  place.typed[name] = value;
  const box = document.getElementById("identity-hints");
  const hints = h("div", {}, hintTexts(place));
  if (box && box.textContent !== hints.textContent) box.replaceChildren(...hints.childNodes); // said once, not at each key
}

function hintsBox(place) {
  return h("div", { id: "identity-hints", class: "hints", role: "status" }, hintTexts(place));
}

function hintTexts({ typed, app }) {
  const keys = identityHints({ ...typed, ...typed.date }, Number(app.dates.night.slice(0, 4)));
  const iso = isoDate(typed.date);
  const values = { date: iso ? dateText(iso) : "" };
  return keys.filter((key) => iso || key !== "hint_day_month").map((key) => h("p", {}, t(key, values)));
}

function mnemonicField(place) {
  const field = { id: "identity-mnemonic", ...place.problem("identity-mnemonic") };
  const input = textInput(place.typed.mnemonic, (text) => (place.typed.mnemonic = text));
  return labelled(field, t("mnemonic_label"), t("mnemonic_hint"), input);
}

function sexField(place) {
  const { row, app } = place;
  return questionField(app.definition.questions.sex, {
    id: "q-sex",
    value: row.answers.sex ?? null,
    ...place.problem("q-sex"),
    change: (value) => {
      row.answers.sex = value;
      place.change();
    },
  });
}

// Once made: the mark for the paper file, and who on this computer looks like the same person.
function madeBox(place) {
  const { row } = place;
  const twins = place.app.twins(row);
  return h(
    "div",
    {},
    h(
      "section",
      { class: "outcome" },
      h("p", { class: "outcome-label" }, optionText("identity_status", row.identity.status)),
      row.mark ? [h("p", { class: "mark" }, spaced(row.mark)), h("p", {}, t("mark_explained"))] : null,
      row.identity.status === "coded" ? h("p", {}, t("name_erased")) : null,
      row.answers.sex && row.identity.status !== "refused"
        ? h("p", {}, questionText("sex"), " · ", h("b", {}, optionText("sex", row.answers.sex)))
        : null,
      button(t("type_again"), () => {
        place.typed.way = row.identity.status;
        place.redraw("identity-status");
      }),
    ),
    twins.length ? twinsBox(place, twins) : null,
  );
}

export const spaced = (mark) => `${mark.slice(0, 3)}\u00a0${mark.slice(3)}`;

function twinsBox({ app }, twins) {
  return h(
    "section",
    { class: "warning", role: "alert", id: "twins" },
    h("h2", {}, t("twins_title")),
    h("p", {}, t("twins_explained")),
    h(
      "ul",
      {},
      twins.map((twin) =>
        h(
          "li",
          {},
          button(`${t("open_declaration")} ${spaced(twin.mark)}`, () => app.go("page", { id: twin.id, page: "check" }), "link"),
          twin.answers.situation ? ` – ${situationText(twin.answers.situation)}` : "",
        ),
      ),
    ),
  );
}

// Makes the identity of the declaration from what was typed; resolves to errors, none where it is made.
export async function makeIdentity(app, row, typed) {
  if (!typed.way) return row.identity ? [] : [problem("identity-status", "identity_missing")];
  const errors = typedErrors(app, row, typed);
  if (errors.length) return errors;
  if (typed.way === "refused" || typed.way === "not_known") {
    row.identity = { status: typed.way };
    row.mark = "";
    return [];
  }
  const made = await codeOf(app, row, typed);
  if (made.errors) return made.errors;
  row.identity = { status: "coded", recipe: made.recipe, ...(made.code ? { code: made.code } : {}), tokens: made.tokens };
  row.mark = await fileMark(made);
  announce(t("name_erased"));
  return [];
}

const problem = (field, text) => ({ field, text });

async function codeOf(app, row, typed) {
  try {
    if (typed.way === "mnemonic") {
      const made = await mnemonicTokens(app.tables, app.keyer, typed.mnemonic);
      answersOfMnemonic(app, row, mnemonicParts(app.tables, typed.mnemonic));
      return made;
    }
    const { day, month, year } = typed.date;
    const identity = {
      given_name: typed.given,
      family_name: typed.family,
      birth_year: Number(year) || null,
      birth_month: Number(month) || null,
      birth_day: Number(day) || null,
      sex: row.answers.sex || "dont_know",
    };
    const made = await identityTokens(app.tables, app.keyer, identity);
    const age = ageOn(app.dates.night, typed.date);
    if (age !== null) row.answers.age_years = age;
    return made;
  } catch {
    const field = typed.way === "mnemonic" ? "identity-mnemonic" : "identity-date";
    return { errors: [problem(field, typed.way === "mnemonic" ? "mnemonic_unreadable" : "birth_date_impossible")] };
  }
}

// The sex and the age that a paper form's code already tells need not be typed twice.
function answersOfMnemonic(app, row, values) {
  const whole = ([, part]) => !part.positions && part.at_most === undefined;
  const read = (field) => {
    const found = Object.entries(app.tables.recipe.parts).find((entry) => entry[1].field === field && whole(entry));
    return found ? values[found[0]] : undefined;
  };
  row.answers.sex = read("sex") ?? "dont_know";
  const age = ageOn(app.dates.night, { day: read("birth_day"), month: read("birth_month"), year: read("birth_year") });
  if (age !== null) row.answers.age_years = age;
}

function typedErrors(app, row, typed) {
  const errors = [];
  if (typed.way === "coded") {
    const known = typed.given.trim() || typed.family.trim() || typed.date.year;
    if (!known) errors.push(problem("identity-given", "identity_nothing"));
    const parts = Object.values(typed.date).filter(Boolean);
    if (parts.some((part) => !/^\d{1,4}$/.test(part))) errors.push(problem("identity-date", "birth_date_impossible"));
    else if (typed.date.year && typed.date.year.length !== 4) errors.push(problem("identity-date", "birth_year_digits"));
  }
  if ((typed.way === "coded" || typed.way === "not_known") && !row.answers.sex) {
    errors.push({ field: "q-sex", rule: "sex_missing" });
  }
  return errors;
}

