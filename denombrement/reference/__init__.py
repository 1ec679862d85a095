"""Codes and labels that others decide: ETHOS Light, communes, population, published figures.

Everything is read from the tables in ``data/``, whose sources are in ``data/SOURCES.toml``. Unknown codes raise.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from denombrement.reference._tables import Source, file_sources, origins, verify_tables
from denombrement.reference.communes import (
    Commune,
    Territory,
    all_communes,
    any_commune,
    arrondissements,
    commune,
    communes_of,
    communes_on,
    predecessors,
    province,
    territories,
    territory,
)
from denombrement.reference.ethos import (
    LANGUAGES,
    Category,
    Label,
    LivingSituation,
    categories,
    category,
    category_of,
    definition,
    label,
    label_entry,
    living_situation,
    living_situations,
    most_severe,
)
from denombrement.reference.inhabitants import (
    PopulationFigure,
    PopulationYear,
    RateArea,
    nearest_population_year,
    population,
    population_figure,
    population_sum,
    population_years,
    rate_areas,
    territory_population,
)
from denombrement.reference.lookup import find_commune, fold
from denombrement.reference.vintages import require_one_vintage, to_vintage, vintage_code

if TYPE_CHECKING:
    from denombrement.reference.crosswalk import (
        Answer,
        CrosswalkRow,
        Fact,
        Facts,
        InLight,
        NeedsFact,
        Outside,
        crosswalk_rows,
        one_month_after,
        to_light,
    )
    from denombrement.reference.frames import (
        categories_table,
        communes_table,
        crosswalk_table,
        ethos_light_table,
        labels_table,
        population_table,
        published_figures_table,
    )
    from denombrement.reference.published import (
        PublishedFigure,
        PublishedTotal,
        published_figure,
        published_figures,
        published_totals,
    )

# Seldom needed, and dear to import: found on first use.
_LAZY = {
    "crosswalk": (
        "Answer",
        "CrosswalkRow",
        "Fact",
        "Facts",
        "InLight",
        "NeedsFact",
        "Outside",
        "crosswalk_rows",
        "one_month_after",
        "to_light",
    ),
    "frames": (
        "categories_table",
        "communes_table",
        "crosswalk_table",
        "ethos_light_table",
        "labels_table",
        "population_table",
        "published_figures_table",
    ),
    "published": (
        "PublishedFigure",
        "PublishedTotal",
        "published_figure",
        "published_figures",
        "published_totals",
    ),
}

__all__ = [
    "LANGUAGES",
    "Answer",
    "Category",
    "Commune",
    "CrosswalkRow",
    "Fact",
    "Facts",
    "InLight",
    "Label",
    "LivingSituation",
    "NeedsFact",
    "Outside",
    "PopulationFigure",
    "PopulationYear",
    "PublishedFigure",
    "PublishedTotal",
    "RateArea",
    "Source",
    "Territory",
    "all_communes",
    "any_commune",
    "arrondissements",
    "categories",
    "categories_table",
    "category",
    "category_of",
    "commune",
    "communes_of",
    "communes_on",
    "communes_table",
    "crosswalk_rows",
    "crosswalk_table",
    "definition",
    "ethos_light_table",
    "file_sources",
    "find_commune",
    "fold",
    "label",
    "label_entry",
    "labels_table",
    "living_situation",
    "living_situations",
    "most_severe",
    "nearest_population_year",
    "one_month_after",
    "origins",
    "population",
    "population_figure",
    "population_sum",
    "population_table",
    "population_years",
    "predecessors",
    "province",
    "published_figure",
    "published_figures",
    "published_figures_table",
    "published_totals",
    "rate_areas",
    "require_one_vintage",
    "territories",
    "territory",
    "territory_population",
    "to_light",
    "to_vintage",
    "verify_tables",
    "vintage_code",
]


def __getattr__(name: str) -> object:
    for module, names in _LAZY.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(name)
