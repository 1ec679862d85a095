// Small helpers that build the page. Texts only ever become text nodes: no markup is ever read from a value.

import { t } from "./texts.js";

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "selected") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

export function button(text, onclick, kind = "secondary") {
  return h("button", { type: "button", class: kind, onclick }, text);
}

export function byId(id) {
  return document.getElementById(id);
}

// A message that screen readers say at once, without moving the focus.
export function announce(text) {
  const place = byId("announcer");
  place.textContent = "";
  setTimeout(() => (place.textContent = text), 50);
}

// Some acts take a moment on a slow computer: it is said, and a second press does nothing.
export async function busy(act) {
  const buttons = document.querySelectorAll("main button");
  for (const each of buttons) each.disabled = true;
  announce(t("wait"));
  try {
    return await act();
  } finally {
    for (const each of buttons) each.disabled = false;
  }
}

// Hands a file to the browser's own "save" without any network.
export function saveFile(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

// "Il y a un problème": on top, takes the focus, one link for each error, in the words used beside the field.
export function errorSummary(title, errors) {
  if (!errors.length) return null;
  const links = errors.map(({ field, message }) =>
    h("li", {}, h("a", { href: `#${field}`, onclick: (event) => jump(event, field) }, message)),
  );
  return h(
    "div",
    { class: "summary", role: "alert", tabindex: "-1", id: "summary", "aria-labelledby": "summary-title" },
    h("h2", { id: "summary-title" }, title),
    h("ul", {}, links),
  );
}

// Without following the link: its address would be kept in the browser's history.
export function jump(event, field) {
  event.preventDefault();
  const place = byId(field);
  if (!place) return;
  const control = place.matches("input,select,button") ? place : place.querySelector("input,select,button");
  place.scrollIntoView({ block: "start" });
  (control || place).focus({ preventScroll: true });
}
