// Small helpers that build the page. Texts only ever become text nodes: no markup is ever read from a value.

import { t } from "./texts.js";

// h("p.error", { id: "x" }, "text", [more]): classes after dots, then attributes if there are any, then what is inside.
export function h(name, ...inside) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  const attributes = inside[0]?.constructor === Object ? inside.shift() : {};
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (attribute.startsWith("on")) element.addEventListener(attribute.slice(2), value);
    else if (["value", "checked", "selected"].includes(attribute)) element[attribute] = value;
    else element.setAttribute(attribute, value === true ? "" : value);
  }
  element.append(...inside.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

export const heading = (text) => h("h1", { tabindex: "-1" }, text);

export function button(text, onclick, kind = "secondary") {
  return h(`button.${kind}`, { type: "button", onclick }, text);
}

// Buttons alike say to a screen reader what they belong to.
export function buttonOf(subject, text, onclick, kind = "secondary") {
  return h(`button.${kind}`, { type: "button", onclick }, text, h("span.unseen", ` ${subject}`));
}

export const backToList = (app, ...more) =>
  h("nav", { "aria-label": t("steps") }, button(t("back_to_list"), () => app.go("list"), "link"), more);

// What was just done, said on the next screen in its language: [key, values].
export const saidOnce = (message) => (message ? h("p.inset", { role: "status" }, t(...message)) : null);

export const stepOf = ({ pages, page }) => h("p.caption", t("step", { number: pages.indexOf(page) + 1, total: pages.length }));

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
export function errorSummary(errors) {
  if (!errors.length) return null;
  const links = errors.map(({ field, message }) =>
    h("li", h("a", { href: `#${field}`, onclick: (event) => jump(event, field) }, message)),
  );
  return h(
    "div.summary",
    { role: "alert", tabindex: "-1", id: "summary", "aria-labelledby": "summary-title" },
    h("h2", { id: "summary-title" }, t("problem_title")),
    h("ul", links),
  );
}

// Without following the link: its address would be kept in the browser's history.
function jump(event, field) {
  event.preventDefault();
  const place = byId(field);
  if (!place) return;
  const control = place.matches("input,select,button") ? place : place.querySelector("input,select,button");
  for (let box = place; box; box = box.parentElement) if (box.matches("details")) box.open = true;
  place.scrollIntoView({ block: "start" });
  (control || place).focus({ preventScroll: true });
}
