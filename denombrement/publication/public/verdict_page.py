"""The auditor's page: what would be published, what an attacker could infer at best, and for whom. For the team."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import Profile
from denombrement.protection.verdict import AttackerSummary, AuditVerdict, Finding, Interval, Kind
from denombrement.publication.maps.wording import Wording
from denombrement.publication.public.figures import PLACES
from denombrement.publication.public.labels import (
    code_label,
    dimension_label,
    measure_label,
    place_label,
    table_label,
    text,
    text_keys,
)
from denombrement.publication.public.pages import environment

_KINDS = {
    "outsider": "Lecteur qui ne connaît que ce qui est publié",
    "territory": "Connaît toutes les personnes d’une commune ou d’un arrondissement",
    "service": "Connaît toutes les personnes qu’un service a déclarées",
    "pair": "Deux des précédents qui se confient ce qu’ils savent",
}
# Enough to see which table must change.
_LISTED = 100
_LANGUAGE = "fr"


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
    words = Wording(_LANGUAGE)
    template = environment().get_template("verdict.html.j2")
    return template.render(
        name=name,
        v=verdict,
        n=words.number,
        plan=plan,
        profile=profile,
        digest=counts_digest,
        plan_name=_known("plan", plan.name, f"Plan «\u202f{plan.name}\u202f»"),
        profile_source=_known("profile", profile.name, profile.source),
        printed=[_planned(each) for each in plan.tables],
        attackers=list(_by_kind(verdict.attackers)),
        findings=[_finding(each) for each in verdict.findings[:_LISTED]],
        narrowest=[_interval(each) for each in verdict.narrowest],
    )


def _planned(table: PlannedTable) -> tuple[str, str, str]:
    levels = [
        f"{dimension_label(dimension, _LANGUAGE)} ({_known('level_name', level, level)})"
        for dimension, level in table.dimensions.items()
    ]
    about = tuple(table.dimensions)
    if table.each:
        levels.append(f"{dimension_label(table.each, _LANGUAGE)}, un tableau par réponse")
        about = (table.each,)
    title = table_label(table.name, about, table.measure, _LANGUAGE)
    return title[:1].upper() + title[1:], measure_label(table.measure, _LANGUAGE), ", ".join(levels)


def _known(kind: str, code: str, otherwise: str) -> str:
    """The text of a code that comes with the package; a controller's own plan or profile speaks for itself."""
    key = f"{kind}.{code}"
    return text(key, _LANGUAGE) if key in text_keys() else otherwise


def _by_kind(attackers: Sequence[AttackerSummary]) -> Iterable[AttackerRow]:
    for kind, said in _KINDS.items():
        found = [one for one in attackers if one.name.split("=")[0] == kind]
        if found:
            sums = {
                what: sum(getattr(one, what) for one in found)
                for what in ("judged", "exact", "small", "group")
            }
            yield AttackerRow(said, len(found), **sums)


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
    if kind == "pair":
        return " avec ".join(_attacker(each) for each in code.split(" + "))
    if kind == "territory":
        return place_label(code, _LANGUAGE)
    return f"service {code}" if code else "tout lecteur"


def _interval(interval: Interval) -> tuple[str, int, int]:
    return _cell(interval.cell), interval.low, interval.high


def _cell(name: str) -> str:
    """A cell's name in words."""
    measure, *codes = name.split("; ")
    parts = [measure_label(measure, _LANGUAGE)]
    for pair in codes:
        dimension, _, code = pair.partition("=")
        place = dimension in PLACES
        shown = place_label(code, _LANGUAGE) if place else code_label(dimension, code, _LANGUAGE)
        parts.append(f"{dimension_label(dimension, _LANGUAGE)} : {shown}")
    return " ; ".join(parts)
