"""The internal report in French: headline, categories, arrondissements, participation, quality of the data."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from denombrement.counts.asked import was_asked
from denombrement.counts.campaign_count import CampaignCount
from denombrement.counts.counting import ADULTS, CHILDREN
from denombrement.counts.dimensions import AGE_BAND, CATEGORY, SEX
from denombrement.counts.table import TERRITORY
from denombrement.publication.internal.rates import Rate, rates
from denombrement.publication.internal.tables import code_label
from denombrement.publication.maps import MapFigure
from denombrement.publication.maps.captions import alternative
from denombrement.publication.maps.page import sheet
from denombrement.publication.maps.svg import svg_document
from denombrement.publication.maps.wording import Wording
from denombrement.reference import any_commune, categories
from denombrement.survey.questionnaire import DONT_KNOW, label

if TYPE_CHECKING:
    import jinja2

_RULE_TEXTS = {
    "exact_night": "la nuit exacte l’emporte sur les deux semaines",
    "own_register": "le registre du lieu l’emporte sur un tiers",
    "person_present": "la fiche remplie avec la personne l’emporte",
    "most_severe": "la situation la plus grave l’emporte",
    "ask": "aucune règle ne tranche ; la première fiche est gardée",
}
_OUTSIDE_TEXTS = {
    "not_homeless": "pas sans chez-soi au sens du dénombrement",
    "minor_alone": "mineurs seuls, comptés à part",
    "no_link": "sans lien avec la province",
    "reception_centre": "en centre d’accueil pour demandeurs d’asile",
    "housing_waits": "en institution, avec un logement à la sortie",
    "leaving_later": "en institution, sortie dans plus d’un mois",
    "institution_facts_unknown": "en institution, sans savoir si la sortie approche",
    "eviction_later": "expulsion dans plus d’un mois",
}


def internal_report(count: CampaignCount, maps: Mapping[str, MapFigure]) -> str:
    """One self-contained HTML page. It holds exact figures and says so on every printed sheet."""
    words = Wording("fr")
    summary = count.summary()
    template = _environment().get_template("internal_report.html.j2")
    return template.render(
        campaign=count.campaign,
        night=words.night(count.campaign.night),
        n=words.number,
        s=summary,
        linkage=summary["linkage"],
        categories=_category_rows(summary),
        sexes=_profile(count, SEX),
        ages=_profile(count, AGE_BAND),
        rates=[_rate_row(each, summary) for each in rates(count)],
        crossing=_crossing(count),
        outside=[(_OUTSIDE_TEXTS[reason], number) for reason, number in summary["outside"].items()],
        silent=sorted(any_commune(nis).name("fr") for nis in count.participation.silent),
        missing=_missing(count),
        decisions=_decisions(count),
        maps={stem: _picture(figure) for stem, figure in maps.items()},
    )


def _category_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for code, numbers in summary["by_category"].items():
        total = numbers["adults"] + numbers["children"]
        share = 100 * numbers["adults"] / summary["adults"] if summary["adults"] else 0.0
        rows.append(
            {"code": code, "label": code_label(CATEGORY, code), **numbers, "total": total, "share": share}
        )
    return rows


def _profile(count: CampaignCount, dimension: str) -> list[tuple[str, int]]:
    table = count.counted.table([dimension])
    leaves = table.hierarchies[dimension].leaves
    return [(code_label(dimension, code), table.cell(**{dimension: code})) for code in leaves]


def _rate_row(rate: Rate, summary: Mapping[str, Any]) -> dict[str, Any]:
    numbers = summary["by_arrondissement"].get(rate.territory)
    numbers = numbers or {"adults": summary["adults"], "children": summary["children"]}
    return {"label": code_label(TERRITORY, rate.territory), "rate": rate, **numbers}


def _crossing(count: CampaignCount) -> dict[str, Any]:
    adults = count.counted.table([TERRITORY, CATEGORY], ADULTS)
    young = count.counted.table([TERRITORY, CATEGORY], CHILDREN)
    codes = [each.code for each in categories()]
    tree = adults.hierarchies[TERRITORY]
    places = [*tree.children[tree.children["total"][0]], *tree.children["total"][1:]]
    rows = []
    for place in places:
        if adults.takes_part({TERRITORY: place}):
            cells = [adults.cell(territory=place, category=code) for code in codes]
            children = young.cell(territory=place) if young.takes_part({TERRITORY: place}) else 0
            rows.append((code_label(TERRITORY, place), cells, adults.cell(territory=place), children))
    totals = [adults.cell(category=code) for code in codes]
    return {
        "labels": [code_label(CATEGORY, code) for code in codes],
        "rows": rows,
        "totals": totals,
        "adults": adults.cell(),
        "children": young.cell(),
    }


def _missing(count: CampaignCount) -> list[tuple[str, int]]:
    persons = count.counted.counted
    found = []
    for code in (
        "sex",
        "age_years",
        "nationality",
        "residence_status",
        "household",
        "duration",
        "commune_night",
    ):
        answers = persons[code]
        unknown = answers.isna() | (answers.astype("object") == DONT_KNOW)
        unknown &= was_asked(persons, code, count.campaign.night)
        found.append((_question_label(code), int(unknown.sum())))
    return found


def _decisions(count: CampaignCount) -> list[tuple[str, str, int]]:
    grouped = count.resolved.decisions.groupby(["question", "rule"], as_index=False).size()
    rows = zip(grouped["question"], grouped["rule"], grouped["size"], strict=True)
    return [(_question_label(str(code)), _RULE_TEXTS[str(rule)], int(number)) for code, rule, number in rows]


def _question_label(code: str) -> str:
    return label("question", code, "fr").text


def _picture(figure: MapFigure) -> dict[str, str]:
    """A map as an image of its own, so that nothing of one map can meet the rest of the page."""
    text = alternative(figure, with_table=False)
    drawing = svg_document(sheet(figure), figure.table.title, text)
    return {"source": "data:image/svg+xml;base64," + b64encode(drawing.encode()).decode(), "text": text}


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    folder = resources.files("denombrement.publication") / "data"
    templates = {"internal_report.html.j2": (folder / "internal_report.html.j2").read_text(encoding="utf-8")}
    return jinja2.Environment(
        loader=jinja2.DictLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
