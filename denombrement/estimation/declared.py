"""The declaration file of an estimate: what a person says of the lists, and the ticks beside the assumptions.

``declaration_template`` writes it with the questions in one of four languages, ``read_declaration`` reads it back. An answer
left empty is an assumption not answered, and the estimate is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from denombrement.errors import UsageProblem
from denombrement.estimation.assumptions import Answer, TickedAssumptions, assumptions
from denombrement.estimation.grouping import Grouping
from denombrement.estimation.linkage_error import MissedMatchRate
from denombrement.estimation.refusals import OWN_LISTS_CATEGORIES, StudyDesign

_HEAD = """\
territory = "province"
unit = "adult"
categories = [{categories}]
# {names}
grouping = "{grouping}"
# [["{first}", "{second}"]]
pathways = []
lists_made_for = []

[missed_matches]
# missed = 0
# examined = 100
# source = ""

[assumptions]
answered_by = ""
answered_on = ""
"""


@dataclass(frozen=True)
class Declaration:
    """What the file says: the design and the answers."""

    design: StudyDesign
    ticked: TickedAssumptions


def declaration_template(
    groupings: Mapping[str, Grouping], categories: tuple[str, ...], language: str
) -> str:
    """An unanswered declaration, as TOML.

    Args:
        groupings: those that may be chosen; the first is proposed.
        categories: ETHOS Light categories of the campaign; those that need lists of their own are left out.
        language: of the assumptions, ``fr``, ``nl``, ``de`` or ``en``.
    """
    name, grouping = next(iter(groupings.items()))
    general = [code for code in categories if code not in OWN_LISTS_CATEGORIES]
    head = _HEAD.format(
        categories=", ".join(f'"{code}"' for code in general),
        names=" | ".join(groupings),
        grouping=name,
        first=grouping.systems[0].code,
        second=grouping.systems[1].code,
    )
    answers = " | ".join(answer.value for answer in Answer)
    questions = [f'# {each.text(language)}\n{each.code} = "" # {answers}\n' for each in assumptions()]
    return head + "".join(questions)


def read_declaration(text: str, *, grouping_recorded_first: bool) -> Declaration:
    """The declaration of a TOML text.

    Args:
        text: the filled template.
        grouping_recorded_first: the journal holds the digest of this grouping before any result.

    Raises:
        UsageProblem: EST023 (not TOML, a field missing or an answer unknown), EST010 (an impossible missed-match rate),
            EST015 (an unknown assumption).
    """
    try:
        content = tomllib.loads(text)
        return Declaration(
            _design(content, recorded=grouping_recorded_first), _ticked(content["assumptions"])
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as problem:
        raise UsageProblem("EST023") from problem


def _design(content: dict[str, Any], *, recorded: bool) -> StudyDesign:
    measured = content.get("missed_matches") or None
    return StudyDesign(
        territory=content["territory"],
        unit=content["unit"],
        categories=frozenset(content["categories"]),
        grouping=content["grouping"],
        grouping_recorded_first=recorded,
        missed_matches=None if measured is None else MissedMatchRate(**measured),
        pathways=tuple((one, other) for one, other in content["pathways"]),
        lists_made_for=frozenset(content["lists_made_for"]),
    )


def _ticked(content: dict[str, str]) -> TickedAssumptions:
    answers = {
        code: Answer(answer)
        for code, answer in content.items()
        if code not in {"answered_by", "answered_on"} and answer
    }
    return TickedAssumptions(answers, content["answered_by"], content["answered_on"])
