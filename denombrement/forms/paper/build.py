"""What stands on the sheet, handed to the typst template as data: texts can hold no instruction of typst."""

from __future__ import annotations

import json
from importlib import resources
from itertools import groupby
from typing import Any

from denombrement.campaign import Campaign, Service
from denombrement.forms.media import hint_text, media_questions, medium_text, night_texts
from denombrement.forms.media.code_form import DEFAULT_CODE_FORM, CodeForm
from denombrement.forms.paper.routing import Routing, has_letters, option_letter
from denombrement.survey.questionnaire import Question, label, option_label, options
from denombrement.survey.rules import load_rules

CHILDREN = 4
_ONE_A_LINE = frozenset({"situation"})
_FACTS = (
    "code",
    "service",
    "number",
    "zero",
    "refused",
    "unknown",
    "how",
    "several",
    "required",
    "end",
    "notice_title",
    "notice",
)


def paper(
    campaign: Campaign,
    *,
    language: str = "fr",
    service: Service | None = None,
    code_form: CodeForm = DEFAULT_CODE_FORM,
) -> bytes:
    """The paper form of a campaign in one language: A4, two sides, PDF/UA-1 (tagged).

    Only typst's own fonts are used, so that the same campaign gives the same bytes on every machine.

    Args:
        campaign: its name and night are printed.
        language: language of the texts.
        service: its name is printed; without one, a line to write it on.
        code_form: how many letters the recipe's mnemonic has.

    Raises:
        UsageProblem: FRM501 unknown language; FRM504 a rule that nobody has put into words.
    """
    import typst

    template = (resources.files("denombrement.forms.paper") / "form.typ").read_bytes()
    content = sheet_content(campaign, language, service, code_form)
    made: bytes = typst.compile(
        template,
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
    )
    return made


def sheet_content(
    campaign: Campaign, language: str, service: Service | None, code_form: CodeForm
) -> dict[str, Any]:
    """Everything that is printed, in order."""
    asked = media_questions("declaration")
    routing = Routing(language, {each.code: number for number, each in enumerate(asked, 1)})
    return {
        "language": language,
        "title": medium_text("paper_title", language),
        "campaign": campaign.name,
        "night": medium_text("how_night", language, **night_texts(campaign)),
        "service": service.name if service else "",
        "texts": {key: medium_text(f"paper_{key}", language) for key in _FACTS},
        "page": medium_text("paper_page", language, number="{0}", total="{1}"),
        "code": _code_boxes(code_form, language),
        "sections": [
            {
                "title": label("section", section, language).text,
                "questions": [_printed(each, campaign, language, routing) for each in of_section],
            }
            for section, of_section in groupby(asked, key=lambda each: each.section)
        ],
    }


def _code_boxes(form: CodeForm, language: str) -> list[dict[str, Any]]:
    given, family = form.boxes[:2]
    texts = [
        medium_text("paper_given", language, number=given),
        medium_text("paper_family", language, number=family),
        *(medium_text(f"paper_{part}", language) for part in ("day", "month", "year", "sex")),
    ]
    return [{"text": text, "boxes": boxes} for text, boxes in zip(texts, form.boxes, strict=True)]


def _printed(each: Question, campaign: Campaign, language: str, routing: Routing) -> dict[str, Any]:
    texts = label("question", each.code, language)
    rule = load_rules().asked.get(each.code)
    printed = {
        "number": routing.numbers.get(each.code, 0),
        "kind": each.kind,
        "text": texts.text,
        "hint": hint_text(each, campaign, language),
        "only_if": routing.only_if(rule) if rule else "",
        "required": each.required,
        "stacked": each.code in _ONE_A_LINE,
        "boxes": len(str(each.maximum)) if each.kind == "integer" else 0,
        "options": _options(each, language) if each.options else [],
    }
    if each.kind == "children":
        printed["children"] = CHILDREN
        printed["child"] = medium_text("paper_child", language)
        printed["columns"] = [
            _printed(child, campaign, language, routing) for child in media_questions("child")
        ]
    if each.kind == "commune":
        printed["line"] = medium_text("paper_commune", language)
    return printed


def _options(each: Question, language: str) -> list[dict[str, str]]:
    lettered = has_letters(each.options) and each.kind == "choice"
    return [
        {
            "letter": option_letter(each.options, code) if lettered else "",
            "text": option_label(each.options, code, language),
        }
        for code in options(each.options)
    ]
