"""Every estimate of the number of persons that one table of capture histories allows, as JSON.

``python -m benchmarks.estimation --input histories.csv`` — one 0/1 column a list (2 to 6) and ``count``. The figures
are printed whether or not an estimate would be *published*: ``refusals`` says what speaks against that.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from denombrement.errors import UsageProblem
from denombrement.estimation.averaging import (
    GraphAverage,
    NumberDistribution,
    NumberPrior,
    average_over_graphs,
)
from denombrement.estimation.heterogeneity import (
    HeterogeneityFit,
    chao_interval,
    chao_lower_bound,
    chao_profile_interval,
    heterogeneity_models,
)
from denombrement.estimation.histories import CaptureHistories, histories_of_table
from denombrement.estimation.intervals import Interval
from denombrement.estimation.linkage_error import correct_missed_matches
from denombrement.estimation.loglinear import LogLinearFit, best, fit_model, fit_models, within_bic
from denombrement.estimation.models import hierarchical_models, main_effects, two_way_models
from denombrement.estimation.profile import profile_interval
from denombrement.estimation.refusals import data_reasons

LARGEST_WITH_ALL_ORDERS = 4
DEFAULT_PRIORS = (NumberPrior("1/N"), NumberPrior("1/unseen"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--input", type=Path, required=True, help="CSV of capture histories")
    parser.add_argument("--max-order", type=int, help="largest interaction of the hierarchical family")
    parser.add_argument("--most-unseen", type=int, help="largest number of unseen persons in the averaging")
    parser.add_argument("--delta", type=float, help="hyper-Dirichlet constant of the averaging")
    parser.add_argument(
        "--gamma-poisson", type=float, nargs=2, metavar=("SHAPE", "SCALE"), help="a third prior"
    )
    parser.add_argument(
        "--split-rate", type=float, default=0.0, help="share of missed matches to correct first"
    )
    parser.add_argument(
        "--reference", type=Path, help="CSV of other programs' estimates: print the differences"
    )
    arguments = parser.parse_args()
    started = time.process_time()
    try:
        linked = histories_of_table(pd.read_csv(arguments.input))
    except UsageProblem as problem:
        print(orjson.dumps({"error": problem.as_dict("en")}).decode())
        return problem.exit_code
    histories = correct_missed_matches(linked, arguments.split_rate).histories
    priors = list(DEFAULT_PRIORS)
    if arguments.gamma_poisson:
        priors.append(NumberPrior("gamma-poisson", *arguments.gamma_poisson))
    report = estimates(histories, arguments.max_order, priors, arguments.delta, arguments.most_unseen)
    report["split_rate_corrected"] = arguments.split_rate
    if arguments.reference:
        rows = pd.read_csv(arguments.reference)
        report = agreement(report, rows[rows["dataset"] == arguments.input.stem])
    report["seconds_cpu"] = round(time.process_time() - started, 3)
    print(orjson.dumps(finite(report)).decode())
    return 0


def estimates(
    histories: CaptureHistories,
    max_order: int | None,
    priors: Sequence[NumberPrior],
    delta: float | None,
    most_unseen: int | None,
) -> dict[str, Any]:
    lists = len(histories.lists)
    two_way = fit_models(histories, two_way_models(lists))
    default_order = lists - 1 if lists <= LARGEST_WITH_ALL_ORDERS else 2
    order = min(max_order or default_order, max(lists - 1, 2))
    wider = order > 2
    family = fit_models(histories, hierarchical_models(lists, order)) if wider else two_way
    return {
        "lists": list(histories.lists),
        "seen": histories.seen,
        "histories_possible": (1 << lists) - 1,
        "histories_seen": int((histories.counts > 0).sum()),
        "overlaps": histories.overlaps.tolist(),
        "refusals": [
            {"reason": reason.reason, "fr": reason.text("fr"), "en": reason.text("en")}
            for reason in data_reasons(histories)
        ],
        "Mt": with_interval(histories, fit_model(histories, main_effects(lists))),
        "chao_lower_bound": {
            "moments": chao_lower_bound(histories),
            "moments_lognormal_interval": ends(chao_interval(histories)),
            "Mh_profile_interval": ends(chao_profile_interval(histories)) if lists > 1 else None,
        },
        "closed_models": {fit.name: figures(fit) for fit in heterogeneity_models(histories)},
        "two_way": {**family_report(histories, two_way), "models": [model_report(fit) for fit in two_way]},
        "hierarchical": {
            "largest_order": order,
            **family_report(histories, family),
            "models": [model_report(fit) for fit in family] if wider else "those of two_way",
        },
        "averaging": [
            averaging(
                average_over_graphs(histories, prior=prior, delta=delta, most_unseen=most_unseen),
                histories.seen,
            )
            for prior in priors
        ],
        "notation": "digits are lists in column order; [1,2,3] = main effects only; BIC uses ln of the persons seen",
    }


def family_report(histories: CaptureHistories, fits: Sequence[LogLinearFit]) -> dict[str, Any]:
    near = within_bic(fits)
    numbers = [fit.persons for fit in near]
    return {
        "number_of_models": len(fits),
        "not_identified": [fit.model.name for fit in fits if fit.standing == "not identified"],
        "no_maximum": [fit.model.name for fit in fits if fit.standing == "no maximum-likelihood estimate"],
        "with_parameters_at_minus_infinity": sum(fit.parameters_at_minus_infinity > 0 for fit in fits),
        "best_aic": with_interval(histories, best(fits, "aic")),
        "best_bic": with_interval(histories, best(fits, "bic")),
        "within_6_of_best_bic": {
            "number": len(near),
            "lowest": min(numbers, default=None),
            "highest": max(numbers, default=None),
            "models": [fit.model.name for fit in near],
        },
    }


def with_interval(histories: CaptureHistories, fit: LogLinearFit | None) -> dict[str, Any] | None:
    if fit is None or not fit.is_fitted:
        return None if fit is None else model_report(fit)
    return {**model_report(fit), "profile_interval": ends(profile_interval(histories, fit))}


def model_report(fit: LogLinearFit) -> dict[str, Any]:
    return {
        "model": fit.model.name,
        "standing": fit.standing.value,
        "parameters": fit.model.parameters,
        "parameters_at_minus_infinity": fit.parameters_at_minus_infinity,
        **figures(fit),
    }


def figures(fit: LogLinearFit | HeterogeneityFit) -> dict[str, Any]:
    return {
        "N": fit.persons,
        "standard_error": fit.standard_error,
        "deviance": fit.deviance,
        "df": fit.degrees_of_freedom,
        "aic": fit.aic,
        "bic": fit.bic,
    }


def smaller_ceilings(seen: float, largest: float) -> list[int]:
    """What becomes of the average when fewer unseen persons are allowed: 300 (dga's manual), n and 10 n."""
    return [most for most in sorted({300, int(seen), int(10 * seen)}) if seen + most < largest]


def summary(found: NumberDistribution) -> dict[str, float]:
    return {
        "mean": found.mean,
        "median": found.quantile(0.5),
        "quantile_025": found.quantile(0.025),
        "quantile_975": found.quantile(0.975),
    }


def averaging(average: GraphAverage, seen: float) -> dict[str, Any]:
    found = average.distribution
    likely = sorted(average.graph_chances.items(), key=lambda item: -item[1])[:5]
    return {
        "prior": average.prior.text,
        "delta": average.delta,
        "graphs": average.graphs,
        "largest_N": average.largest_number,
        **summary(found),
        "with_a_smaller_largest_N": [
            {"most_unseen": most, "largest_N": seen + most, **summary(found.up_to(seen + most))}
            for most in smaller_ceilings(seen, average.largest_number)
        ],
        "most_likely_graphs": {name: round(chance, 6) for name, chance in likely},
    }


def ends(interval: Interval) -> dict[str, float]:
    return {
        "point": interval.point,
        "lower": interval.lower,
        "upper": interval.upper,
        "level": interval.level,
    }


def agreement(report: dict[str, Any], rows: pd.DataFrame) -> dict[str, Any]:
    """Largest absolute differences to the estimates of other programs, by figure; rows not compared are counted."""
    found: dict[str, float] = {}
    compared = 0
    for row in rows.to_dict("records"):
        ours = counterpart(report, str(row["method"]))
        compared += ours is not None
        for figure, value in (ours or {}).items():
            if isfinite(float(row[figure])):
                found[figure] = max(found.get(figure, 0.0), abs(float(row[figure]) - value))
    return {"rows": len(rows), "compared": compared, "largest_difference": found}


def counterpart(report: dict[str, Any], method: str) -> dict[str, float] | None:
    """Our figures under the column names of the reference, or None where we have no such method."""
    if method.startswith("closedp.t, M"):
        closed = {**report["closed_models"], "Mt": report["Mt"]}[method.removeprefix("closedp.t, ")]
        return renamed(
            closed, estimate="N", standard_error="standard_error", deviance="deviance", aic="aic", bic="bic"
        )
    if method.startswith("closedpCI.t, Mt, profile"):
        return renamed(report["Mt"]["profile_interval"], estimate="point", lower="lower", upper="upper")
    if method.startswith("closedpCI.0, Mh Chao"):
        interval = report["chao_lower_bound"]["Mh_profile_interval"]
        return renamed(interval, estimate="point", lower="lower", upper="upper")
    if method.startswith("closedpMS.t, "):
        return selected(report["hierarchical"], method)
    if "decomposable graphs" in method:
        return averaged(report["averaging"], method)
    return None


def selected(family: dict[str, Any], method: str) -> dict[str, float]:
    if "within 6" in method:
        return renamed(family["within_6_of_best_bic"], lower="lowest", upper="highest")
    chosen = family["best_aic" if "AIC-best" in method else "best_bic"]
    return renamed(chosen, estimate="N", standard_error="standard_error", aic="aic", bic="bic")


def averaged(averages: Sequence[dict[str, Any]], method: str) -> dict[str, float] | None:
    """Rows with another constant or another largest number than this run's have no counterpart."""
    prior = "gamma-poisson" if "Madigan" in method else "1/unseen" if "1/Nmissing" in method else "1/N"
    for each in averages:
        same = f"delta={each['delta']:g}," in method and f"N up to {each['largest_N']:.0f}," in method
        if same and each["prior"].startswith(prior):
            point = "mean" if ", mean," in method else "median"
            return renamed(each, estimate=point, lower="quantile_025", upper="quantile_975")
    return None


def renamed(figures_of: dict[str, Any], **columns: str) -> dict[str, float]:
    return {column: float(figures_of[ours]) for column, ours in columns.items()}


def finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value


if __name__ == "__main__":
    sys.exit(main())
