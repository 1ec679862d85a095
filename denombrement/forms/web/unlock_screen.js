// The first screens: choose or give the passphrase, open a draft file, confirm what cannot be undone.

import { h, busy, button, byId, errorSummary } from "./dom.js";
import { t } from "./texts.js";
import { QUIET, labelled } from "./fields.js";
import { NotADraft, WrongPassphrase, readDraftFile } from "./vault.js";
import { meetNobody } from "./handing_screen.js";

const SHORTEST_PASSPHRASE = 10;

const said = (key) => t(key, { number: SHORTEST_PASSPHRASE });

function secretField(id, label, hint, error) {
  const input = h("input", { type: "password", ...QUIET });
  return labelled({ id, error }, label, hint, input);
}

const typedIn = (id) => byId(`${id}-in`).value;
const onEnter = (act) => ({ onkeydown: (event) => event.key === "Enter" && event.target.matches("input") && act() });

export function busyScreen() {
  return {
    title: t("busy_title"),
    nodes: [
      h("h1", { tabindex: "-1" }, t("busy_title")),
      h("p", {}, t("busy_explained")),
      button(t("try_again"), () => location.reload(), "primary"),
    ],
  };
}

export function unlockScreen(app, { error = null, field = "pass" }) {
  return app.isNew ? welcome(app, error, field) : comeBack(app, error);
}

function welcome(app, error, field) {
  const begin = async () => {
    const [first, second] = [typedIn("pass"), typedIn("pass2")];
    if (first.length < SHORTEST_PASSPHRASE) return fail("pass", "passphrase_short");
    if (first !== second) return fail("pass2", "passphrase_differs");
    return busy(() => app.begin(first));
  };
  const fail = (where, key) => app.redraw({ error: key, field: where }, "summary");
  const errorAt = (id) => (error && field === id ? said(error) : null);
  return {
    title: t("welcome_title"),
    nodes: [
      h("h1", { tabindex: "-1" }, t("welcome_title", app.values())),
      h("p", { class: "lead" }, t("welcome_intro", app.values())),
      h("ul", {}, ["welcome_1", "welcome_2", "welcome_3"].map((key) => h("li", {}, t(key)))),
      errorSummary(t("problem_title"), error ? [{ field, message: said(error) }] : []),
      h(
        "section",
        onEnter(begin),
        h("h2", {}, t("passphrase_choose")),
        h("p", {}, t(`stored_${app.storage.kind}`)),
        secretField("pass", t("passphrase"), t("passphrase_hint", { number: SHORTEST_PASSPHRASE }), errorAt("pass")),
        secretField("pass2", t("passphrase_again"), null, errorAt("pass2")),
        button(t("start"), begin, "primary"),
      ),
      h("section", {}, h("h2", {}, t("nobody_title")), h("p", {}, t("nobody_intro")), button(t("nobody"), () => busy(() => meetNobody(app)))),
      h("section", {}, h("h2", {}, t("open_draft_title")), button(t("open_draft"), () => app.go("draft"))),
    ],
  };
}

function comeBack(app, error) {
  const open = async () => {
    if (!(await busy(() => app.open(typedIn("pass"))))) app.redraw({ error: "passphrase_wrong" }, "summary");
  };
  return {
    title: t("unlock_title"),
    nodes: [
      h("h1", { tabindex: "-1" }, t("unlock_title")),
      errorSummary(t("problem_title"), error ? [{ field: "pass", message: said(error) }] : []),
      h("section", onEnter(open), secretField("pass", t("passphrase"), null, error && said(error)), button(t("unlock"), open, "primary")),
      h(
        "details",
        {},
        h("summary", {}, t("forgotten")),
        h("p", {}, t("forgotten_explained")),
        button(t("erase_all"), () => app.go("confirm", { what: "erase" }), "danger"),
      ),
    ],
  };
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
  const input = h("input", { type: "file", accept: ".json" });
  return {
    title: t("open_draft_title"),
    nodes: [
      button(t("previous"), () => app.go(app.vault ? "list" : "unlock"), "link"),
      h("h1", { tabindex: "-1" }, t("open_draft_title")),
      errorSummary(t("problem_title"), error ? [{ field, message: said(error) }] : []),
      h("p", {}, t("open_draft_explained")),
      labelled({ id: "draft", error: errorAt("draft") }, t("draft_file"), null, input),
      secretField("pass", t("draft_passphrase"), null, errorAt("pass")),
      button(t("open_draft"), open, "primary"),
    ],
  };
}

export function confirmScreen(app, { what, id }) {
  const acts = {
    erase: () => app.erase(),
    delete: () => app.discard(id),
    withdraw: () => app.withdraw(id),
  };
  return {
    title: t(`confirm_${what}`),
    nodes: [
      h("h1", { tabindex: "-1" }, t(`confirm_${what}`)),
      h("p", {}, t(`confirm_${what}_explained`)),
      h(
        "div",
        { class: "actions" },
        button(t(`confirm_${what}_yes`), acts[what], "danger"),
        button(t("cancel"), () => app.go(app.vault ? "list" : "unlock")),
      ),
    ],
  };
}
