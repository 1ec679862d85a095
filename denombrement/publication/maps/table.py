"""The only thing that can be drawn: a table of territories whose every cell says what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from denombrement.errors import UsageProblem
from denombrement.publication.maps.classes import Measure, measure
from denombrement.publication.shapes import LEVELS, Level
from denombrement.reference import arrondissements, communes_on


class State(StrEnum):
    """What a cell is; no two are ever drawn alike. ``no_rate`` is on maps of rates alone: counted, but by too few
    inhabitants for a rate.
    """

    VALUE = "value"
    TRUE_ZERO = "true_zero"
    PROTECTED = "protected"
    NO_RATE = "no_rate"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True)
class MapCell:
    """One figure.

    Attributes:
        territory: NIS code.
        value: published figure; 0 for a true zero; None when protected or not counted. A published 0 that comes from
            rounding has the state ``value``.
        state: what the cell is. Primary and secondary suppression are both ``protected``.
        category: code of the category, empty for all persons together.
        shown: what is printed for a value that is only known to be below something; else empty.

    Raises:
        UsageProblem: PUB002, value and state contradict each other.
    """

    territory: str
    value: float | None
    state: State
    category: str = ""
    shown: str = ""

    def __post_init__(self) -> None:
        fits = {
            State.VALUE: self.value is not None and self.value >= 0,
            State.TRUE_ZERO: self.value == 0,
            State.PROTECTED: self.value is None,
            State.NO_RATE: self.value is None,
            State.NOT_COUNTED: self.value is None,
        }
        if not fits[State(self.state)]:
            raise UsageProblem("PUB002", territory=self.territory, state=str(self.state))


def territory_names(level: Level, on: date, language: str = "fr") -> dict[str, str]:
    """NIS code -> name of every territory of a level on a day, by code.

    Raises:
        UsageProblem: PUB005, unknown level.
    """
    if level not in LEVELS:
        raise UsageProblem("PUB005", name=level, known=", ".join(LEVELS))
    listed = communes_on(on) if level == "commune" else arrondissements()
    return {each.nis: each.name(language) for each in listed}


@dataclass(frozen=True)
class MapTable:
    """A protected table ready for drawing, complete for its level and date.

    Attributes:
        title: what the map finds or shows, in the language of the map.
        measure_name: key of ``measures.toml`` (``persons``, ``adults``, ``children``, ``per_10000``, ``per_1000``).
        level: ``arrondissement`` or ``commune``.
        night: evening of the reference night.
        cells: one per territory and category.
        communes_participating: communes that took part, printed in the subtitle.
        communes_total: communes of the province on the night.
        vintage: date whose communes the table uses; the night when None. A later one brings 44 communes to 43.
        categories: (code, label) in printing order; empty when the table has no categories.
        absent_communes: NIS codes of the communes that did not take part, drawn as such inside their arrondissement.
        sources: who counted, who publishes.
        denominator: population of the rates and its producer.
        rounding_base: base of the controlled rounding, None when counts are exact.
        rounding_reach: how far rounding moved a count at most; 0: within one base, as usual.
        notes: further sentences to print below.
        audit: digest of the auditor's verdict on the table; empty means that the table stays internal.
        rounded_zero: what stands for a 0 that comes from rounding (``< 5``); empty where a 0 is printed as such.
        subject: what the figures are and of which territories, below a title that says a finding; else empty.

    Raises:
        UsageProblem: PUB003, cells missing, twice or not expected; PUB005, unknown measure or level; PUB008,
            participation that contradicts the absent communes.
    """

    title: str
    measure_name: str
    level: Level
    night: date
    cells: tuple[MapCell, ...]
    communes_participating: int
    communes_total: int
    vintage: date | None = None
    categories: tuple[tuple[str, str], ...] = ()
    absent_communes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    denominator: str = ""
    rounding_base: int | None = None
    rounding_reach: int = 0
    notes: tuple[str, ...] = ()
    audit: str = ""
    rounded_zero: str = ""
    subject: str = ""

    def __post_init__(self) -> None:
        measure(self.measure_name)
        self._check_complete()
        self._check_participation()

    @property
    def on(self) -> date:
        """The date whose communes the table uses."""
        return self.vintage or self.night

    @property
    def measure(self) -> Measure:
        """What the figures are."""
        return measure(self.measure_name)

    @property
    def category_codes(self) -> tuple[str, ...]:
        """The categories in printing order; one empty code when there is none."""
        return tuple(code for code, _ in self.categories) or ("",)

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], MapCell]:
        return {(cell.territory, cell.category): cell for cell in self.cells}

    def cell(self, territory: str, category: str = "") -> MapCell:
        """The cell of a territory and category; an unknown one raises ``KeyError``."""
        return self._by_key[territory, category]

    def _check_complete(self) -> None:
        names = territory_names(self.level, self.on)
        expected = [(code, category) for category in self.category_codes for code in names]
        given = [(cell.territory, cell.category) for cell in self.cells]
        twice = {key for key in given if given.count(key) > 1}
        missing, extra = set(expected) - set(given), (set(given) - set(expected)) | twice
        if missing or extra:
            raise UsageProblem(
                "PUB003", date=self.on.isoformat(), missing=_listed(missing), extra=_listed(extra)
            )

    def _check_participation(self) -> None:
        known = {commune.nis for commune in communes_on(self.on)}
        same_vintage = len(known) == self.communes_total
        absent = len(set(self.absent_communes))
        agrees = self.communes_participating + absent == self.communes_total
        possible = 0 <= self.communes_participating <= self.communes_total
        if (
            not possible
            or not known.issuperset(self.absent_communes)
            or (absent and same_vintage and not agrees)
        ):
            raise UsageProblem(
                "PUB008",
                participating=self.communes_participating,
                total=self.communes_total,
                absent=len(self.absent_communes),
            )


def _listed(keys: Iterable[tuple[str, str]]) -> str:
    return ", ".join(" ".join(part for part in key if part) for key in sorted(keys)) or "–"


def rate_table(
    counts: MapTable,
    inhabitants: Mapping[str, int],
    *,
    title: str,
    denominator: str,
    measure_name: str = "per_10000",
) -> MapTable:
    """Rates from published counts only, so that nothing shown is finer than what the counts already show.

    Args:
        counts: a table of counts, already protected; a protected or not counted cell stays what it is.
        inhabitants: NIS code -> inhabitants of the participating part of each territory.
        title: title of the map of rates.
        denominator: the population and its producer, printed under the map.
        measure_name: ``per_10000`` or ``per_1000``.

    Raises:
        UsageProblem: PUB004, not counts to rates; PUB009, a counted territory without inhabitants.
    """
    rate = measure(measure_name)
    if counts.measure.quantity != "count" or rate.quantity != "rate":
        raise UsageProblem("PUB004", kind=measure_name, measure=counts.measure_name)
    cells = tuple(_rate_cell(cell, inhabitants, rate.per) for cell in counts.cells)
    return replace(counts, title=title, cells=cells, measure_name=measure_name, denominator=denominator)


def _rate_cell(cell: MapCell, inhabitants: Mapping[str, int], per: int) -> MapCell:
    if cell.value is None or cell.state is State.TRUE_ZERO:
        return cell
    if inhabitants.get(cell.territory, 0) <= 0:
        raise UsageProblem("PUB009", territory=cell.territory)
    return replace(cell, value=cell.value * per / inhabitants[cell.territory])
