"""The auditor's page: what would be published, what an attacker could infer at best, and for whom. For the team."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from denombrement.protection.plan import PublicationPlan
from denombrement.protection.profiles import Profile
from denombrement.protection.verdict import AttackerSummary, AuditVerdict, Finding, Interval, Kind
from denombrement.publication.maps.wording import Wording
from denombrement.publication.public.labels import (
    code_label,
    dimension_label,
    measure_label,
    table_label,
    text_keys,
)
from denombrement.publication.public.pages import environment

_KINDS = {
    "outsider": "Lecteur qui ne connaît que ce qui est publié",
    "territory": "Connaît toutes les personnes d’une commune ou d’un arrondissement",
    "service": "Connaît toutes les personnes qu’un service a déclarées",
}
# Enough to see which table must change.
_LISTED = 100
_LEVELS = {"all": "toutes les modalités"}


@dataclass(frozen=True)
class AttackerRow:
    """All attackers of one kind together: how many, cells judged, and what they learnt."""

    text: str
    attackers: int
    judged: int
    exact: int
    small: int
    group: int


def verdict_page(
    name: str, verdict: AuditVerdict, plan: PublicationPlan, profile: Profile, counts_digest: str
) -> str:
    """One HTML page in French. It names small cells: it stays inside the team.

    Args:
        name: of the campaign.
        verdict: of the last audit, passed or not.
        plan: what was asked for.
        profile: how it was protected.
        counts_digest: SHA-256 of the counts, plan and profile that the verdict is about.
    """
    words = Wording("fr")
    template = environment().get_template("verdict.html.j2")
    return template.render(
        name=name,
        v=verdict,
        n=words.number,
        plan=plan,
        profile=profile,
        digest=counts_digest,
        printed=[_planned(each.name, each.measure, each.dimensions, each.each) for each in plan.tables],
        attackers=list(_by_kind(verdict.attackers)),
        findings=[_finding(each) for each in verdict.findings[:_LISTED]],
        narrowest=[_interval(each) for each in verdict.narrowest],
    )


def _planned(name: str, measure: str, dimensions: Mapping[str, str], each: str) -> tuple[str, str, str]:
    levels = [f"{dimension_label(d, 'fr')} ({_LEVELS.get(level, level)})" for d, level in dimensions.items()]
    if each:
        levels.append(f"{dimension_label(each, 'fr')}, un tableau par réponse")
    key = f"table.{name}"
    title = table_label(name, tuple(dimensions), measure, "fr") if key in text_keys() else name
    return title, measure_label(measure, "fr"), ", ".join(levels)


def _by_kind(attackers: Sequence[AttackerSummary]) -> Iterable[AttackerRow]:
    for kind, text in _KINDS.items():
        found = [one for one in attackers if one.name.split("=")[0] == kind]
        if found:
            sums = {
                what: sum(getattr(one, what) for one in found)
                for what in ("judged", "exact", "small", "group")
            }
            yield AttackerRow(text, len(found), **sums)


def _finding(finding: Finding) -> tuple[str, str, str]:
    if finding.kind is Kind.GROUP:
        learnt = f"prouve que toutes ces personnes sont : {_cell(finding.shared)}"
    elif finding.kind is Kind.EXACT:
        learnt = f"en connaît l’effectif exact : {finding.low}"
    else:
        learnt = f"prouve qu’il y a de {finding.low} à {finding.high} personnes"
    return _attacker(finding.attacker), _cell(finding.cell), learnt


def _attacker(name: str) -> str:
    kind, _, code = name.partition("=")
    if kind == "territory":
        return code_label("territory", code, "fr")
    return f"service {code}" if code else "tout lecteur"


def _interval(interval: Interval) -> tuple[str, int, int]:
    return _cell(interval.cell), interval.low, interval.high


def _cell(name: str) -> str:
    """A cell's name in words."""
    measure, *codes = name.split("; ")
    parts = [measure_label(measure, "fr")]
    for pair in codes:
        dimension, _, code = pair.partition("=")
        parts.append(f"{dimension_label(dimension, 'fr')} : {code_label(dimension, code, 'fr')}")
    return " ; ".join(parts)
