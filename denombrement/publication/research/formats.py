"""The research file in the formats that researchers open: Parquet, CSV, SPSS and Stata, labels included."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from denombrement.publication.research.variables import ResearchFile

STEM = "personnes"
_STATA_LABEL_CHARACTERS = 80


def write_formats(file: ResearchFile, folder: Path, title: str, stem: str = STEM) -> list[Path]:
    """Writes every format into a folder that exists; codes in Parquet and CSV, labelled numbers in SPSS and Stata."""
    import pyreadstat

    outputs = [folder / f"{stem}.{suffix}" for suffix in ("parquet", "csv", "sav", "dta")]
    parquet, plain, spss, stata = outputs
    file.frame.assign(**_categories(file)).to_parquet(parquet, index=False)
    file.frame.to_csv(plain, index=False, sep=";", encoding="utf-8-sig")
    numbers = numbered(file)
    labels: dict[str, str | None] = {variable.name: variable.label for variable in file.variables}
    values: dict[str, dict[int | float, str]] = {
        variable.name: {variable.number_of(code): label for code, label in variable.codes.items()}
        for variable in file.variables
        if variable.codes
    }
    pyreadstat.write_sav(
        numbers, str(spss), file_label=title[:60], column_labels=labels, variable_value_labels=values
    )
    # Stata cuts labels of variables at 80 characters.
    short: dict[str, str | None] = {
        variable.name: variable.label[:_STATA_LABEL_CHARACTERS] for variable in file.variables
    }
    pyreadstat.write_dta(
        numbers, str(stata), file_label=title[:60], column_labels=short, variable_value_labels=values
    )
    return outputs


def numbered(file: ResearchFile) -> pd.DataFrame:
    """The frame with numbers for codes, from 1, empty when nobody knows."""
    columns = {}
    for variable in file.variables:
        column = file.frame[variable.name]
        ranks = {code: variable.number_of(code) for code in variable.codes}
        columns[variable.name] = (column.map(ranks) if variable.codes else column).astype("float64")
    return pd.DataFrame(columns)


def _categories(file: ResearchFile) -> dict[str, pd.Series[pd.CategoricalDtype[str]]]:
    return {
        variable.name: file.frame[variable.name].astype(pd.CategoricalDtype(list(variable.codes)))
        for variable in file.variables
        if variable.codes
    }
