"""What the second opinion is told, read once from ``plan.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

# How names of fields, keys (which hold commas) and the fields of a training rule are parted where several are told.
BETWEEN_FIELDS, BETWEEN_KEYS, BETWEEN_RULE_FIELDS = ", ", " / ", "+"


@dataclass(frozen=True)
class Plan:
    """The second opinion as data; ``plan.toml`` says what each entry is for."""

    version: str
    thresholds: tuple[float, ...]
    least_chance: float
    strong: tuple[float, float]
    pairs_per_declaration: float
    largest_block: int
    training_rules: tuple[tuple[str, ...], ...]
    certain: tuple[str, ...]
    stranger_pairs: float
    iterations: int
    seed: int
    frequencies: tuple[str, ...]
    least_exact: float
    least_level: float
    largest_share: float
    least_certain_found: float


@cache
def default_plan() -> Plan:
    """The plan shipped with the package."""
    data = tomllib.loads((resources.files(__package__) / "plan.toml").read_text(encoding="utf-8"))
    blocking, training, health = data["blocking"], data["training"], data["health"]
    return Plan(
        version=data["version"],
        thresholds=tuple(data["thresholds"]),
        least_chance=data["least_chance"],
        strong=tuple(data["strong"]),
        pairs_per_declaration=blocking["pairs_per_declaration"],
        largest_block=blocking["largest_block"],
        training_rules=tuple(tuple(rule) for rule in training["rules"]),
        certain=tuple(training["certain"]),
        stranger_pairs=training["stranger_pairs"],
        iterations=training["iterations"],
        seed=training["seed"],
        frequencies=tuple(training["frequencies"]),
        least_exact=health["least_exact"],
        least_level=health["least_level"],
        largest_share=health["largest_share"],
        least_certain_found=health["least_certain_found"],
    )
