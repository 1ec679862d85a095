"""What the page asks, in which words and under which rules: the same for every service of a campaign."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any

from denombrement.campaign import Campaign
from denombrement.errors import UsageProblem
from denombrement.forms.media import hint_text
from denombrement.forms.page_packing import Words
from denombrement.forms.page_script import page_style
from denombrement.reference import Commune, communes_of
from denombrement.survey.questionnaire import Question, label, options, questions, sections
from denombrement.survey.rules import message

_BEFORE_SIGN = re.compile(r" (?=[:;?!»])|(?<=«) ")
_OTHER_LISTS = ("identity_status",)
# On the page these have a screen of their own: below the tree's result they would be passed over unseen.
TERRITORY_PAGE = ("situation_source", "commune_night", "commune_origin", "territory_link")
# Not required by themselves, but by what was answered before, or one of them is.
_EXPECTED = ("age_years", "age_class", "children", "commune_night", "territory_link", "overrule_reason")
# One text for all codes of a list that reads alike (« Je ne sais pas » stands in twenty lists).
_Pool = dict[Words, int]


def read_texts(name: str) -> dict[str, dict[str, str]]:
    """Texts of ``data/<name>.csv``: key -> language -> text."""
    file = resources.files("denombrement.forms") / "data" / f"{name}.csv"
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row.pop("key"): row for row in rows}


def sleeping_tree() -> dict[str, Any]:
    """The decision tree "where did this person sleep?": ``start``, ``nodes``, and the ``places`` of a situation."""
    file = resources.files("denombrement.forms") / "data" / "sleeping_tree.json"
    tree: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return tree


def page_definition(campaign: Campaign, identity_tables: Mapping[str, Any]) -> dict[str, Any]:
    """The questionnaire of a campaign, ready for JSON.

    Args:
        campaign: its night decides the dates and the communes, its languages the texts.
        identity_tables: what ``identity.js`` needs to make codes (``dedup.codes.web_tables`` of the recipe).

    Raises:
        UsageProblem: FRM001 where the tables are not those of the campaign's recipe.
    """
    if identity_tables["recipe"]["name"] != campaign.recipe:
        raise UsageProblem("FRM001", recipe=campaign.recipe)
    languages = campaign.languages
    lists, pool = _option_lists(languages)
    return {
        "languages": list(languages),
        "dates": _dates(campaign),
        "style": page_style(),  # allowed by its hash, as if it stood in the page
        "sections": _pages(),
        "questions": {each.code: _question(each, campaign) for each in questions()},
        "options": lists,
        "optionTexts": list(pool),
        "rules": _rules(),
        "messages": {
            code: _typeset({each: message(code, each) for each in languages}) for code in _check_codes()
        },
        "communes": {
            each.nis: _commune_names(each, languages)
            for each in communes_of(campaign.territory, campaign.night)
        },
        "tree": {**sleeping_tree(), "texts": _in_order(read_texts("sleeping_tree"), languages)},
        "texts": _in_order(read_texts("page_texts"), languages),
        "identity": dict(identity_tables),
    }


def _pages() -> list[str]:
    """The thematic screens: the sections, and the page's own one after the first."""
    first, *others = sections()
    return [first, "territory", *others]


def _dates(campaign: Campaign) -> dict[str, str]:
    context = campaign.rule_context
    dates = {name: context.value(name) for name in ("night", "one_month_after", "two_weeks_before")}
    dates["morning"] = campaign.night + timedelta(days=1)
    return {name: value.isoformat() for name, value in dates.items()}


def _option_lists(languages: tuple[str, ...]) -> tuple[dict[str, dict[str, int]], _Pool]:
    names = dict.fromkeys([each.options for each in questions() if each.options] + [*_OTHER_LISTS])
    pool: _Pool = {}
    lists = {
        name: {
            code: pool.setdefault(_texts("option", code, languages, name), len(pool))
            for code in options(name)
        }
        for name in names
    }
    return lists, pool


def _texts(kind: str, code: str, languages: tuple[str, ...], list_name: str = "") -> Words:
    return _typeset({each: label(kind, code, each, list_name=list_name).text for each in languages})


def _typeset(texts: Mapping[str, str]) -> Words:
    """French signs keep to their word, so that no line begins with a question mark."""
    return Words(_BEFORE_SIGN.sub("\u202f", text) if each == "fr" else text for each, text in texts.items())


def _question(each: Question, campaign: Campaign) -> dict[str, Any]:
    languages = campaign.languages
    hints: dict[str, str] = {language: hint_text(each, campaign, language) for language in languages}
    return {
        "code": each.code,
        "of": each.of,
        "section": "territory" if each.code in TERRITORY_PAGE else each.section,
        "kind": each.kind,
        "text": _texts("question", each.code, languages),
        **({"hint": _typeset(hints)} if any(hints.values()) else {}),
        **({} if each.required or each.code in _EXPECTED else {"optional": True}),
        **({"options": each.options} if each.options else {}),
        **({} if each.minimum is None else {"minimum": each.minimum, "maximum": each.maximum}),
    }


@cache
def _rules() -> dict[str, Any]:
    file = resources.files("denombrement.survey") / "data" / "rules.json"
    rules: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return {"asked": rules["asked"], "checks": rules["checks"]}


def _check_codes() -> Iterator[str]:
    return (check["code"] for check in _rules()["checks"])


def _commune_names(commune: Commune, languages: tuple[str, ...]) -> Words:
    return Words(commune.name(each) for each in languages)


def _in_order(texts: Mapping[str, Mapping[str, str]], languages: tuple[str, ...]) -> dict[str, Words]:
    return {key: Words(by_language[each] for each in languages) for key, by_language in texts.items()}
