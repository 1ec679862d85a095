"""The reference tables as DataFrames, for analysts; pandas is imported here and only when a table is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from denombrement.reference._tables import read_rows
from denombrement.reference.communes import all_communes, communes_on
from denombrement.reference.crosswalk import crosswalk_rows
from denombrement.reference.ethos import categories, category, living_situations
from denombrement.reference.inhabitants import population_figure, population_years
from denombrement.reference.published import published_figures

if TYPE_CHECKING:
    import pandas as pd


def _frame(records: Iterable[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame.from_records(list(records))


def ethos_light_table() -> pd.DataFrame:
    """One row per living situation: ``code, category, position, severity, hidden, own_line, residual``."""
    return _frame(
        {
            **asdict(each),
            **{
                key: getattr(category(each.category), key)
                for key in ("severity", "hidden", "own_line", "residual")
            },
        }
        for each in living_situations()
    ).astype({"severity": "Int64", "hidden": "boolean"})


def categories_table() -> pd.DataFrame:
    """One row per category: ``code, severity, hidden, own_line, residual, living_situations`` (separated by spaces)."""
    rows = ({**asdict(each), "living_situations": " ".join(each.living_situations)} for each in categories())
    return _frame(rows).astype({"severity": "Int64", "hidden": "boolean"})


def labels_table() -> pd.DataFrame:
    """Labels in long form: ``code, language, label, definition, source``."""
    return _frame(read_rows("labels.csv"))


def crosswalk_table() -> pd.DataFrame:
    """One row per full ETHOS code: ``code, rule, category, living_situation, note, status``."""
    return _frame(asdict(row) for row in crosswalk_rows())


def communes_table(on: date | None = None) -> pd.DataFrame:
    """One row per commune of a day (all 45 without a date), ``postcodes`` separated by spaces, with ``nuts3``.

    Raises:
        UsageProblem: REF015, too early a date.
    """
    chosen = all_communes() if on is None else communes_on(on)
    return _frame(
        {**asdict(each), "postcodes": " ".join(each.postcodes), "nuts3": each.nuts3} for each in chosen
    )


def population_table(on: date) -> pd.DataFrame:
    """Inhabitants of the communes of a day, one row per commune and known year.

    Columns ``nis, year, population, producer, source, derived``. The communes of one date only, so that a sum by year
    never counts a place twice; a commune known only together with another that year has no row.

    Raises:
        UsageProblem: REF015, too early a date.
    """
    from denombrement.errors import UsageProblem

    rows = []
    for each in communes_on(on):
        for year in population_years():
            try:
                rows.append(asdict(population_figure(each.nis, year)))
            except UsageProblem:
                continue
    return _frame(rows)


def published_figures_table() -> pd.DataFrame:
    """One row per published figure; columns as the fields of `PublishedFigure`."""
    return _frame(asdict(figure) for figure in published_figures())
