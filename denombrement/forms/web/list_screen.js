// The list of this service's own declarations, and all that can be done with them.

import { h, button, buttonOf, heading, saidOnce } from "./dom.js";
import { t, dateText } from "./texts.js";
import { isPending, isWhole, newDeclaration, stoppedAt } from "./declarations.js";
import { rowName, rowPerson, rowSituation } from "./identity_screen.js";
import { draftButtons, lastFileBanner, nobodyPart } from "./handing_screen.js";

export function listScreen(app, { message = null } = {}) {
  const rows = [...app.rows.values()].sort((a, b) => b.created - a.created);
  const live = rows.filter((row) => !row.withdrawn);
  return [
    saidOnce(message),
    pendingBanner(rows),
    lastFileBanner(app),
    heading(t("list_title")),
    h("p", t("list_intro")),
    h(
      "div.actions",
      button(t("new_declaration"), () => begin(app), "primary"),
      button(t("fast_entry"), () => app.go("fast")),
      button(t("workbook_title"), () => app.go("workbook")),
    ),
    live.length ? h("ul.cards", live.map((row) => card(app, row))) : h("p", t("list_empty")),
    rows.length ? handingPart(app) : nobodyPart(app),
    withdrawnPart(app, rows),
    filesPart(app),
  ];
}

// What is in no file yet is said on top, and stays until it is.
function pendingBanner(rows) {
  const number = rows.filter((row) => isPending(row) && (row.handed || !row.withdrawn)).length;
  return number ? h("p.banner", { role: "status" }, h("b", t("pending", { number })), " ", t("pending_more")) : null;
}

function begin(app) {
  const row = newDeclaration(Date.now());
  app.rows.set(row.id, row);
  app.go("page", { id: row.id, page: "identity" });
}

function stateOf(row) {
  if (!isWhole(row)) return "incomplete";
  if (!row.handed) return stoppedAt(row) ? "aside" : "ready";
  if (isPending(row)) return "corrected";
  return row.sent === row.handed ? "sent" : "saved";
}

function card(app, row) {
  const name = rowName(row);
  const state = stateOf(row);
  const date = dateText(new Date(row.created).toISOString().slice(0, 10));
  const removal = row.handed ? "withdraw" : "delete";
  return h(
    "li.card",
    h("h2", t("declaration"), " ", h("span.mono", name)),
    h("p", h("b", rowSituation(row))),
    h("p", rowPerson(row)),
    h("p", h(`span.tag.${state}`, t(`state_${state}`)), " ", t("created", { date })),
    app.twins(row).length ? h("p.warning", t("twins_tag")) : null,
    h(
      "div.row",
      buttonOf(name, t("open"), () => app.go("page", { id: row.id, page: row.identity ? "check" : "identity" })),
      buttonOf(name, t(removal), () => app.go("confirm", { what: removal, id: row.id })),
    ),
  );
}

const handingPart = (app) =>
  h("section", h("h2", t("hand_over_title")), h("p", t("hand_over_intro")), button(t("hand_over"), () => app.go("handing"), "primary"));

function withdrawnPart(app, rows) {
  const withdrawn = rows.filter((row) => row.withdrawn);
  if (!withdrawn.length) return null;
  const restore = (row) => buttonOf(rowName(row), t("restore"), () => app.restore(row));
  return h(
    "details",
    h("summary", t("withdrawn_title", { number: withdrawn.length })),
    h("ul", withdrawn.map((row) => h("li", rowName(row), " – ", rowSituation(row), " ", restore(row)))),
  );
}

const filesPart = (app) =>
  h(
    "section.files",
    h("h2", t("files_title")),
    h("p", t(app.storage.kind)),
    h(
      "div.actions",
      draftButtons(app),
      button(t("notice_link"), () => app.go("notice")),
      app.storage.kind === "memory_only" ? null : button(t("lock"), () => location.reload()),
      button(t("erase_all"), () => app.go("confirm", { what: "erase" }), "danger"),
    ),
  );
