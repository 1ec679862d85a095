"""What a linkage tells the officer of its fit, with the model's own names of fields, rules and keys put into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from denombrement.cli.language import SPOKEN, say_in, spoken
from denombrement.dedup.cross_check.plan import BETWEEN_FIELDS, BETWEEN_KEYS, BETWEEN_RULE_FIELDS
from denombrement.dedup.review.texts import text
from denombrement.errors import Facts, catalogue

# The model's short names of what the review calls by a longer one.
_PARTS = {
    "given": "given_name",
    "family": "family_name",
    "year": "birth_year",
    "month": "birth_month",
    "day": "birth_day",
}


def in_words(notices: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The notices with their texts worded anew; codes and facts stay for machines."""
    return [
        {**notice, **{language: _text(notice, language) for language in SPOKEN}}
        if notice.get("facts")
        else dict(notice)
        for notice in notices
    ]


def notice_lines(notices: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line a notice, in the language chosen."""
    return [f"  {notice['code']}: {notice[spoken()]}" for notice in notices]


def _text(notice: Mapping[str, Any], language: str) -> str:
    facts = {name: _fact(name, value, language) for name, value in notice["facts"].items()}
    return catalogue()[notice["code"]][language].format(**facts)


def _fact(name: str, value: Facts, language: str) -> Facts:
    if name in {"field", "fields"}:
        names = str(value).replace(BETWEEN_RULE_FIELDS, BETWEEN_FIELDS).split(BETWEEN_FIELDS)
        return ", ".join(_field(each, language) for each in names)
    if name == "keys":
        return BETWEEN_KEYS.join(_key(each, language) for each in str(value).split(BETWEEN_KEYS))
    return text(f"pass_{_code(str(value))}", language) if name == "rule" else value


def _field(name: str, language: str) -> str:
    label = text(f"part_{_PARTS.get(name, name)}", language)
    return label[0].lower() + label[1:]


def _key(name: str, language: str) -> str:
    return say_in(language, f"matching_key_{_code(name)}")


def _code(name: str) -> str:
    return name.replace(",", "").replace(" ", "_")
