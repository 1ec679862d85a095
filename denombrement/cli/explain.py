"""``denombrement explain``: why some declarations are one person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from denombrement.cli.common import campaign_argument, common_options, emit, open_campaign
from denombrement.cli.language import say, spoken
from denombrement.dedup.review.explanation import (
    COPY,
    MODEL,
    PAST,
    PLATFORM,
    THROUGH,
    WAITING,
    Explanation,
    Link,
    Told,
    explain_person,
)
from denombrement.dedup.review.texts import chance_text, finding_text, text
from denombrement.survey.questionnaire import label

_ORIGINS = {COPY: "explain_copy", PLATFORM: "explain_platform", THROUGH: "explain_through"}
_STATES = {PAST: "explain_not_in_force", WAITING: "explain_waiting"}


@click.command("explain", help=say("explain"))
@campaign_argument
@click.argument("person", metavar=say("explain_person"))
@common_options
def command(path: Path, person: str, *, as_json: bool) -> None:
    """Prints the explanation."""
    campaign = open_campaign(path)
    with campaign.store() as store:
        explanation = explain_person(store, person, campaign.settings.resolution)
    result = asdict(explanation)
    result["answers"] = [
        {"verdict": each.verdict, "pair": each.pair, "who": each.who, "at": each.at, "state": state}
        for each, state in explanation.answers
    ]
    emit(result, explanation_lines(explanation), as_json=as_json)


def explanation_lines(found: Explanation) -> list[str]:
    """The explanation in sentences."""
    lines = [say("explain_title", person=found.person, number=len(found.declarations))]
    lines += [f"  {record}" for record in found.declarations]
    if found.is_purged:
        lines.append(say("explain_purged"))
    for each in found.links:
        lines.append(say("explain_link", first=each.pair[0], second=each.pair[1], origin=_origin(each)))
        lines += _evidence(each)
    own = set(found.declarations)
    for each in found.doubts:
        other = next(record for record in each.pair if record not in own)
        lines.append(say("explain_doubt", other=other, chance=_chance(each)))
        lines += _evidence(each)
    lines += [say("explain_believed", record=found.believed), say("explain_fields")]
    for field in found.fields:
        lines.append(
            say(
                "explain_field",
                question=label("question", field.question, spoken()).text,
                rule=say(f"explain_rule_{field.rule}"),
                answers=field.answers,
            )
        )
    return [*lines, say("explain_agreed"), say("explain_answers"), *_answers(found.answers)]


def _origin(link: Link) -> str:
    if link.origin == MODEL:
        said = say("explain_model", chance=_chance(link))
        rules = " / ".join(text(f"pass_{each.replace(' ', '_')}", spoken()) for each in link.rules)
        return f"{said} ; {say('explain_rules', rules=rules)}" if link.rules else said
    return say(_ORIGINS[link.origin]) if link.origin in _ORIGINS else text(link.origin, spoken())


def _chance(link: Link) -> str:
    return chance_text(link.chance or 0.0, spoken())


def _evidence(link: Link) -> list[str]:
    return [
        say(
            "explain_finding",
            part=text(f"part_{each.part}", spoken()),
            words=finding_text(each, spoken()),
        )
        for each in link.findings
    ]


def _answers(answers: tuple[Told, ...]) -> list[str]:
    if not answers:
        return [say("explain_nobody")]
    return [
        say(
            "explain_answer",
            at=each.at,
            who=each.who,
            first=each.first_id,
            second=each.second_id,
            verdict=text(each.verdict, spoken()),
            state=say(_STATES[state]) if state in _STATES else "",
        )
        for each, state in answers
    ]
