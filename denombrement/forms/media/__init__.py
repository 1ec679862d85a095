"""What the workbook, the XLSForm and the paper share: the questions they ask, their options and their own words."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from importlib import resources

from denombrement.campaign import Campaign
from denombrement.errors import UsageProblem
from denombrement.reference import communes_of, territory
from denombrement.survey.questionnaire import LANGUAGES, Question, label, option_label, options, questions

# Asked by the page alone, whose decision tree proposes a situation that the worker may set aside.
_PAGE_ONLY = frozenset({"overrule_reason"})
# Reasons for which a record bears no code; the other states follow from the code itself.
WITHOUT_CODE = ("refused", "not_known")


@cache
def media_questions(of: str) -> tuple[Question, ...]:
    """The questions that these media ask of a ``declaration`` or a ``child``, in their order."""
    return tuple(each for each in questions(of) if each.code not in _PAGE_ONLY)


def answer_options(question: Question, campaign: Campaign, language: str) -> list[tuple[str, str]]:
    """Codes and texts that may answer a question; for a commune, those of the territory on the reference night."""
    listed = [(code, option_label(question.options, code, language)) for code in options(question.options)]
    if question.kind != "commune":
        return listed
    communes = communes_of(campaign.territory, campaign.night)
    return sorted(((each.nis, each.name(language)) for each in communes), key=lambda pair: pair[1]) + listed


def hint_text(question: Question, campaign: Campaign, language: str) -> str:
    """What is said beside a question; the territory is named, lest the province be taken for the country of that name."""
    if question.code != "territory_link":
        return label("question", question.code, language).hint
    place = territory(campaign.territory)
    name = medium_text(f"territory_{place.level}", language, name=place.name(language))
    return medium_text("territory_is", language, territory=name)


def medium_text(key: str, language: str, **facts: str | int) -> str:
    """A text of these media, its braces filled in.

    Raises:
        UsageProblem: FRM501 where there is no such language.
    """
    if language not in LANGUAGES:
        raise UsageProblem("FRM501", languages=", ".join(LANGUAGES))
    return _texts()[key][language].format(**facts)


def night_texts(campaign: Campaign) -> dict[str, str]:
    """The two dates of the reference night, as numbers that read alike in all four languages."""
    return {"night": _day(campaign.night), "morning": _day(campaign.night + timedelta(days=1))}


def _day(moment: date) -> str:
    return f"{moment.day}.{moment.month}.{moment.year}"


@cache
def _texts() -> dict[str, dict[str, str]]:
    file = resources.files("denombrement.forms.media") / "texts.csv"
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row.pop("key"): row for row in rows}
