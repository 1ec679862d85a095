"use strict";
const SIGNS = { agrees: "=", near: "≈", differs: "≠", missing: "?" };
const ANSWERS = { s: "same", d: "different", u: "unsure" };
const LABELS = ["title", "question", "undo", "finish", "keys", "evidence", "part", "comparison", "nothing", "nothing_next", "no_name"];
let state = null;
let busy = false;
let over = false;

const at = (id) => document.getElementById(id);

function element(name, text, classes) {
  const made = document.createElement(name);
  made.textContent = text;
  if (classes) made.className = classes;
  return made;
}

async function load(language) {
  const reply = await fetch("state?lang=" + encodeURIComponent(language), { cache: "no-store" });
  if (!reply.ok) throw new Error("state");
  state = await reply.json();
  show();
}

function show() {
  document.documentElement.lang = state.language;
  document.title = state.texts.title;
  for (const id of LABELS) at(id).textContent = state.texts[id];
  for (const [key, verdict] of Object.entries(ANSWERS)) {
    at(verdict).replaceChildren(state.texts[verdict], element("kbd", key.toUpperCase()));
  }
  at("progress").textContent = state.progress;
  at("bar").max = Math.max(1, state.total);
  at("bar").value = state.answered;
  at("bar").setAttribute("aria-label", state.progress);
  at("now").textContent = state.now;
  at("start").textContent = state.start;
  at("contradictions").textContent = state.contradictions;
  at("contradictions").hidden = !state.contradictions;
  at("undo").disabled = state.answered === 0;
  at("tools").hidden = false;
  showLanguages();
  at("pair").hidden = !state.pair;
  at("over").hidden = Boolean(state.pair);
  if (state.pair) showPair(state.pair);
}

function showLanguages() {
  at("languages").setAttribute("aria-label", state.texts.languages);
  at("languages").replaceChildren(...Object.entries(state.language_names).map(([code, name]) => {
    const button = element("button", name);
    button.type = "button";
    button.lang = code;
    button.setAttribute("aria-pressed", String(code === state.language));
    button.addEventListener("click", () => load(code).catch(fail));
    return button;
  }));
}

function showPair(pair) {
  at("why").textContent = pair.why;
  at("declarations").replaceChildren(...pair.declarations.map((each) => {
    const card = element("div", "", "declaration");
    card.append(element("p", each.title, "which"), element("p", each.service, "service"), element("p", each.number));
    return card;
  }));
  at("notes").replaceChildren(...pair.notes.map((note) => element("p", note)));
  at("findings").replaceChildren(...pair.findings.map((found) => {
    const row = document.createElement("tr");
    const head = element("th", found.part);
    head.scope = "row";
    const cell = element("td", "", found.verdict);
    const sign = element("span", SIGNS[found.verdict], "sign");
    sign.setAttribute("aria-hidden", "true");
    cell.append(sign, found.words);
    row.append(head, cell);
    return row;
  }));
}

function fail() {
  at("failed").textContent = state ? state.texts.failed : "denombrement ?";
  at("failed").hidden = false;
}

// One request at a time: a key pressed twice must not answer the next pair unseen.
async function send(act, body, said) {
  if (busy || over) return;
  busy = true;
  try {
    const reply = await fetch(act, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(act);
    at("failed").hidden = true;
    if (act === "finish") finish();
    else await load(state.language);
    at("said").textContent = said;
    if (act !== "finish") at(state.pair ? "question" : "nothing").focus();
  } catch {
    fail();
  } finally {
    busy = false;
  }
}

function answer(verdict) {
  if (state && state.pair) send("answer", { pair: state.pair.key, verdict }, state.texts[verdict]);
}

function undo() {
  if (state && state.answered) send("undo", {}, state.texts.undone);
}

function finish() {
  over = true;
  at("progress").textContent = `${state.answered} / ${state.total}`;
  for (const id of ["pair", "tools", "keys"]) at(id).hidden = true;
  at("over").hidden = false;
  at("nothing").textContent = state.texts.finished;
  at("nothing_next").textContent = "";
  at("nothing").focus();
}

for (const verdict of Object.values(ANSWERS)) at(verdict).addEventListener("click", () => answer(verdict));
at("undo").addEventListener("click", undo);
at("finish").addEventListener("click", () => send("finish", {}, state.texts.finished));
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key.toLowerCase();
  if (key in ANSWERS) answer(ANSWERS[key]);
  else if (key === "z" || key === "backspace") undo();
  else return;
  event.preventDefault();
});
load(new URLSearchParams(location.search).get("lang") || navigator.language.slice(0, 2)).catch(fail);
