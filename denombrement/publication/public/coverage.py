"""Facts that may leave and concern no person: who took part, how the count was made, how many people live where."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, cached_property
from importlib import resources

from denombrement.counts.campaign_count import CampaignCount
from denombrement.reference import (
    arrondissements,
    communes_of,
    communes_on,
    nearest_population_year,
    population_sum,
    province,
    rate_areas,
)

_HUNDRED = 100


@cache
def printing_rules() -> Mapping[str, Mapping[str, int]]:
    """When figures are too small for a percentage (``data/printing.toml``)."""
    file = resources.files("denombrement.publication") / "data" / "printing.toml"
    rules: Mapping[str, Mapping[str, int]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return rules


@dataclass(frozen=True)
class Coverage:
    """Facts that may leave and concern no person: who took part, and how the count was made.

    Shares are whole percents of totals that are not published, coarser where these are small and none where they are
    very small, so that no count can be worked back from them.

    Args:
        campaign: identifier; ``name`` is what people read.
        night: evening of the reference night.
        participating, silent: NIS codes of the communes that did and did not take part.
        services: number of services by state.
        declarations_about: declarations received, to the nearest hundred.
        merged_percent: declarations of an adult already declared; None of too few.
        quarantined_percent: records set aside, of all received; None of too few.
        undecided_percent: adults on whose situation no rule could decide; None of too few.
        year: of the population.
        inhabitants: NIS code of the province, of each arrondissement and commune -> inhabitants of the communes that
            took part.
        inhabitants_all: the same over all communes.
    """

    campaign: str
    name: str
    night: str
    participating: tuple[str, ...]
    silent: tuple[str, ...]
    services: Mapping[str, int]
    declarations_about: int
    merged_percent: int | None
    quarantined_percent: int | None
    undecided_percent: int | None
    year: int
    inhabitants: Mapping[str, int]
    inhabitants_all: Mapping[str, int]

    @classmethod
    def of(cls, count: CampaignCount) -> Coverage:
        """What may be said about a count besides its protected tables."""
        summary = count.summary()
        taking = count.participation
        received = summary["declarations"] + summary["quarantined"]
        about = round(summary["declarations"] / _HUNDRED) * _HUNDRED
        step = _step(about)
        year = nearest_population_year(count.campaign.night.year).used
        inside, every = _inhabitants(count, year)
        return cls(
            campaign=count.campaign.id,
            name=count.campaign.name,
            night=count.campaign.night.isoformat(),
            participating=tuple(sorted(taking.participating)),
            silent=tuple(sorted(taking.silent)),
            services=dict(summary["services"]),
            declarations_about=about,
            merged_percent=_percent(summary["merged"], summary["declarations"], step),
            quarantined_percent=_percent(summary["quarantined"], received, step),
            undecided_percent=_percent(summary["undecided"], summary["adults"], step),
            year=year,
            inhabitants=inside,
            inhabitants_all=every,
        )

    @classmethod
    def from_json(cls, text: str) -> Coverage:
        """The inverse of :meth:`to_json`."""
        stored = json.loads(text)
        return cls(
            **{**stored, "participating": tuple(stored["participating"]), "silent": tuple(stored["silent"])}
        )

    def to_json(self) -> str:
        """For the store."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @property
    def evening(self) -> date:
        """The reference night."""
        return date.fromisoformat(self.night)

    @cached_property
    def absent(self) -> frozenset[str]:
        """Communes that did not take part, and territories without any that did."""
        taking = {each.nis: each.arrondissement_nis for each in communes_on(self.evening)}
        present = {taking[nis] for nis in self.participating}
        around = {*taking.values(), province().nis} - present - ({province().nis} if present else set())
        return frozenset(self.silent) | around

    @property
    def inhabitants_taking_part(self) -> frozenset[str]:
        """Codes of communes that took part, and of territories with such a commune."""
        return frozenset(self.inhabitants) | frozenset(self.participating)

    @property
    def percent_step(self) -> int:
        """What the shares above are rounded to; 0 stands for less than that."""
        return _step(self.declarations_about)

    @property
    def communes_total(self) -> int:
        """Communes of the province on the night."""
        return len(self.participating) + len(self.silent)


def _step(declarations_about: int) -> int:
    rules = printing_rules()["quality"]
    return 1 if declarations_about >= rules["fine_from"] else rules["coarse_percent"]


def _percent(part: int, whole: int, step: int) -> int | None:
    if whole < printing_rules()["quality"]["least"]:
        return None
    return step * round(_HUNDRED * part / whole / step)


def _inhabitants(count: CampaignCount, year: int) -> tuple[dict[str, int], dict[str, int]]:
    """Inhabitants of communes that took part and of all; areas counted together take part together."""
    night = count.campaign.night
    areas = rate_areas(night, year)
    taking = count.participation.participating
    inside = {nis for area in areas if taking.intersection(area.communes) for nis in area.communes}
    groups = {each.nis: [c.nis for c in communes_of(each.nis, night)] for each in arrondissements()}
    groups[province().nis] = [nis for below in groups.values() for nis in below]
    groups |= {area.communes[0]: list(area.communes) for area in areas if len(area.communes) == 1}
    every = {code: population_sum(below, year) for code, below in groups.items()}
    found = {code: [nis for nis in below if nis in inside] for code, below in groups.items()}
    return {code: population_sum(below, year) for code, below in found.items() if below}, every
