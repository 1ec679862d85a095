// The list of this service's own declarations, and all that can be done with them.

import { h, busy, button } from "./dom.js";
import { t, dateText } from "./texts.js";
import { errorsOf, isPending, newDeclaration, problemsOf } from "./declarations.js";
import { situationText } from "./tree.js";
import { spaced } from "./identity_screen.js";
import { meetNobody } from "./handing_screen.js";

export function listScreen(app, { message = null } = {}) {
  const rows = [...app.rows.values()].sort((a, b) => b.created - a.created);
  const live = rows.filter((row) => !row.withdrawn);
  return {
    title: t("list_title"),
    nodes: [
      message ? h("p", { class: "inset", role: "status" }, message) : null,
      banner(app, rows),
      h("h1", { tabindex: "-1" }, t("list_title")),
      h("p", {}, t("list_intro", app.values())),
      h(
        "div",
        { class: "actions" },
        button(t("new_declaration"), () => begin(app), "primary"),
        button(t("fast_entry"), () => app.go("fast")),
        button(t("workbook_title"), () => app.go("workbook")),
      ),
      live.length ? h("ul", { class: "cards" }, live.map((row) => card(app, row))) : h("p", {}, t("list_empty")),
      handingPart(app, rows, live),
      withdrawnPart(app, rows),
      filesPart(app),
    ],
  };
}

// What is not yet handed over is said on top, and stays until it is.
function banner(app, rows) {
  const pending = rows.filter((row) => isPending(row) && (row.handed || !row.withdrawn)).length;
  if (pending) return h("p", { class: "banner", role: "status" }, h("b", {}, t("pending", { number: pending })), " ", t("pending_more"));
  if (!app.state.receipt) return null;
  return h("p", { class: "banner calm", role: "status" }, t("all_handed", { receipt: app.state.receipt }));
}

function begin(app) {
  const row = newDeclaration(Date.now());
  app.rows.set(row.id, row);
  app.go("page", { id: row.id, page: "identity" });
}

export function rowName(row) {
  return row.mark ? spaced(row.mark) : t(`nameless_${row.identity?.status ?? "none"}`);
}

function stateOf(app, row) {
  if (errorsOf(problemsOf(row, app.definition, app.dates)).length) return "incomplete";
  if (!row.handed) return "ready";
  return isPending(row) ? "corrected" : "handed";
}

function card(app, row) {
  const name = rowName(row);
  const state = stateOf(app, row);
  const created = dateText(new Date(row.created).toISOString().slice(0, 10));
  return h(
    "li",
    { class: "card" },
    h("h2", {}, t("declaration"), " ", h("span", { class: "mono" }, name)),
    h("p", {}, row.answers.situation ? situationText(row.answers.situation) : t("situation_to_do")),
    h("p", {}, h("span", { class: `tag ${state}` }, t(`state_${state}`)), " ", t("created", { date: created })),
    app.twins(row).length ? h("p", { class: "warning" }, t("twins_tag")) : null,
    h(
      "div",
      { class: "row" },
      named(t("open"), name, () => app.go("page", { id: row.id, page: row.identity ? "check" : "identity" })),
      row.handed
        ? named(t("withdraw"), name, () => app.go("confirm", { what: "withdraw", id: row.id }))
        : named(t("delete"), name, () => app.go("confirm", { what: "delete", id: row.id })),
    ),
  );
}

// Buttons alike say to a screen reader which declaration they belong to.
function named(text, name, onclick) {
  return h("button", { type: "button", class: "secondary", onclick }, text, h("span", { class: "unseen" }, ` ${name}`));
}

function handingPart(app, rows, live) {
  if (rows.length) {
    return h(
      "section",
      {},
      h("h2", {}, t("hand_over_title")),
      h("p", {}, t("hand_over_intro")),
      button(t("hand_over"), () => app.go("handing"), "primary"),
    );
  }
  return h("section", {}, h("h2", {}, t("nobody_title")), h("p", {}, t("nobody_intro")), button(t("nobody"), () => busy(() => meetNobody(app))));
}

function withdrawnPart(app, rows) {
  const withdrawn = rows.filter((row) => row.withdrawn);
  if (!withdrawn.length) return null;
  return h("details", {}, h("summary", {}, t("withdrawn_title", { number: withdrawn.length })), h("ul", {}, withdrawn.map((row) =>
    h("li", {}, rowName(row), " ", named(t("restore"), rowName(row), () => app.restore(row))))));
}

function filesPart(app) {
  return h(
    "section",
    { class: "files" },
    h("h2", {}, t("files_title")),
    h("p", {}, t(`stored_${app.storage.kind}`)),
    h(
      "div",
      { class: "actions" },
      button(t("save_draft"), () => app.saveDraft()),
      button(t("open_draft"), () => app.go("draft")),
      button(t("notice_link"), () => app.go("notice")),
      app.storage.kind === "memory" ? null : button(t("lock"), () => location.reload()),
      button(t("erase_all"), () => app.go("confirm", { what: "erase" }), "danger"),
    ),
  );
}
