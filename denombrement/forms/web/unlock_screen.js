// The first screens: choose or give the passphrase, open a draft file, confirm what cannot be undone.

import { h, busy, button, byId, errorSummary, heading, saidOnce } from "./dom.js";
import { t } from "./texts.js";
import { QUIET, labelled } from "./fields.js";
import { NotADraft, WrongPassphrase, readDraftFile } from "./vault.js";
import { rowAbout } from "./identity_screen.js";
import { makeIdentity } from "./identity_code.js";
import { lastFileBanner, meetNobody, nobodyPart } from "./handing_screen.js";

const SHORTEST_PASSPHRASE = 10;

const said = (key) => t(key, { number: SHORTEST_PASSPHRASE });

function secretField(id, label, hint, error) {
  const input = h("input", { type: "password", ...QUIET });
  return labelled({ id, error }, label, hint, input);
}

const typedIn = (id) => byId(`${id}-in`).value;
const onEnter = (act) => ({ onkeydown: (event) => event.key === "Enter" && event.target.matches("input") && act() });

export const busyScreen = () => [
  heading(t("busy_title")),
  h("p", t("busy_explained")),
  button(t("try_again"), () => location.reload(), "primary"),
];

export function unlockScreen(app, { error = null, field = "pass", message = null }) {
  return [saidOnce(message), app.isNew ? welcome(app, error, field) : comeBack(app, error)];
}

const summaryOf = (error, field) => errorSummary(error ? [{ field, message: said(error) }] : []);

function welcome(app, error, field) {
  const begin = async () => {
    const [first, second] = [typedIn("pass"), typedIn("pass2")];
    if (first.length < SHORTEST_PASSPHRASE) return fail("pass", "passphrase_short");
    if (first !== second) return fail("pass2", "passphrase_differs");
    return busy(() => app.begin(first));
  };
  const fail = (where, key) => app.redraw({ error: key, field: where }, "summary");
  const errorAt = (id) => (error && field === id ? said(error) : null);
  return [
    lastFileBanner(app),
    heading(t("welcome_title")),
    h("p.lead", t("welcome_intro")),
    h("ul", ["welcome_1", "welcome_2", "welcome_3"].map((key) => h("li", t(key)))),
    summaryOf(error, field),
    h(
      "section",
      onEnter(begin),
      h("h2", t("passphrase_choose")),
      h("p", t(app.storage.kind)),
      secretField("pass", t("passphrase"), said("passphrase_hint"), errorAt("pass")),
      secretField("pass2", t("passphrase_again"), null, errorAt("pass2")),
      button(t("start"), begin, "primary"),
    ),
    nobodyPart(app),
    h("section", h("h2", t("open_draft_title")), button(t("open_draft"), () => app.go("draft"))),
  ];
}

function comeBack(app, error) {
  const open = async () => {
    if (!(await busy(() => app.open(typedIn("pass"))))) app.redraw({ error: "passphrase_wrong" }, "summary");
  };
  return [
    lastFileBanner(app),
    heading(t("unlock_title")),
    summaryOf(error, "pass"),
    h("section", onEnter(open), secretField("pass", t("passphrase"), null, error && said(error)), button(t("unlock"), open, "primary")),
    h(
      "details",
      h("summary", t("forgotten")),
      h("p", t("forgotten_explained")),
      button(t("erase_all"), () => app.go("confirm", { what: "erase" }), "danger"),
    ),
  ];
}

export function draftScreen(app, { error = null, field = "draft" }) {
  const errorAt = (id) => (error && field === id ? said(error) : null);
  const open = async () => {
    const [file] = byId("draft-in").files;
    if (!file) return app.redraw({ error: "draft_missing" }, "summary");
    try {
      return await busy(async () => {
        const passphrase = typedIn("pass");
        const rows = await readDraftFile(await file.text(), app.header(), passphrase);
        return app.takeDraft(rows, passphrase);
      });
    } catch (problem) {
      if (problem instanceof WrongPassphrase) return app.redraw({ error: "draft_wrong_passphrase", field: "pass" }, "summary");
      if (problem instanceof NotADraft) return app.redraw({ error: "draft_not_ours" }, "summary");
      throw problem;
    }
  };
  return [
    button(t("previous"), () => app.home(), "link"),
    heading(t("open_draft_title")),
    summaryOf(error, field),
    h("p", t("open_draft_explained")),
    labelled({ id: "draft", error: errorAt("draft") }, t("draft_file"), null, h("input", { type: "file", accept: ".json" })),
    secretField("pass", t("draft_passphrase"), null, errorAt("pass")),
    button(t("open_draft"), open, "primary"),
  ];
}

export function confirmScreen(app, { what, id }) {
  const row = app.rows.get(id);
  const back = () => (what === "refuse" ? app.go("page", { id, page: "identity" }) : app.home());
  const refuse = async () => {
    await makeIdentity(app, row, { way: "refused" });
    await app.save(row);
    app.go("page", { id, page: "situation" });
  };
  const acts = {
    refuse,
    erase: app.erase,
    delete: () => app.discard(id),
    withdraw: () => app.withdraw(id),
    nobody: () => busy(() => meetNobody(app)),
  };
  return [
    heading(t(`confirm_${what}`)),
    row ? h("p", h("b", rowAbout(row))) : null,
    h("p", t(`confirm_${what}_explained`)),
    h(
      "div.actions",
      button(t(`confirm_${what}_yes`), acts[what], what === "nobody" ? "primary" : "danger"),
      button(t("cancel"), back),
    ),
  ];
}
