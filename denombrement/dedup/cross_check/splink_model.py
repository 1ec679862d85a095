"""The second opinion in Splink's words: comparisons, levels, blocking rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from denombrement.dedup.cross_check.columns import PLACE, Columns, Comparison
from denombrement.dedup.cross_check.parameters import Parameters
from denombrement.dedup.cross_check.plan import Plan

if TYPE_CHECKING:
    from splink import SettingsCreator


def settings_for(columns: Columns, plan: Plan, fitted: Parameters) -> SettingsCreator:
    """Splink's settings with given parameters."""
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=PLACE,
        comparisons=[
            comparison_for(each, fitted.m[each.field], fitted.u[each.field]) for each in columns.comparisons
        ],
        blocking_rules_to_generate_predictions=[block_on(key) for key in columns.keys],
        probability_two_random_records_match=fitted.share,
        max_iterations=plan.iterations,
        retain_matching_columns=False,
    )


def comparison_for(comparison: Comparison, m: tuple[float, ...], u: tuple[float, ...]) -> dict[str, Any]:
    """A field's levels: equality of columns alone, so that every backend agrees by construction."""
    exact = comparison.columns[0]
    levels: list[dict[str, Any]] = [
        {"sql_condition": f"{exact}_l IS NULL OR {exact}_r IS NULL", "is_null_level": True}
    ]
    conditions = [f"{column}_l = {column}_r" for column in comparison.columns] + ["ELSE"]
    for condition, right, strange in zip(conditions, m, u, strict=True):
        levels.append({"sql_condition": condition, "m_probability": right, "u_probability": strange})
    if comparison.frequent:
        levels[1]["tf_adjustment_column"] = exact
    for level in levels:
        level["label_for_charts"] = level["sql_condition"]
    return {"output_column_name": comparison.field, "comparison_levels": levels}
