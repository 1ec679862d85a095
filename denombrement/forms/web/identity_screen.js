// The only screen where a name is typed. Names live in `typed`, in memory, until the code is made or the screen left.

import { h, button, buttonOf, byId } from "./dom.js";
import { t, questionText, optionText, communeText, dateText, situationText } from "./texts.js";
import { QUIET, dateParts, group, isoDate, labelled, option, questionField } from "./fields.js";
import { identityHints } from "./hints.js";
import { noticeTexts } from "./notice.js";
import { survey } from "./survey.js";

const WAYS = ["coded", "mnemonic", "refused", "not_known"];

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
  if (!typed.way) return [noticeBox()];
  const sex = typed.way === "refused" || typed.way === "mnemonic" ? null : sexField(place);
  const own = {
    coded: () => [nameFields(place), hintsBox(place)],
    mnemonic: () => [mnemonicField(place)],
    refused: () => [h("p.inset", t("refused_explained"))],
    not_known: () => [h("p.inset", t("not_known_explained"))],
  };
  return [own[typed.way](), sex, noticeBox()];
}

const noticeBox = () => h("details", h("summary", t("notice_link")), noticeTexts());

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
    h("p.inset", t("identity_promise")),
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
  const box = byId("identity-hints");
  const hints = h("div", hintTexts(place.typed));
  if (box && box.textContent !== hints.textContent) box.replaceChildren(...hints.childNodes); // said once, not at each key
}

const hintsBox = ({ typed }) => h("div.hints", { id: "identity-hints", role: "status" }, hintTexts(typed));

function hintTexts(typed) {
  const all = identityHints({ ...typed, ...typed.date }, Number(survey.dates.night.slice(0, 4)));
  const keys = typed.isReread ? all.filter((key) => key !== "hint_weak_date") : all; // said there with more words
  return keys.map((key) => h("p", t(key)));
}

function mnemonicField(place) {
  const field = { id: "identity-mnemonic", ...place.problem("identity-mnemonic") };
  const input = textInput(place.typed.mnemonic, (text) => (place.typed.mnemonic = text));
  return labelled(field, t("mnemonic_label"), t("mnemonic_hint"), input);
}

function sexField(place) {
  const { row } = place;
  return questionField(survey.questions.sex, {
    id: "q-sex",
    value: row.answers.sex ?? null,
    ...place.problem("q-sex"),
    change: (value) => {
      row.answers.sex = value;
      place.change();
    },
  });
}

// The last look at a name before it is erased.
export function rereadBox({ row, typed }) {
  const { day, month, year } = typed.date;
  const iso = isoDate(typed.date);
  const date = day || month || year ? [day, month, year].map((part) => part || "?").join(" / ") : "";
  const isAlone = [typed.given, typed.family, year].filter((part) => part.trim()).length < 2;
  const lines = [
    [t("given_name"), typed.given.trim()],
    [t("family_name"), typed.family.trim()],
    [t("birth_date"), iso ? dateText(iso) : date],
    [questionText("sex"), optionText("sex", row.answers.sex)],
  ];
  return [
    h("dl", lines.map(([name, said]) => h("div", h("dt", name), h("dd", said || t("no_answer"))))),
    isAlone || !iso ? h("p.warning", t(isAlone ? "reread_alone" : "reread_weak")) : null,
    h("div.hints", hintTexts(typed)),
    h("p", t("reread_explained")),
  ];
}

// Once made: the mark for the paper file, and who on this computer looks like the same person.
function madeBox(place) {
  const { row } = place;
  const { status } = row.identity;
  const twins = place.app.twins(row);
  return h(
    "div",
    h(
      "section.outcome",
      h("p.outcome-label", optionText("identity_status", status)),
      row.mark ? [h("p.mark", spaced(row.mark)), h("p", t("mark_explained"))] : null,
      status === "coded" ? h("p", t("name_erased")) : null,
      row.answers.sex && status !== "refused" ? h("p", questionText("sex"), " · ", h("b", optionText("sex", row.answers.sex))) : null,
      button(t("type_again"), () => {
        place.typed.way = status;
        place.redraw("identity-status");
      }),
    ),
    twins.length ? twinsBox(place, twins) : null,
  );
}

export const spaced = (mark) => `${mark.slice(0, 3)}\u00a0${mark.slice(3)}`;

// What a declaration is called, and who it is about, without anything that names the person.
export const rowName = (row) => (row.mark ? spaced(row.mark) : t(`nameless_${row.identity?.status ?? "none"}`));
export const rowSituation = ({ answers }) => (answers.situation ? situationText(answers.situation) : t("situation_to_do"));

export function rowPerson({ answers, identity }) {
  const { sex, age_years: age, age_class: ages, commune_night: commune } = answers;
  const known = (code) => code && code !== "dont_know";
  const person = [
    known(sex) && optionText("sex", sex),
    age || age === 0 ? t("years_old", { age }) : known(ages) && optionText("age_class", ages),
  ];
  const place = survey.communes[commune] && communeText(commune);
  return [...(identity?.status === "refused" ? [] : person), place].filter(Boolean).join(", ");
}

export const rowAbout = (row) => [rowName(row), rowSituation(row), rowPerson(row)].filter(Boolean).join(" – ");

function twinsBox({ app }, twins) {
  const open = (twin) => () => app.go("page", { id: twin.id, page: "check" });
  return h(
    "section.warning",
    { role: "alert", id: "twins" },
    h("h2", t("twins_title")),
    h("p", t("twins_explained")),
    h("ul", twins.map((twin) => h("li", buttonOf(rowName(twin), t("open_declaration"), open(twin), "link"), ` ${rowName(twin)} – ${rowSituation(twin)}`))),
  );
}
