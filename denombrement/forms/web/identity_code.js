// From what was typed of a person to the code of the declaration, and what stands in its way.

import { announce } from "./dom.js";
import { t } from "./texts.js";
import { fieldId, keptAnswers } from "./declarations.js";
import { agesOn } from "./hints.js";
import { fileMark, identityTokens, mnemonicParts, mnemonicTokens } from "./identity.js";
import { survey } from "./survey.js";

export const nothingTyped = () => ({
  way: null,
  given: "",
  family: "",
  date: { day: "", month: "", year: "" },
  mnemonic: "",
  isReread: false,
});

export const givesUpChildren = (row, way) => way === "refused" && Boolean(keptAnswers(row).children?.length);

// The code that what was typed makes, or what stands in its way; nothing is kept.
export async function tryCode(app, row, typed) {
  if (!typed.way) return { errors: row.identity ? [] : [problem("identity-status", "identity_missing")] };
  const errors = typedErrors(row, typed);
  return errors.length ? { errors } : { errors, ...(await codeOf(app, row, typed)) };
}

// Makes the identity of the declaration from what was typed; resolves to errors, none where it is made.
export async function makeIdentity(app, row, typed) {
  const { errors, facts, ...made } = await tryCode(app, row, typed);
  if (errors.length || !typed.way) return errors;
  row.mark = "";
  row.identity = { status: typed.way };
  if (typed.way === "refused") Object.assign(row, { answers: keptAnswers(row), raw: {} });
  if (typed.way === "refused" || typed.way === "not_known") return [];
  tellFacts(row, facts);
  row.identity = { status: "coded", recipe: made.recipe, ...(made.code ? { code: made.code } : {}), tokens: made.tokens };
  row.mark = await fileMark(made);
  announce(t("name_erased"));
  return [];
}

const problem = (field, text) => ({ field, text });

// The code, with the facts that need not be typed twice: the age, and on paper the sex.
async function codeOf({ tables, keyer }, row, typed) {
  const night = survey.dates.night;
  if (typed.way === "mnemonic") {
    try {
      const made = await mnemonicTokens(tables, keyer, typed.mnemonic);
      return { ...made, facts: factsOfMnemonic(tables, mnemonicParts(tables, typed.mnemonic)) };
    } catch {
      return { errors: [problem("identity-mnemonic", "mnemonic_unreadable")] };
    }
  }
  if (typed.way !== "coded") return {};
  const { day, month, year } = typed.date;
  const identity = {
    given_name: typed.given,
    family_name: typed.family,
    birth_year: Number(year) || null,
    birth_month: Number(month) || null,
    birth_day: Number(day) || null,
    sex: row.answers.sex || "dont_know",
  };
  try {
    return { ...(await identityTokens(tables, keyer, identity)), facts: { ages: agesOn(night, typed.date) } };
  } catch {
    return { errors: [problem("identity-date", "birth_date_impossible")] };
  }
}

function factsOfMnemonic({ recipe }, values) {
  const whole = ([, part]) => !part.positions && part.at_most === undefined;
  const read = (field) => {
    const found = Object.entries(recipe.parts).find((entry) => entry[1].field === field && whole(entry));
    return found ? values[found[0]] : undefined;
  };
  const date = { day: read("birth_day"), month: read("birth_month"), year: read("birth_year") };
  return { sex: read("sex") ?? "dont_know", ages: agesOn(survey.dates.night, date) };
}

// An age where the date leaves no doubt, else an age group where both possible ages are in the same one.
function tellFacts({ answers, raw }, { sex, ages }) {
  if (sex) answers.sex = sex;
  if (!ages) return;
  for (const code of ["age_years", "age_class"]) {
    delete answers[code];
    delete raw[fieldId(code)];
  }
  const [first, second] = ages.map(ageClass);
  if (ages[0] === ages[1]) answers.age_years = ages[0];
  else if (first === second) answers.age_class = first;
}

const ageClass = (age) =>
  Object.keys(survey.options.age_class).find((code) => {
    const [from, to = 200] = (code.match(/\d+/g) || []).map(Number);
    return code === "under_18" ? age < from : age >= from && age <= to;
  });

function typedErrors(row, typed) {
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
