"""The reference estimates of other programs, read from the shared folder."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from benchmarks.estimation import estimates
from denombrement.estimation.averaging import NumberPrior
from denombrement.estimation.histories import histories_of_table
from denombrement.estimation.intervals import garwood, rate_ratio
from denombrement.estimation.loglinear import fit_model
from denombrement.estimation.models import Model, main_effects
from denombrement.estimation.profile import profile_interval

DATASETS = ("kosovo", "uk_slavery_5", "hiv_rome", "spina_bifida_3")


@pytest.fixture(scope="module")
def reference(shared_cases):
    return pd.read_csv(shared_cases / "estimation" / "reference_estimates.csv")


@pytest.fixture(scope="module")
def reports(shared_cases):
    found = {}
    for name in DATASETS:
        histories = histories_of_table(pd.read_csv(shared_cases / "estimation" / f"{name}.csv"))
        most = 300 if name == "spina_bifida_3" else None
        priors = [NumberPrior("1/N"), NumberPrior("1/unseen")]
        found[name] = (histories, estimates(histories, None, priors, None, most))
    return found


@pytest.mark.parametrize("name", DATASETS)
def test_closed_models_equal_those_of_rcapture(reference, reports, name):
    rows = reference[(reference["dataset"] == name) & reference["method"].str.startswith("closedp.t, M")]
    closed = reports[name][1]["closed_models"] | {"Mt": reports[name][1]["Mt"]}
    assert len(rows) >= 10
    for row in rows.itertuples():
        ours = closed[row.method.removeprefix("closedp.t, ")]
        assert ours["N"] == pytest.approx(row.estimate, rel=2e-8, abs=1e-3)
        assert ours["df"] == row.df
        for figure in ("deviance", "aic", "bic"):
            assert ours[figure] == pytest.approx(getattr(row, figure), abs=1e-4)
        assert ours["standard_error"] == pytest.approx(row.standard_error, rel=5e-5, abs=0.03)


@pytest.mark.parametrize("name", DATASETS)
def test_profile_intervals_equal_those_of_rcapture(reference, reports, name):
    report = reports[name][1]
    for method, ours in (
        ("closedpCI.t, Mt, profile multinomial 95 % (point = its maximum)", report["Mt"]["profile_interval"]),
        (
            "closedpCI.0, Mh Chao (LB), profile 95 % (point = its maximum)",
            report["chao_lower_bound"]["Mh_profile_interval"],
        ),
    ):
        row = reference[(reference["dataset"] == name) & (reference["method"] == method)].iloc[0]
        found = (ours["point"], ours["lower"], ours["upper"])
        assert found == pytest.approx((row["estimate"], row["lower"], row["upper"]), abs=0.004)


def test_the_profile_interval_of_a_dependent_pair_equals_that_of_rcapture(reference, reports):
    row = reference[reference["method"].str.startswith("closedpCI.t, Mt + c1:c2")].iloc[0]
    histories = reports["hiv_rome"][0]
    interval = profile_interval(histories, fit_model(histories, Model(4, (0b0011,))))
    assert (interval.lower, interval.upper) == pytest.approx((row["lower"], row["upper"]), abs=0.004)


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_the_best_models_are_those_of_rcapture(reference, reports, name, criterion):
    pattern = f"closedpMS.t, {criterion.upper()}-best"
    rows = reference[(reference["dataset"] == name) & reference["method"].str.startswith(pattern)]
    ours = reports[name][1]["hierarchical"][f"best_{criterion}"]
    for row in rows.itertuples():
        assert ours["model"] == re.search(r"\[.*\]$", row.method).group()
        assert ours["N"] == pytest.approx(row.estimate, rel=2e-8, abs=1e-3)
        assert (ours["aic"], ours["bic"]) == pytest.approx((row.aic, row.bic), abs=1e-4)


@pytest.mark.parametrize("name", DATASETS)
def test_the_spread_of_the_near_best_models_is_that_of_rcapture(reference, reports, name):
    rows = reference[
        (reference["dataset"] == name) & reference["method"].str.contains("within 6 of the best")
    ]
    near = reports[name][1]["hierarchical"]["within_6_of_best_bic"]
    for row in rows.itertuples():
        assert near["number"] == int(re.search(r"(\d+) models", row.method).group(1))
        assert (near["lowest"], near["highest"]) == pytest.approx((row.lower, row.upper), abs=1e-2)


@pytest.mark.parametrize("name", DATASETS)
def test_averages_equal_those_of_dga(reference, reports, name):
    rows = reference[(reference["dataset"] == name) & reference["method"].str.contains("decomposable graphs")]
    checked = 0
    for row in rows.itertuples():
        if "delta=1," in row.method:
            continue
        ours = reports[name][1]["averaging"]["1/Nmissing" in row.method]
        expected = ours["mean"] if ", mean," in row.method else ours["median"]
        assert expected == pytest.approx(row.estimate, abs=0.01)
        assert (ours["quantile_025"], ours["quantile_975"]) == (row.lower, row.upper)
        checked += 1
    assert checked == 4


def test_six_lists_with_many_empty_histories_are_fitted_too(reference, shared_cases):
    histories = histories_of_table(pd.read_csv(shared_cases / "estimation" / "hare.csv"))
    row = reference[(reference["dataset"] == "hare") & (reference["method"] == "closedp.t, Mt")].iloc[0]
    fit = fit_model(histories, main_effects(6))
    assert fit.persons == pytest.approx(row["estimate"], abs=1e-3)
    assert fit.degrees_of_freedom == row["df"]


def test_exact_intervals_equal_those_of_r(shared_cases):
    for row in pd.read_csv(shared_cases / "intervals" / "poisson_exact.csv").itertuples():
        interval = garwood(int(row[1]))
        assert (interval.lower, interval.upper) == pytest.approx((row.lower, row.upper), abs=1e-9)
    for row in pd.read_csv(shared_cases / "intervals" / "poisson_ratio.csv").itertuples():
        found = rate_ratio(
            row.count_1, row.count_2, exposure=row.exposure_1, reference_exposure=row.exposure_2
        )
        assert (found.ratio, found.lower, found.upper, found.p_value) == pytest.approx(
            (row.ratio, row.lower, row.upper, row.p_value), rel=1e-8
        )
