"""How often the intervals that we print hold the truth, on simulated campaigns whose truth is known.

``python -m benchmarks.coverage --campaigns 200`` prints JSON. Truths: lists that are independent, persons harder to
find than others, referral from one list to the next, missed matches, persons whom no list can reach; communes that
stay away at random, because they are small, or because they have few homeless persons; silent services; two campaigns.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import orjson
import pandas as pd
from numpy.typing import NDArray

from benchmarks._silent import silent_services
from benchmarks._tally import Tally
from denombrement.estimation.comparison import Comparison, PanelCells, Verdict, compare_cells
from denombrement.estimation.gamma_poisson import smoothed_rates
from denombrement.estimation.histories import CaptureHistories
from denombrement.estimation.intervals import garwood, rate_ratio
from denombrement.estimation.linkage_error import MissedMatchRate, correct_missed_matches
from denombrement.estimation.loglinear import best, fit_models
from denombrement.estimation.missing import MissingPlaces, Places, extrapolate
from denombrement.estimation.models import two_way_models
from denombrement.estimation.profile import profile_interval
from denombrement.estimation.refusals import data_reasons
from denombrement.estimation.unseen import Ranges, ranges_over_draws

Generator = np.random.Generator
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

USUAL_CHANCES = (0.35, 0.25, 0.20, 0.15)
LOW_CHANCES = (0.15, 0.10, 0.08, 0.05)
SPLIT_RATE = 0.10
LISTS = ("cpas", "shelter_housing", "health", "street")


Tallies = dict[str, Tally]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaigns", type=int, default=200, help="simulated campaigns for each truth")
    parser.add_argument("--seed", type=int, default=20251129)
    parser.add_argument("--only", choices=["unseen", "places", "services", "counts"], help="one part alone")
    arguments = parser.parse_args()
    started = time.process_time()
    parts: dict[str, Callable[[int, int], dict[str, Any]]] = {
        "unseen": unseen_persons,
        "places": missing_places,
        "services": silent_services,
        "counts": counts_and_campaigns,
    }
    chosen = [arguments.only] if arguments.only else list(parts)
    report: dict[str, Any] = {"campaigns": arguments.campaigns, "seed": arguments.seed, "nominal": 0.95}
    for name in chosen:
        report[name] = parts[name](arguments.campaigns, arguments.seed)
    report["seconds_cpu"] = round(time.process_time() - started, 1)
    print(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())


# ------------------------------------------------------------------ persons nobody saw


def independent(persons: int, generator: Generator, chances: Sequence[float] = USUAL_CHANCES) -> Flags:
    return np.asarray(generator.random((persons, len(chances))) < chances, dtype=np.bool_)


def heterogeneous(persons: int, generator: Generator, chances: Sequence[float] = USUAL_CHANCES) -> Flags:
    """Each person has a propensity, normal with deviation 1 on the logit scale, around the same mean chances."""
    propensity = generator.normal(size=(persons, 1))
    reference = np.random.default_rng(0).normal(size=(20_000, 1))
    levels = [_level_with_mean(chance, reference) for chance in chances]
    logits = propensity + np.array(levels)
    return np.asarray(generator.random((persons, len(chances))) < 1 / (1 + np.exp(-logits)), dtype=np.bool_)


def referral(persons: int, generator: Generator) -> Flags:
    """Three in ten persons seen by the first system are sent to the second."""
    on = independent(persons, generator)
    on[:, 1] |= on[:, 0] & (generator.random(persons) < 0.30)
    return on


def unreachable(persons: int, generator: Generator) -> Flags:
    on = independent(persons, generator)
    on[generator.random(persons) < 0.25] = False
    return on


def split_matches(persons: int, generator: Generator) -> Flags:
    """One person in ten on several lists is left split: one list, at random, looks like another person."""
    on = independent(persons, generator)
    several = np.flatnonzero(on.sum(axis=1) > 1)
    split = several[generator.random(len(several)) < SPLIT_RATE]
    strays = np.zeros((len(split), on.shape[1]), dtype=np.bool_)
    for row, person in enumerate(split):
        stray = generator.choice(np.flatnonzero(on[person]))
        strays[row, stray] = True
        on[person, stray] = False
    return np.vstack([on, strays])


TRUTHS: dict[str, Callable[[int, Generator], Flags]] = {
    "independent": independent,
    "heterogeneity": heterogeneous,
    "referral": referral,
    "missed_matches": split_matches,
    "unreachable": unreachable,
}


def unseen_persons(campaigns: int, seed: int) -> dict[str, Any]:
    cases = [(name, persons, draw) for persons in (1400, 300) for name, draw in TRUTHS.items()]
    cases += [
        ("independent, low capture", 1400, partial(independent, chances=LOW_CHANCES)),
        ("heterogeneity, low capture", 1400, partial(heterogeneous, chances=LOW_CHANCES)),
    ]
    return {
        f"{name}, N = {persons}": _unseen_case(persons, draw, campaigns, [seed, number])
        for number, (name, persons, draw) in enumerate(cases)
    }


def _unseen_case(
    persons: int, draw: Callable[[int, Generator], Flags], campaigns: int, seed: list[int]
) -> dict[str, Any]:
    tallies: Tallies = defaultdict(Tally)
    refused: dict[str, int] = defaultdict(int)
    for campaign in range(campaigns):
        generator = np.random.default_rng([*seed, campaign])
        histories = histories_of(draw(persons, generator))
        _tally_unseen(tallies, "", histories, persons)
        if draw is split_matches:
            _tally_corrected(tallies, histories, persons, generator)
        reasons = {reason.reason for reason in data_reasons(histories)}
        for reason in reasons or {"none"}:
            refused[reason] += 1
    return {"refusals": dict(refused), **{name: tally.summary() for name, tally in tallies.items()}}


def histories_of(on: Flags) -> CaptureHistories:
    counts = np.bincount(on @ (1 << np.arange(on.shape[1])), minlength=1 << on.shape[1]).astype(np.float64)
    counts[0] = 0
    return CaptureHistories(LISTS, counts)


def _tally_unseen(tallies: Tallies, label: str, histories: CaptureHistories, truth: float) -> None:
    fits = fit_models(histories, two_way_models(len(histories.lists)))
    for name, fit in (("Mt", fits[0]), ("BIC", best(fits, "bic")), ("AIC", best(fits, "aic"))):
        if fit is not None and fit.is_fitted:
            interval = profile_interval(histories, fit)
            tallies[f"{label}{name}, profile"].add(truth, interval.lower, interval.upper, fit.persons)
    _tally_printed(tallies, f"{label}printed, ", ranges_over_draws([histories], None), truth)


def _tally_printed(tallies: Tallies, label: str, ranges: Ranges, truth: float) -> None:
    bound = ranges.lower_bound
    tallies[f"{label}Chao: point ≤ N"].add(truth, bound.point, np.inf, bound.point)
    tallies[f"{label}Chao: lower end ≤ N"].add(truth, bound.lower, np.inf)
    for name, printed in (
        ("averaging", ranges.averaging),
        ("range of models", ranges.models),
        ("AIC, log-normal", ranges.aic),
    ):
        tallies[f"{label}{name}"].add(truth, printed.lower, printed.upper)


def _tally_corrected(
    tallies: Tallies, histories: CaptureHistories, truth: float, generator: Generator
) -> None:
    """Corrected with the true rate, with rates wrong by 0.05, and as printed: measured on 100 persons, and pooled."""
    for rate in (SPLIT_RATE, SPLIT_RATE - 0.05, SPLIT_RATE + 0.05):
        corrected = correct_missed_matches(histories, rate).histories
        _tally_unseen(tallies, f"corrected with s = {rate:.2f}: ", corrected, truth)
    measured = MissedMatchRate(min(float(generator.binomial(100, SPLIT_RATE)), 49), 100, "simulated review")
    ranges = ranges_over_draws([histories] * 10, measured)
    _tally_printed(tallies, "printed, s measured on 100 persons, 10 draws pooled: ", ranges, truth)


def _level_with_mean(chance: float, reference: Floats) -> float:
    lower, upper = -10.0, 10.0
    for _ in range(60):
        middle = (lower + upper) / 2
        if float((1 / (1 + np.exp(-(middle + reference)))).mean()) < chance:
            lower = middle
        else:
            upper = middle
    return middle


# ------------------------------------------------------------------ communes that did not take part


def missing_places(campaigns: int, seed: int) -> dict[str, Any]:
    return {
        name: _places_case(weights, campaigns, [seed, 100 + number])
        for number, (name, weights) in enumerate(ABSENCE.items())
    }


def _at_random(populations: Floats, rates: Floats) -> Floats:
    return np.ones(len(populations)) + 0 * rates


def _small_more(populations: Floats, rates: Floats) -> Floats:
    return 1 / populations + 0 * rates


def _low_rates_more(populations: Floats, rates: Floats) -> Floats:
    return 1 / rates**2 + 0 * populations


ABSENCE: dict[str, Callable[[Floats, Floats], Floats]] = {
    "missing at random": _at_random,
    "small communes missing more": _small_more,
    "low-rate communes missing more": _low_rates_more,
}


def _places_case(
    weigh: Callable[[Floats, Floats], Floats], campaigns: int, seed: list[int]
) -> dict[str, Any]:
    tallies: Tallies = defaultdict(Tally)
    for campaign in range(campaigns):
        generator = np.random.default_rng([*seed, campaign])
        frame, truth = _province(weigh, generator)
        counted = int(frame["count"].sum())
        tallies["counted as if complete, Garwood"].add(
            truth, garwood(counted).lower, garwood(counted).upper, counted
        )
        for by_kind in (False, True):
            found = extrapolate(Places(frame), by_kind=by_kind, draws=4000, seed=campaign)
            if isinstance(found, MissingPlaces):
                _tally_scenarios(tallies, found, truth, " by kind" if by_kind else "")
    return {name: tally.summary() for name, tally in tallies.items()}


def _province(weigh: Callable[[Floats, Floats], Floats], generator: Generator) -> tuple[pd.DataFrame, float]:
    """44 communes of 290,000 inhabitants in all, 10 of them missing; the 8 largest have higher rates."""
    populations = generator.lognormal(0, 0.8, 44)
    populations *= 290_000 / populations.sum()
    large = populations >= np.sort(populations)[-8]
    rates = generator.gamma(3, 1 / 3, 44) * np.where(large, 4.2, 2.6) / 1000
    counts = generator.poisson(rates * populations).astype(np.float64)
    weights = weigh(populations, rates)
    absent = generator.choice(44, 10, replace=False, p=weights / weights.sum())
    took_part = ~np.isin(np.arange(44), absent)
    frame = pd.DataFrame(
        {
            "code": [f"C{index:02d}" for index in range(44)],
            "kind": np.where(large, "large", "small"),
            "exposure": populations,
            "took_part": took_part,
            "count": np.where(took_part, counts, np.nan),
        }
    )
    return frame, float(counts.sum())


def _tally_scenarios(tallies: Tallies, found: MissingPlaces, truth: float, label: str) -> None:
    for scenario in found.scenarios:
        whole = scenario.whole_area
        tallies[f"gamma-Poisson{label}, {scenario.name} rate"].add(
            truth, whole.lower, whole.upper, whole.point
        )
    lowest = min(each.whole_area.lower for each in found.scenarios)
    highest = max(each.whole_area.upper for each in found.scenarios)
    tallies[f"gamma-Poisson{label}, from half to double together"].add(truth, lowest, highest)


# ------------------------------------------------------------------ counts, ratios, smoothed rates, two campaigns


def counts_and_campaigns(campaigns: int, seed: int) -> dict[str, Any]:
    tallies: Tallies = defaultdict(Tally)
    verdicts: dict[str, dict[str, int]] = {name: defaultdict(int) for name in CHANGES}
    published: dict[str, dict[str, int]] = {name: defaultdict(int) for name in CHANGES}
    for campaign in range(campaigns):
        generator = np.random.default_rng([seed, 200, campaign])
        _tally_counts(tallies, generator)
        _tally_smoothed(tallies, generator)
        for name, (persons_factor, partners_factor) in CHANGES.items():
            found = _two_campaigns(generator, persons_factor, partners_factor)
            verdicts[name][found.verdict.value] += 1
            tallies[f"matched ratio, many persons in both: {name}"].add(
                persons_factor, found.ratio.lower, found.ratio.upper, found.ratio.ratio
            )
            tallies[f"ratio of totals taken for the change of persons: {name}"].add(
                persons_factor, found.total_ratio.lower, found.total_ratio.upper, found.total_ratio.ratio
            )
            printed = _as_published(found, generator)
            tallies[f"published ratio, cells rounded to 5: {name}"].add(
                persons_factor, printed.ratio.lower, printed.ratio.upper, printed.ratio.ratio
            )
            published[name][printed.verdict.value] += 1
    return {
        **{name: tally.summary() for name, tally in tallies.items()},
        "published_verdicts": {name: dict(counts) for name, counts in published.items()},
        "verdicts": {name: dict(counts) for name, counts in verdicts.items()},
        "possible_verdicts": [verdict.value for verdict in Verdict],
    }


CHANGES: dict[str, tuple[float, float]] = {
    "nothing changes": (1.0, 1.0),
    "more partners": (1.0, 1.4),
    "more persons": (1.3, 1.0),
    "more persons and more partners": (1.3, 1.4),
}


def _tally_counts(tallies: Tallies, generator: Generator) -> None:
    for mean in (1, 5, 30, 900):
        interval = garwood(int(generator.poisson(mean)))
        tallies[f"Garwood, mean {mean}"].add(mean, interval.lower, interval.upper)
    for mean, ratio in ((5, 1.0), (30, 1.5), (900, 1.1)):
        found = rate_ratio(int(generator.poisson(mean * ratio)), int(generator.poisson(mean)))
        tallies[f"exact ratio, means {mean} and {mean * ratio:g}"].add(ratio, found.lower, found.upper)


def _tally_smoothed(tallies: Tallies, generator: Generator) -> None:
    populations = generator.lognormal(0, 0.8, 44)
    populations *= 290_000 / populations.sum()
    rates = generator.gamma(3, 1 / 3, 44) * 0.003
    counts = generator.poisson(rates * populations).astype(np.float64)
    table = smoothed_rates(counts, populations)
    for rate, lower, upper, point in zip(
        rates, table["lower"], table["upper"], table["smoothed_rate"], strict=True
    ):
        tallies["smoothed rate of a commune (44 a campaign)"].add(rate, lower, upper, point)


def _two_campaigns(generator: Generator, persons_factor: float, partners_factor: float) -> Comparison:
    """About 900 persons, 40 % of whom are met in both campaigns; partners reach further without new persons."""
    stays = generator.poisson(0.4 * 900)
    earlier = stays + generator.poisson(0.6 * 900)
    later = stays + generator.poisson((persons_factor - 0.4) * 900)
    beyond = generator.poisson((partners_factor - 1) * 900 * persons_factor)
    return compare_cells(
        PanelCells(int(earlier), 0, 0),
        PanelCells(int(later), 0, int(beyond)),
        common_communes=34,
        common_services=90,
    )


def _as_published(found: Comparison, generator: Generator) -> Comparison:
    """Each cell goes to a multiple of 5 beside it, without bias, as disclosure control prints it."""
    cells = []
    for each in (found.earlier, found.later):
        exact = np.array([each.matched, each.other_communes, each.other_services])
        cells.append(PanelCells(*(5 * (exact // 5 + (generator.random(3) < exact % 5 / 5))).tolist()))
    return compare_cells(*cells, common_communes=34, common_services=90, margin=4)


if __name__ == "__main__":
    main()
