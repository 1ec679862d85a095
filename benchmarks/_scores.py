"""Pairwise precision, recall and F1 after transitive closure, and the error of the count."""

from __future__ import annotations

from typing import Any

import pandas as pd

from denombrement.dedup.linkage.result import Count


def pair_scores(persons: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    """Scores of ``record_id, person_id`` against ``record_id`` and the column of the true person."""
    column = next(name for name in truth.columns if name != "record_id")
    both = persons.merge(truth, on="record_id", validate="one_to_one")
    right = _pairs(both.groupby(["person_id", column]).size())
    made, true = _pairs(both.groupby("person_id").size()), _pairs(both.groupby(column).size())
    precision = right / made if made else 1.0
    recall = right / true if true else 1.0
    f1 = 2 * right / (made + true) if made + true else 1.0
    return {"precision": round(precision, 5), "recall": round(recall, 5), "f1": round(f1, 5)}


def truth_counts(truth: pd.Series, count: Count) -> dict[str, Any]:
    """The count beside the truth."""
    true = int(truth.nunique())
    return {
        "true_count": true,
        "count_error_percent": round(100 * (count.persons / true - 1), 3),
        "interval_holds_truth": count.low <= true <= count.high,
    }


def _pairs(sizes: pd.Series) -> int:
    return int((sizes * (sizes - 1) // 2).sum())
