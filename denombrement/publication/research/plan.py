"""What the research file holds and how it may be made coarser, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

ANY, HIDDEN, UNKNOWN = "any", "hidden", "unknown"


@dataclass(frozen=True)
class QuasiIdentifier:
    """An answer that others may know of a person.

    Args:
        name: column of the research file.
        raw: column of the persons as counted, in its full detail: what the risk before recoding is measured on.
        weight: what is lost when it is made one group of all.
        steps: from finer to coarser, code → group; codes that a step leaves out stay as they are.
    """

    name: str
    raw: str
    weight: float
    steps: tuple[Mapping[str, str], ...]

    @property
    def levels(self) -> int:
        """Levels of detail: as coded, each step, one group of all."""
        return len(self.steps) + 2

    def loss(self, level: int) -> float:
        """Detail lost at a level, from 0 to the weight."""
        return self.weight * level / (self.levels - 1)

    def recoded(self, code: str, level: int) -> str:
        """A code at a level."""
        if level == 0:
            return code
        return ANY if level == self.levels - 1 else self.steps[level - 1].get(code, code)


@dataclass(frozen=True)
class ResearchPlan:
    """Which columns, and the thresholds.

    Args:
        k: persons at least who share one combination of quasi-identifiers.
        least_diversity: different known answers at least, in each such group, to each sensitive question (l).
        hidden_percent_at_most: persons whose quasi-identifiers may be hidden altogether.
        quasi: the quasi-identifiers.
        sensitive: columns that a reader must not learn of a known person.
        other: columns kept besides.
        labels: code → language → text, for the codes that recoding makes.
    """

    k: int
    least_diversity: int
    hidden_percent_at_most: float
    quasi: tuple[QuasiIdentifier, ...]
    sensitive: tuple[str, ...]
    other: tuple[str, ...]
    labels: Mapping[str, Mapping[str, str]]


@cache
def default_plan() -> ResearchPlan:
    """The plan of the package (``publication/data/research.toml``)."""
    text = (resources.files("denombrement.publication") / "data" / "research.toml").read_text(
        encoding="utf-8"
    )
    content = tomllib.loads(text)
    return ResearchPlan(
        k=content["k"],
        least_diversity=content["l"],
        hidden_percent_at_most=float(content["hidden_percent_at_most"]),
        quasi=tuple(
            QuasiIdentifier(each["name"], each["raw"], each["weight"], tuple(_flat(s) for s in each["steps"]))
            for each in content["quasi"]
        ),
        sensitive=tuple(content["sensitive"]),
        other=tuple(content["other"]),
        labels=content["labels"],
    )


def _flat(groups: Mapping[str, list[str]]) -> dict[str, str]:
    return {code: group for group, codes in groups.items() for code in codes}
