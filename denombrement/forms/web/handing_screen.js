// Handing over: the service's whole state, sealed to the officers' keys, saved as one file without any count in its name.
// The page cannot send it; until the worker says that it was sent, the list reminds of it.

import { h, backToList, busy, button, heading, saveFile } from "./dom.js";
import { t, language } from "./texts.js";
import { declarationOf, isOutside, isWhole, stoppedAt } from "./declarations.js";
import { rowAbout } from "./identity_screen.js";
import { sealReceipt, sealReturn } from "./seal.js";

const MADE_WITH = "denombrement page 1";

export function handingScreen(app) {
  const { whole, unfinished } = sorted(app);
  const aside = whole.filter(stoppedAt);
  const outside = whole.filter(isOutside).length;
  const hasAny = whole.length || withdrawals(app).length;
  const make = () => busy(() => handOver(app, whole));
  return [
    backToList(app),
    heading(t("hand_over_title")),
    h("p", t("handing_count", { number: whole.length - outside })),
    outside ? h("p", t("handing_outside", { number: outside })) : null,
    unfinished.length ? listBox(app, unfinished, "unfinished") : null,
    aside.length ? listBox(app, aside, "aside") : null,
    h("p", t("handing_explained")),
    h(
      "details",
      { open: true },
      h("summary", t("desks_title")),
      h("p", t("desks_explained")),
      h("div.actions", draftButtons(app)),
    ),
    hasAny ? button(t(unfinished.length ? "hand_over_without" : "hand_over_now"), make, "primary") : h("p.inset", t("handing_nothing")),
  ];
}

export const draftButtons = (app) => [
  button(t("save_draft"), app.saveDraft),
  button(t("open_draft"), () => app.go("draft")),
];

// Declarations that can be counted as they are, and those that cannot yet.
function sorted(app) {
  const live = [...app.rows.values()].filter((row) => !row.withdrawn);
  return { whole: live.filter(isWhole), unfinished: live.filter((row) => !isWhole(row)) };
}

const withdrawals = (app) => [...app.rows.values()].filter((row) => row.withdrawn && row.handed);

function listBox(app, rows, state) {
  const open = (row) => () =>
    app.go("page", { id: row.id, page: state === "aside" ? stoppedAt(row) : "check", showErrors: true });
  return h(
    "section.warning",
    h("h2", state === "aside" ? t("state_aside") : t("handing_unfinished", { number: rows.length })),
    h("p", t(`handing_${state}_explained`)),
    h("ul", rows.map((row) => h("li", button(rowAbout(row), open(row), "link")))),
  );
}

function returnBody(app, number, content) {
  return JSON.stringify({
    schema_version: "1",
    campaign: app.form.campaign.id,
    service: app.form.service.id,
    number,
    made_at: new Date().toISOString(),
    made_with: MADE_WITH,
    language: language(),
    ...content,
  });
}

async function sealAndSave(app, content) {
  const number = await app.nextNumber();
  const sealed = await sealReturn(returnBody(app, number, content), app.form.recipients, app.form.token);
  const random = [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0"));
  const name = `${app.form.service.id}-${random.join("")}.jwe.json`;
  saveFile(name, sealed);
  return { file: name, receipt: await sealReceipt(sealed), sent: false };
}

async function handOver(app, whole) {
  const gone = withdrawals(app);
  const saved = await sealAndSave(app, {
    met_nobody: false,
    declarations: whole.map(declarationOf),
    withdrawn: gone.map((row) => ({ declaration_id: row.id, revision: row.revision })),
  });
  for (const row of [...whole, ...gone]) await app.keep({ ...row, handed: row.revision });
  await app.handed(saved);
}

// A return of zero is data.
export async function meetNobody(app) {
  await app.handed(await sealAndSave(app, { met_nobody: true, declarations: [], withdrawn: [] }));
}

export const nobodyPart = (app) =>
  h("section", h("h2", t("nobody_title")), h("p", t("nobody_intro")), button(t("nobody"), () => app.go("confirm", { what: "nobody" })));

const whereTo = (app) => (app.form.address ? t("send_to", { address: app.form.address }) : t("send_to_coordination"));
const sentButton = (app, kind) => button(t("sent_yes"), () => app.sent(), kind);

// The last file: still to be sent, or sent as the worker says. Before the passphrase, it can only be told.
export function lastFileBanner(app) {
  const { file, receipt, sent } = app.last;
  if (!file) return null;
  if (sent) return h("p.banner.calm", { role: "status" }, t("all_sent", { receipt }));
  return h(
    "section.banner",
    { role: "status" },
    h("p", h("b", t("unsent")), " ", h("span.mono", file)),
    h("p", whereTo(app), " ", t("unsent_more")),
    app.vault || app.isNew ? sentButton(app) : null,
  );
}

export function doneScreen(app) {
  const { file, receipt } = app.last;
  return [
    heading(t("done_title")),
    h("p.lead", t("done_not_sent")),
    h(
      "ol.steps",
      h("li", t("done_step_1"), " ", h("span.mono", file)),
      h("li", h("b", whereTo(app)), " ", t("done_step_2")),
      h("li", t("done_step_3")),
    ),
    h("div.actions", sentButton(app, "primary"), button(t("sent_later"), () => app.home()), button(t("print"), () => window.print())),
    h("section.outcome", h("p.outcome-label", t("done_receipt")), h("p.mark", receipt), h("p", t("done_receipt_explained"))),
  ];
}
