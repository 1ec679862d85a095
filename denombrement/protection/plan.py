"""The publication plan: which tables are printed, at which level, as data that the controller may change."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from denombrement.counts.counting import ADULTS
from denombrement.counts.table import TERRITORY, CountTable
from denombrement.errors import UsageProblem
from denombrement.protection.cells import Cube

ALL = "all"
_LARGEST_JOINT_CUBE = 2_000
_LARGEST_COALITION = 2


@dataclass(frozen=True)
class PlannedTable:
    """One table of the plan.

    Args:
        name: of the table, and of its files.
        measure: who is counted.
        dimensions: dimension -> level printed, by name or ``all``.
        each: a question with several answers: one table for each dimension ``each.answer`` that exists.
        minimum_persons: territories whose published total is smaller have no row in this table.
        exact: print the true counts (the auditor then counts them as known to everybody).
        optional: leave the table out when no count table has its dimensions.
        rates: print rates per 1,000 inhabitants of its communes, from its protected counts alone.
    """

    name: str
    measure: str
    dimensions: Mapping[str, str]
    each: str = ""
    minimum_persons: int = 0
    exact: bool = False
    optional: bool = False
    rates: bool = False

    @property
    def may_have_rates(self) -> bool:
        """Whether it counts adults by commune and by nothing else."""
        return self.measure == ADULTS and set(self.dimensions) == {TERRITORY} and not self.each


@dataclass(frozen=True)
class ResolvedTable:
    """A planned table, and the cells of the count table that it prints."""

    planned: PlannedTable
    cube: Cube

    @property
    def name(self) -> str:
        """Name of the printed table."""
        return self.planned.name

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions printed, in the order of the plan; one printed in total alone has no column."""
        return tuple(name for name in self.planned.dimensions if self.cube.depths[name] > 0)

    def rows(self) -> Iterator[dict[str, str]]:
        """The codes of every printed row, territories that did not take part left out."""
        for codes in self.cube.cells():
            yield {dimension: codes[dimension] for dimension in self.dimensions}


@dataclass(frozen=True)
class PublicationPlan:
    """Everything that is printed together.

    Args:
        name: of the plan.
        source: why these tables.
        levels: dimension -> names of its levels, from the total downwards.
        tables: what is printed.
        coalitions: how many insiders may put together what they know: 1 or 2.
        pairs: how many pairs of insiders are tried at most.

    Raises:
        UsageProblem: PRO003, a table twice, no table, an unknown level, rates of something else than adults by commune,
            or coalitions that nobody can try.
    """

    name: str
    source: str
    levels: Mapping[str, tuple[str, ...]]
    tables: tuple[PlannedTable, ...] = field(default=())
    coalitions: int = 1
    pairs: int = 300

    def __post_init__(self) -> None:
        names = [table.name for table in self.tables]
        if not names or len(names) != len(set(names)):
            raise UsageProblem("PRO003", problem="tables")
        if self.coalitions not in range(1, _LARGEST_COALITION + 1) or self.pairs < 1:
            raise UsageProblem("PRO003", problem="coalitions")
        for table in self.tables:
            if table.rates and not table.may_have_rates:
                raise UsageProblem("PRO003", problem=f"{table.name}: rates")
            for dimension, level in table.dimensions.items():
                if level != ALL and level not in self.levels.get(dimension, ()):
                    raise UsageProblem("PRO003", problem=f"{table.name}: {dimension} = {level}")

    @classmethod
    def from_toml(cls, text: str) -> PublicationPlan:
        """A plan from its file's text.

        Raises:
            UsageProblem: PRO003, the text is no plan.
        """
        try:
            return cls._from_dict(tomllib.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageProblem("PRO003", problem=type(error).__name__) from error

    @classmethod
    def _from_dict(cls, settings: dict[str, Any]) -> PublicationPlan:
        tables = tuple(PlannedTable(**table) for table in settings["table"])
        levels = {name: tuple(levels) for name, levels in settings["levels"].items()}
        chosen = {name: int(settings[name]) for name in ("coalitions", "pairs") if name in settings}
        return cls(str(settings["name"]), str(settings["source"]), levels, tables, **chosen)

    def resolved(self, tables: Sequence[CountTable]) -> tuple[ResolvedTable, ...]:
        """The plan's tables over these counts.

        Raises:
            UsageProblem: PRO012, no count table has the dimensions of a table that is not optional.
        """
        found: list[ResolvedTable] = []
        for planned in self.tables:
            copies = tuple(self._resolve(planned, tables))
            if not copies and not planned.optional:
                raise UsageProblem(
                    "PRO012", measure=planned.measure, dimensions=", ".join(planned.dimensions)
                )
            found.extend(copies)
        return tuple(found)

    def _resolve(self, planned: PlannedTable, tables: Sequence[CountTable]) -> Iterator[ResolvedTable]:
        for one in _answers(planned, tables):
            source = _source(one, tables)
            if source is not None:
                depths = {name: self._depth(source, name, level) for name, level in one.dimensions.items()}
                yield ResolvedTable(one, Cube(source, depths))

    def _depth(self, source: CountTable, dimension: str, level: str) -> int:
        deepest = max(source.hierarchies[dimension].depth_of.values())
        return deepest if level == ALL else min(deepest, self.levels[dimension].index(level))


def whole_plan(tables: Sequence[CountTable]) -> PublicationPlan:
    """A plan that prints every cell of some count tables."""
    planned = [PlannedTable(t.name, t.measure, dict.fromkeys(t.dimensions, ALL)) for t in tables]
    return PublicationPlan("whole", "every cell of the tables given", {}, tuple(planned))


def cubes_of(resolved: Sequence[ResolvedTable], further: Sequence[CountTable] = ()) -> tuple[Cube, ...]:
    """The cells that readers of these tables reason about.

    Besides what is printed, the crossings between tables matter even when no table prints them: a table joins the cube
    of another of the same persons that has all its dimensions, as deep as the deeper of both goes, while that stays
    below 2,000 cells; else the two are linked by the cells they share.

    Args:
        resolved: the tables printed now.
        further: count tables of earlier releases, whole.
    """
    printed = [one.cube for one in resolved]
    widest = sorted(printed, key=lambda cube: -len(cube.table.dimensions))
    joint: dict[int, Cube] = {}
    # Tables of small territories first: what they leave open is what insiders ask about.
    for cube in sorted(printed, key=lambda cube: -cube.depths.get(TERRITORY, 0)):
        host = next(other for other in widest if _tells(other.table, cube))
        wider = _joined(joint.get(id(host.table), host), cube)
        if wider.size <= _LARGEST_JOINT_CUBE:
            joint[id(host.table)] = wider
    # What is printed stays, so that two counts of the same persons that differ are noticed.
    return (*(Cube.whole(table) for table in further), *joint.values(), *printed)


def tied_cubes(tables: Sequence[CountTable], impossible: Sequence[Mapping[str, str]]) -> Iterator[Cube]:
    """The crossings in which some combinations are impossible: what is left ties cells of different tables together."""
    for table in tables:
        names = {name for codes in impossible if codes.keys() <= table.hierarchies.keys() for name in codes}
        if names:
            depths = {name: max(table.hierarchies[name].depth_of.values()) for name in names}
            yield Cube(table, depths)


def _tells(table: CountTable, cube: Cube) -> bool:
    """Whether a table counts the same persons by all dimensions that a cube prints."""
    same = table.measure == cube.table.measure and table.not_counted == cube.table.not_counted
    deep = [name for name, depth in cube.depths.items() if depth > 0]
    return same and all(table.hierarchies.get(name) == cube.table.hierarchies[name] for name in deep)


def _joined(known: Cube, cube: Cube) -> Cube:
    names = known.table.dimensions
    return Cube(
        known.table, {name: max(known.depths.get(name, 0), cube.depths.get(name, 0)) for name in names}
    )


def _answers(planned: PlannedTable, tables: Sequence[CountTable]) -> Iterator[PlannedTable]:
    if not planned.each:
        yield planned
        return
    names = {name for table in tables for name in table.dimensions if name.startswith(f"{planned.each}.")}
    for name in sorted(names):
        answer = name.removeprefix(f"{planned.each}.")
        dimensions = {**planned.dimensions, name: ALL}
        yield replace(planned, name=f"{planned.name}_{answer}", dimensions=dimensions, each="")


def _source(planned: PlannedTable, tables: Sequence[CountTable]) -> CountTable | None:
    """The first count table that has all dimensions."""
    wanted = set(planned.dimensions)
    fitting = (t for t in tables if t.measure == planned.measure and wanted <= set(t.dimensions))
    return next(fitting, None)
