// The page's own state, its screens, and what is saved when. Nothing here can reach a network: see the policy on top.

import { base64urlBytes, unpacked } from "./encoding.js";
import { h, byId, saveFile } from "./dom.js";
import { t, language, languages, chooseLanguage } from "./texts.js";
import { openStorage, holdAlone } from "./storage.js";
import { survey } from "./survey.js";
import { WrongPassphrase, createVault, openVault, readOpenRow, writeOpenRow } from "./vault.js";
import { lookalikes, touched } from "./declarations.js";
import { nothingTyped } from "./identity_code.js";
import { makeKeyer, prepareIdentity } from "./identity.js";
import { noticeScreen } from "./notice.js";
import { pageScreen } from "./page_screen.js";
import { fastScreen } from "./fast_screen.js";
import { listScreen } from "./list_screen.js";
import { doneScreen, handingScreen } from "./handing_screen.js";
import { workbookScreen } from "./workbook_screen.js";
import { busyScreen, confirmScreen, draftScreen, unlockScreen } from "./unlock_screen.js";

const SCREENS = {
  busy: busyScreen,
  unlock: unlockScreen,
  draft: draftScreen,
  confirm: confirmScreen,
  list: listScreen,
  page: pageScreen,
  fast: fastScreen,
  workbook: workbookScreen,
  handing: handingScreen,
  done: doneScreen,
  notice: noticeScreen,
};
const IDLE_MINUTES = 20;
const SAVE_DELAY_MS = 700;
const ROW = "d:";

const app = {
  form: JSON.parse(byId("form").textContent),
  rows: new Map(),
  contents: new Map(),
  last: {}, // the last file made: { file, receipt, sent }
  vault: null,
  isNew: true,
  shown: null,
};
app.name = `denombrement/${app.form.campaign.id}/${app.form.service.id}`;
app.header = () => ({ campaign: app.form.campaign.id, service: app.form.service.id });

// --- Screens -----------------------------------------------------------------------------------------------------

app.go = (name, options = {}, toTop = true) => {
  history.pushState({ name, options: plain(name, options) }, "");
  render(name, options, null, toTop);
};
app.redraw = (options, focus) => render(app.shown.name, options, focus, false);
app.home = (options) => app.go(app.vault ? "list" : "unlock", options);

// What the browser keeps of a screen to go back to: which one, never what was typed there.
const plain = (name, { id, page, what }) => (name === "page" || name === "confirm" ? { id, page, what } : {});

function render(name, options, focus, toTop = true) {
  wipeTyped(options);
  const screen = SCREENS[name](app, options);
  const nodes = screen.nodes ?? screen;
  app.shown = { name, options, kept: screen.kept };
  byId("main").replaceChildren(...nodes.flat(Infinity).filter(Boolean));
  const title = byId("main").querySelector("h1");
  document.title = `${title.textContent} – ${app.form.campaign.name}`;
  drawHeader();
  const target = focus ? byId(focus) : title;
  (target?.matches("fieldset") ? target.querySelector("input") : target)?.focus({ preventScroll: toTop });
  if (toTop) window.scrollTo(0, 0);
}

// A name typed on the screen left is overwritten, unless the same screen goes on.
function wipeTyped({ typed }) {
  const old = app.shown?.kept?.typed;
  if (old && old !== typed) Object.assign(old, nothingTyped());
}

function drawHeader() {
  const choices = languages().map((code) =>
    h(
      "button",
      { type: "button", lang: code, "aria-pressed": String(code === language()), onclick: () => speak(code) },
      t("language_name", {}, code),
    ),
  );
  byId("campaign").textContent = app.form.campaign.name;
  byId("service").textContent = app.form.service.name;
  byId("languages").replaceChildren(...choices);
  byId("languages").setAttribute("aria-label", t("languages"));
  byId("skip").textContent = t("skip");
  byId("promise").textContent = t("promise");
}

const languageKey = () => `language of ${app.name}`;

// The same screen in another language, with all that was typed.
function speak(code) {
  chooseLanguage(code);
  try {
    localStorage.setItem(languageKey(), code);
  } catch {
    // Not remembered: no harm.
  }
  const { name, options, kept } = app.shown;
  const secrets = new Map([...document.querySelectorAll("input[type=password]")].map(({ id, value }) => [id, value]));
  render(name, { ...options, ...kept }, null, false);
  for (const [id, value] of secrets) byId(id).value = value;
  byId("languages").querySelector("[aria-pressed=true]").focus();
}

addEventListener("popstate", (event) => {
  const { name, options } = event.state || {};
  const isOver = name === "done" && app.last.sent;
  const isSafe = name && !isOver && (app.vault || ["unlock", "draft"].includes(name));
  if (!isSafe || (options.id && !app.rows.has(options.id))) return render(app.vault ? "list" : "unlock", {});
  return render(name, options);
});

// --- Drafts ------------------------------------------------------------------------------------------------------

let waiting = null;

// What would be handed over: only a change of it makes a new revision.
const contentOf = ({ identity, answers }) => JSON.stringify([identity, Object.entries(answers).sort()]);

app.keep = async (row) => {
  app.rows.set(row.id, row);
  app.contents.set(row.id, contentOf(row));
  await app.vault.put(ROW + row.id, row);
};

app.save = async (row) => {
  clearTimeout(waiting);
  waiting = null;
  if (!app.rows.has(row.id)) return; // deleted in the meantime
  if (contentOf(row) !== app.contents.get(row.id)) Object.assign(row, touched(row, Date.now()));
  await app.keep(row);
};

// Saved a moment after the last change, so that a closed tab loses nothing.
app.changed = (row) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => app.save(row), SAVE_DELAY_MS);
  app.waitingRow = row;
};

addEventListener("visibilitychange", () => {
  if (document.hidden && waiting) app.save(app.waitingRow);
});

// A page taken out of the browser's memory would still hold the key and what was typed.
addEventListener("pageshow", (event) => event.persisted && location.reload());

addEventListener("beforeunload", (event) => {
  if (waiting || (app.storage?.kind === "memory_only" && app.rows.size)) event.preventDefault();
});

app.begin = async (passphrase) => {
  app.vault = await createVault(app.storage, passphrase);
  app.isNew = false;
  await app.go("list");
};

app.open = async (passphrase) => {
  try {
    app.vault = await openVault(app.storage, passphrase);
  } catch (problem) {
    if (problem instanceof WrongPassphrase) return false;
    throw problem;
  }
  await loadRows();
  app.go("list");
  return true;
};

async function loadRows() {
  const all = await app.vault.all();
  app.rows = new Map([...all].filter(([name]) => name.startsWith(ROW)).map(([, row]) => [row.id, row]));
  app.contents = new Map([...app.rows.values()].map((row) => [row.id, contentOf(row)]));
}

app.twins = (row) => lookalikes(row, [...app.rows.values()]);

app.discard = async (id) => {
  app.rows.delete(id);
  await app.vault.remove(ROW + id);
  app.go("list", { message: ["deleted"] });
};

app.withdraw = async (id) => {
  const row = touched(app.rows.get(id), Date.now());
  await app.keep({ ...row, withdrawn: true });
  app.go("list", { message: ["withdrawn"] });
};

app.restore = async (row) => {
  await app.keep({ ...touched(row, Date.now()), withdrawn: false });
  app.go("list");
};

app.erase = async () => {
  await app.storage.clear();
  app.vault = null;
  app.rows = new Map();
  try {
    localStorage.removeItem(languageKey());
  } catch {
    // Nothing was remembered.
  }
  location.reload();
};

app.saveDraft = async () => {
  const rows = { last: app.last, number: await lastNumber(), rows: [...app.rows.values()] };
  const name = `${t("draft_name")}-${app.form.service.id}-${crypto.randomUUID().slice(0, 8)}.json`;
  saveFile(name, await app.vault.draftFile(app.header(), rows));
};

// The later of two versions of a declaration is kept; a computer without drafts takes the file's passphrase, and drafts
// locked under another one are never overwritten.
app.takeDraft = async ({ last, number, rows }, passphrase) => {
  if (!app.vault) {
    const unlock = app.isNew ? createVault : openVault;
    app.vault = await unlock(app.storage, passphrase);
    if (!app.isNew) await loadRows();
    app.isNew = false;
  }
  for (const row of rows) {
    const ours = app.rows.get(row.id);
    if (!ours || ours.changed < row.changed) await app.keep(row);
  }
  if (number > (await lastNumber())) {
    app.last = last ?? {};
    await writeOpenRow(app.storage, { number, last });
  }
  app.go("list", { message: ["draft_taken", { number: rows.length }] });
};

// --- Handing over ------------------------------------------------------------------------------------------------

const lastNumber = async () => (await readOpenRow(app.storage))?.number ?? 0;

app.nextNumber = async () => {
  const number = (await lastNumber()) + 1;
  await writeOpenRow(app.storage, { number });
  return number;
};

app.handed = async (last) => {
  await keepLast(last);
  app.go("done");
};

// The worker says that the last file was sent: the page cannot know.
app.sent = async () => {
  await keepLast({ ...app.last, sent: true });
  for (const row of app.rows.values()) if (row.handed) await app.keep({ ...row, sent: row.handed });
  app.home({ message: ["sent_thanks"] });
};

async function keepLast(last) {
  app.last = last;
  await writeOpenRow(app.storage, { last });
}

// A full disk or a fault of ours must not pass in silence: what was just answered may not be kept.
for (const event of ["error", "unhandledrejection"]) {
  addEventListener(event, () => {
    if (!byId("fault")) byId("main").prepend(h("p.warning", { id: "fault", role: "alert" }, t("unexpected")));
  });
}

// --- Start -------------------------------------------------------------------------------------------------------

function lockWhenIdle() {
  let timer = null;
  const restart = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (!app.vault || app.storage.kind === "memory_only") return;
      if (waiting) await app.save(app.waitingRow);
      location.reload();
    }, IDLE_MINUTES * 60000);
  };
  for (const event of ["pointerdown", "keydown"]) addEventListener(event, restart);
  restart();
}

function firstLanguage() {
  try {
    const known = localStorage.getItem(languageKey());
    if (languages().includes(known)) return known;
  } catch {
    // Storage is switched off: the browser's language will do.
  }
  return navigator.languages.map((each) => each.slice(0, 2)).find((each) => languages().includes(each)) || languages()[0];
}

async function start() {
  Object.assign(survey, await unpacked(byId("definition").textContent));
  document.head.append(h("style", survey.style));
  survey.names = { campaign: app.form.campaign.name, service: app.form.service.name };
  chooseLanguage(firstLanguage());
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("main").querySelector("h1").focus();
  });
  if (!(await holdAlone(app.name))) return app.go("busy");
  app.storage = await openStorage(app.name);
  app.tables = prepareIdentity(survey.identity);
  app.keyer = await makeKeyer(app.tables, base64urlBytes(app.form.secret), app.form.campaign.id);
  delete app.form.secret;
  const { salt, last = {} } = (await readOpenRow(app.storage)) ?? {};
  app.isNew = !salt;
  app.last = last;
  lockWhenIdle();
  if (app.form.offline && "serviceWorker" in navigator) navigator.serviceWorker.register("worker.js");
  return app.go("unlock");
}

start();
