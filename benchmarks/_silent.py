"""Services that stay silent in a province with known truth: whom nobody else knows, against the scenarios."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks._tally import Tally
from denombrement.estimation.missing import MissingPlaces, Places, extrapolate
from denombrement.synthetic import default_parameters, generate

PERSONS, SILENT = 1021, 10
Floats = NDArray[np.float64]
Weigh = Callable[[Floats], Floats]

ABSENCE: dict[str, Weigh] = {
    "silent at random": lambda known: known * 0 + 1.0,
    "services that know few are silent more": lambda known: 1.0 / (1.0 + known),
    "services that know many are silent more": lambda known: 1.0 + known,
}


def silent_services(campaigns: int, seed: int) -> dict[str, Any]:
    """Ten of about a hundred services fall silent; the truth is whom only they knew."""
    found: dict[str, dict[str, Tally]] = {name: defaultdict(Tally) for name in ABSENCE}
    for campaign in range(campaigns):
        province = generate(default_parameters(), PERSONS, seed + campaign)
        pairs = province.declarations[["person_id", "service_id"]].astype(str).drop_duplicates()
        inside = province.persons.loc[province.persons["in_scope"], "person_id"].astype(str)
        pairs = pairs[pairs["person_id"].isin(set(inside))]
        answered = province.services[province.services["answer"].isin(["declares", "zero"])].astype(str)
        kinds = dict(zip(answered["service_id"], answered["type"], strict=True))
        for number, (name, weigh) in enumerate(ABSENCE.items()):
            generator = np.random.default_rng([seed, 300 + number, campaign])
            _case(found[name], pairs, kinds, weigh, generator)
    return {name: {label: tally.summary() for label, tally in each.items()} for name, each in found.items()}


def _case(
    tallies: dict[str, Tally],
    pairs: pd.DataFrame,
    kinds: Mapping[str, str],
    weigh: Weigh,
    generator: np.random.Generator,
) -> None:
    services = list(kinds)
    weights = weigh(_numbers(pairs["service_id"], services))
    chosen = generator.choice(len(services), SILENT, replace=False, p=weights / weights.sum())
    silent = {services[place] for place in chosen}
    heard = pairs[~pairs["service_id"].isin(silent)]
    truth = pairs["person_id"].nunique() - heard["person_id"].nunique()
    counts = _numbers(heard.loc[~heard["person_id"].duplicated(keep=False), "service_id"], services)
    took_part = np.array([each not in silent for each in services])
    frame = pd.DataFrame(
        {
            "code": services,
            "kind": list(kinds.values()),
            "exposure": 1.0,
            "took_part": took_part,
            "count": np.where(took_part, counts, np.nan),
        }
    )
    result = extrapolate(Places(frame), by_kind=True, draws=4000, seed=int(generator.integers(1 << 30)))
    if isinstance(result, MissingPlaces):
        for each in result.scenarios:
            interval = each.missing_places
            tallies[f"{each.name}: adults whom only silent services knew"].add(
                truth, interval.lower, interval.upper, interval.point
            )
        half, double = result.scenarios[1].missing_places, result.scenarios[2].missing_places
        tallies["from the lower end of half to the upper end of double"].add(truth, half.lower, double.upper)


def _numbers(column: pd.Series[str], services: list[str]) -> Floats:
    numbers = column.value_counts().reindex(services, fill_value=0)
    return np.asarray(numbers.to_numpy(), dtype=np.float64)
