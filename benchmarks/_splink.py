"""Splink on plain names, as its own guide would set it up: the peer that sees what we never see."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from splink import Linker

THRESHOLDS = (0.5, 0.8, 0.95, 0.99)


def link_with_names(persons: pd.DataFrame) -> dict[str, pd.DataFrame] | None:
    """``record_id, person_id`` at each threshold; None when Splink fails on this file."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    frame = _prepared(persons)
    comparisons: list[Any] = [
        cl.NameComparison("given_name"),
        cl.NameComparison("family_name"),
        cl.DateOfBirthComparison("birth_date", input_is_string=True),
    ]
    comparisons += [
        cl.ExactMatch(name).configure(term_frequency_adjustments=name in {"commune", "nationality"})
        for name in ("sex", "nationality", "commune")
        if name in frame and frame[name].notna().any()
    ]
    rules: list[Any] = [
        block_on("given_name", "family_name"),
        block_on("birth_date"),
        block_on("family_name", "substr(birth_date, 1, 4)"),
        block_on("given_name", "substr(birth_date, 1, 7)"),
        block_on("family_name", "substr(birth_date, 6, 5)"),
        block_on("substr(given_name, 1, 2)", "substr(family_name, 1, 3)", "substr(birth_date, 1, 4)"),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
    )
    try:
        api = DuckDBAPI()
        linker = Linker(api.register(frame), settings)
        _train(linker, block_on)
        scored = linker.inference.predict(threshold_match_probability=0.3)
        return {str(threshold): _clusters(linker, scored, threshold) for threshold in THRESHOLDS}
    except (ValueError, ArithmeticError) as problem:
        print(f"splink: {type(problem).__name__}", file=sys.stderr, flush=True)
        return None


def _prepared(persons: pd.DataFrame) -> pd.DataFrame:
    names = ("record_id", "given_name", "family_name", "birth_date", "sex", "nationality", "commune")
    frame = persons[[name for name in names if name in persons]].astype(object)
    frame["birth_date"] = [_iso(value) for value in frame["birth_date"]]
    return frame.where(frame.notna(), None)


def _iso(value: object) -> str | None:
    """Splink reads whole ISO dates only."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or "?" in str(value):
        return None
    text = str(value).replace("-", "")
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if len(text) == 8 else None


def _train(linker: Linker, block_on: Callable[..., Any]) -> None:
    linker.training.estimate_probability_two_random_records_match(
        [block_on("given_name", "family_name", "birth_date")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, min_count_per_level=None, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("birth_date"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("given_name", "family_name"))


def _clusters(linker: Linker, scored: object, threshold: float) -> pd.DataFrame:
    cluster: Callable[..., Any] = linker.clustering.cluster_pairwise_predictions_at_threshold
    found = cluster(scored, threshold)
    table: pd.DataFrame = found.as_pandas_dataframe()
    return table[["record_id", "cluster_id"]].rename(columns={"cluster_id": "person_id"})
