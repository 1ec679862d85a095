"""The count as tables: one CSV each, with labels beside codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from denombrement.counts.campaign_count import CampaignCount
from denombrement.counts.counting import ADULTS, CHILDREN
from denombrement.counts.dimensions import (
    AGE_BAND,
    CATEGORY,
    OUTSIDE,
    SERVICE_TERRITORY,
    SEX,
    SITUATION,
    UNKNOWN,
    WITHOUT_BE7,
)
from denombrement.counts.table import TERRITORY
from denombrement.errors import DenombrementError
from denombrement.reference import any_commune, label, territory
from denombrement.survey.questionnaire import option_label, question

if TYPE_CHECKING:
    import pandas as pd

_CROSSINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("situation", (SITUATION,)),
    ("categorie_sexe_age", (CATEGORY, SEX, AGE_BAND)),
    ("commune_de_la_nuit", (TERRITORY,)),
    ("commune_du_service", (SERVICE_TERRITORY,)),
    ("arrondissement_categorie", (TERRITORY, CATEGORY)),
)
_SPECIAL = {
    "fr": {
        "total": "Total",
        WITHOUT_BE7: "Total sans menace d’expulsion",
        UNKNOWN: "Inconnu",
        OUTSIDE: "Hors de la province",
    },
}
_OPTION_LISTS = {SEX: "sex", AGE_BAND: "age_class"}


def internal_tables(count: CampaignCount, language: str = "fr") -> dict[str, pd.DataFrame]:
    """File stem -> table, with one row a cell: codes, labels, adults, children.

    Children are those who share their parent's situation. Territories that did not take part have no row.
    """
    return {stem: _table(count, dimensions, language) for stem, dimensions in _CROSSINGS}


def code_label(dimension: str, code: str, language: str = "fr") -> str:
    """What a code of a dimension is called."""
    special = _SPECIAL["fr"]
    if code in special:
        return special[code]
    if dimension in {TERRITORY, SERVICE_TERRITORY}:
        return _territory_name(code, language)
    if dimension in {CATEGORY, SITUATION}:
        return label(code, language)
    return option_label(_OPTION_LISTS.get(dimension) or question(dimension).options, code, language)


def _table(count: CampaignCount, dimensions: Sequence[str], language: str) -> pd.DataFrame:
    names = list(dimensions)
    adults = count.counted.table(dimensions, ADULTS).frame().rename(columns={"count": "adultes"})
    children = count.counted.table(dimensions, CHILDREN).frame().rename(columns={"count": "enfants"})
    table = adults.merge(children, on=names, how="outer", sort=False).fillna(0)
    table = table.astype({"adultes": "int64", "enfants": "int64"})
    if SERVICE_TERRITORY in names:
        table = table[~_of_silence(table, count)].reset_index(drop=True)
    for name in names:
        codes = table[name]
        labels = {code: code_label(name, code, language) for code in codes.unique()}
        table.insert(list(table.columns).index(name) + 1, f"{name}_libelle", codes.map(labels))
    return table


def _of_silence(table: pd.DataFrame, count: CampaignCount) -> pd.Series[bool]:
    """Rows of territories in which no service answered: no zero, and so no row."""
    tree = count.counted.table([SERVICE_TERRITORY]).hierarchies[SERVICE_TERRITORY]
    silent = count.participation.silent
    codes = {code for code in tree.codes if silent.issuperset(tree.leaves_under(code))}
    empty = (table["adultes"] == 0) & (table["enfants"] == 0)
    return table[SERVICE_TERRITORY].isin(codes) & empty


def _territory_name(code: str, language: str) -> str:
    try:
        return territory(code).name(language)
    except DenombrementError:
        return any_commune(code).name(language)
