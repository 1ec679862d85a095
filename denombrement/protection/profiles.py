"""Named, frozen, sourced sets of protection parameters (data: ``data/profiles.toml``)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, Literal

from denombrement.errors import UsageProblem
from denombrement.protection.levels import Level

DEFAULT = "rounding-5"
SMALLEST_THRESHOLD = 2


@dataclass(frozen=True)
class Profile:
    """How cells are protected.

    Args:
        name: of the profile; a derived one says from which.
        method: ``rounding`` or ``suppression``.
        threshold: counts of 1 to threshold - 1 persons must not be learnt.
        source: where threshold and method come from.
        base: of the rounding; as a published base stands for 1 to 2 · base - 1 persons, that must reach the threshold.
        zeros_shown: whether zeros are always published as such, which tells readers that other cells are not empty.
        draws: how many draws of the rounding may be tried before the plan must change.
        level: how much suppression leaves open around a small count.
        weights: what suppression minimises: the number of hidden ``cells`` or of hidden ``persons``.
        seconds: time limit of the search for an optimal suppression.

    Raises:
        UsageProblem: PRO002, parameters that do not fit together.
    """

    name: str
    method: Literal["rounding", "suppression"]
    threshold: int
    source: str
    base: int = 0
    zeros_shown: bool = False
    draws: int = 1
    level: Level = Level.STRONG
    weights: Literal["cells", "persons"] = "cells"
    seconds: float = 60.0

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise UsageProblem("PRO002", problem=f"{self.name}: {problem}", known=", ".join(names()))

    def derived(self, *, threshold: int | None = None, base: int | None = None) -> Profile:
        """The controller's own threshold or base, under a name that says so."""
        changed = replace(
            self,
            threshold=self.threshold if threshold is None else threshold,
            base=self.base if base is None else base,
        )
        if changed == self:
            return self
        suffix = f"threshold {changed.threshold}" + (f", base {changed.base}" if changed.base else "")
        return replace(
            changed, name=f"{self.name} ({suffix})", source=f"Chosen by the controller, from {self.name}."
        )

    def _problems(self) -> list[str]:
        problems = []
        if self.threshold < SMALLEST_THRESHOLD:
            problems.append("threshold")
        if self.method == "rounding" and 2 * self.base - 1 < self.threshold:
            problems.append("base")
        if self.method not in ("rounding", "suppression"):
            problems.append("method")
        if not self.source:
            problems.append("source")
        return problems


@cache
def _all() -> dict[str, dict[str, Any]]:
    file = resources.files("denombrement.protection") / "data" / "profiles.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def names() -> tuple[str, ...]:
    """Names of the profiles that come with the package."""
    return tuple(_all())


def load_profile(name: str = DEFAULT) -> Profile:
    """One profile of the package.

    Raises:
        UsageProblem: PRO002, no profile has this name.
    """
    if name not in _all():
        raise UsageProblem("PRO002", problem="name", known=", ".join(names()))
    settings = dict(_all()[name])
    level = Level(settings.pop("level", Level.STRONG))
    return Profile(name=name, level=level, **settings)
