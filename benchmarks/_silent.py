"""Services that stay silent in a province with known truth: whom nobody else knows, against the scenarios."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from benchmarks._tally import Tally
from denombrement.estimation.missing import MissingPlaces, Places, extrapolate
from denombrement.synthetic import default_parameters, generate

PERSONS, SILENT = 1021, 10
Weigh = Callable[[pd.Series], pd.Series]

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
        kinds = province.services[province.services["answer"].isin(["declares", "zero"])]
        kinds = kinds.set_index(kinds["service_id"].astype(str))["type"].astype(str)
        for number, (name, weigh) in enumerate(ABSENCE.items()):
            generator = np.random.default_rng([seed, 300 + number, campaign])
            _case(found[name], pairs, kinds, weigh, generator)
    return {name: {label: tally.summary() for label, tally in each.items()} for name, each in found.items()}


def _case(
    tallies: dict[str, Tally],
    pairs: pd.DataFrame,
    kinds: pd.Series,
    weigh: Weigh,
    generator: np.random.Generator,
) -> None:
    known = pairs["service_id"].value_counts().reindex(kinds.index, fill_value=0)
    weights = weigh(known).to_numpy(dtype=np.float64)
    chosen = generator.choice(len(kinds), SILENT, replace=False, p=weights / weights.sum())
    silent = set(kinds.index[chosen])
    heard = pairs[~pairs["service_id"].isin(silent)]
    truth = pairs["person_id"].nunique() - heard["person_id"].nunique()
    alone = heard[~heard["person_id"].duplicated(keep=False)]["service_id"].value_counts()
    took_part = ~kinds.index.isin(list(silent))
    counts = alone.reindex(kinds.index, fill_value=0).to_numpy(dtype=np.float64)
    frame = pd.DataFrame(
        {
            "code": kinds.index,
            "kind": kinds.to_numpy(),
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
