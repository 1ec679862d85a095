// Handing over: the service's whole state, sealed to the officers' keys, saved as one file without any count in its name.

import { h, busy, button, saveFile } from "./dom.js";
import { t, language } from "./texts.js";
import { declarationOf, errorsOf, problemsOf } from "./declarations.js";
import { sealReceipt, sealReturn } from "./seal.js";
import { situationText } from "./tree.js";

const MADE_WITH = "denombrement page 1";

export function handingScreen(app) {
  const { whole, unfinished } = sorted(app);
  return {
    title: t("hand_over_title"),
    nodes: [
      h("nav", { "aria-label": t("steps") }, button(t("back_to_list"), () => app.go("list"), "link")),
      h("h1", { tabindex: "-1" }, t("hand_over_title")),
      h("p", {}, t("handing_count", { number: whole.length })),
      unfinished.length ? unfinishedBox(app, unfinished) : null,
      h("p", {}, t("handing_explained")),
      whole.length || withdrawals(app).length
        ? button(t(unfinished.length ? "hand_over_without" : "hand_over_now"), () => busy(() => handOver(app, whole)), "primary")
        : h("p", { class: "inset" }, t("handing_nothing")),
    ],
  };
}

// Declarations that can be counted as they are, and those that cannot yet.
function sorted(app) {
  const live = [...app.rows.values()].filter((row) => !row.withdrawn);
  const isWhole = (row) => errorsOf(problemsOf(row, app.definition, app.dates)).length === 0;
  return { whole: live.filter(isWhole), unfinished: live.filter((row) => !isWhole(row)) };
}

const withdrawals = (app) => [...app.rows.values()].filter((row) => row.withdrawn && row.handed);

function unfinishedBox(app, unfinished) {
  return h(
    "section",
    { class: "warning" },
    h("h2", {}, t("handing_unfinished", { number: unfinished.length })),
    h("p", {}, t("handing_unfinished_explained")),
    h(
      "ul",
      {},
      unfinished.map((row) =>
        h(
          "li",
          {},
          button(
            row.mark || (row.answers.situation ? situationText(row.answers.situation) : t("situation_to_do")),
            () => app.go("page", { id: row.id, page: "check", showErrors: true }),
            "link",
          ),
        ),
      ),
    ),
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
  return { name, receipt: await sealReceipt(sealed), number };
}

async function handOver(app, whole) {
  const gone = withdrawals(app);
  const saved = await sealAndSave(app, {
    met_nobody: false,
    declarations: whole.map((row) => declarationOf(row, app.definition, app.dates)),
    withdrawn: gone.map((row) => ({ declaration_id: row.id, revision: row.revision })),
  });
  for (const row of [...whole, ...gone]) await app.keep({ ...row, handed: row.revision });
  await app.handed(saved);
}

// A return of zero is data: one click.
export async function meetNobody(app) {
  await app.handed(await sealAndSave(app, { met_nobody: true, declarations: [], withdrawn: [] }));
}

export function doneScreen(app, { name, receipt }) {
  return {
    title: t("done_title"),
    nodes: [
      h("h1", { tabindex: "-1" }, t("done_title")),
      h("section", { class: "outcome" }, h("p", { class: "outcome-label" }, t("done_receipt")), h("p", { class: "mark" }, receipt)),
      h("p", {}, t("done_file"), " ", h("span", { class: "mono" }, name)),
      h("ol", {}, ["done_step_1", "done_step_2", "done_step_3"].map((key) => h("li", {}, t(key, { address: app.form.address })))),
      h(
        "div",
        { class: "actions" },
        button(t("back_to_list"), () => app.go(app.vault ? "list" : "unlock"), "primary"),
        button(t("print"), () => window.print()),
      ),
    ],
  };
}
