// What the person counted is told, in every language of the form; it can be read aloud, shown or printed.

import { h, button } from "./dom.js";
import { t, languages } from "./texts.js";
import { treeValues } from "./tree.js";

export function noticeTexts(dates) {
  return languages().map((code) =>
    h(
      "section",
      { lang: code, class: "notice" },
      h("h2", {}, t("notice_title", {}, code)),
      ["notice_why", "notice_what", "notice_rights"].map((key) => h("p", {}, t(key, treeValues(dates, code), code))),
    ),
  );
}

export function noticeScreen(app) {
  return {
    title: t("notice_link"),
    nodes: [
      button(t("back_to_list"), () => app.go("list"), "link"),
      h("h1", { tabindex: "-1" }, t("notice_link")),
      noticeTexts(app.dates),
      button(t("print"), () => window.print()),
    ],
  };
}
