// What the person counted is told, in every language of the form; it can be read aloud, shown or printed.

import { h, backToList, button, heading } from "./dom.js";
import { t, languages } from "./texts.js";

export const noticeTexts = () =>
  languages().map((code) =>
    h(
      "section.notice",
      { lang: code },
      h("h2", t("notice_title", {}, code)),
      ["notice_why", "notice_what", "notice_rights"].map((key) => h("p", t(key, {}, code))),
    ),
  );

export const noticeScreen = (app) => [
  backToList(app),
  heading(t("notice_link")),
  noticeTexts(),
  button(t("print"), () => window.print()),
];
