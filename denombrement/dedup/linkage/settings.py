"""What the model compares and believes, read once from ``model.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Field:
    """One part of identity: its columns from exact to loosest, and the prior of its misses."""

    name: str
    levels: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    miss_mean: float
    miss_weight: float
    within: tuple[str, ...]


@dataclass(frozen=True)
class Key:
    """Fields, each at a level, that must all agree for two declarations of a large file to be compared.

    With ``turned`` the parts are the two whole names, and agree in either order.
    """

    name: str
    parts: tuple[tuple[str, int], ...]
    turned: bool = False


@dataclass(frozen=True)
class Pass(Key):
    """A named, versioned rule of exact agreement."""

    version: str = ""


@dataclass(frozen=True)
class Settings:
    """The whole model as data. Shares are proportions, weights are worth so many observations."""

    version: str
    fields: tuple[Field, ...]
    swap_columns: tuple[tuple[str, str], tuple[str, str]]
    swap_shares: tuple[float, float]
    household_pairs_per_declaration: float
    household_prior_share: float
    twin_share: float
    same_given_share: float
    invented_date_share: float
    reading_weight: float
    size_weights: tuple[float, ...]
    size_tail: float
    largest_cluster: int
    candidate_margin: float
    all_pairs_up_to: int
    largest_block: int
    pairs_per_declaration: float
    recall_doubt: float
    keys: tuple[Key, ...]
    passes: tuple[Pass, ...]
    chance_share: float
    shrinkage: float
    namesake_weight: float
    chains: int
    burn_in: int
    sweeps: int
    draws: int
    update_every: int
    undecided: tuple[float, float]
    interval_factor: float
    model_doubt: float


def _field(entry: dict[str, Any]) -> Field:
    levels = tuple(tuple(columns) for columns in entry["levels"])
    return Field(
        **{**entry, "levels": levels, "shares": tuple(entry["shares"]), "within": tuple(entry["within"])}
    )


def _parts(entry: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    return tuple((field, level) for field, level in entry["parts"])


@cache
def default_settings() -> Settings:
    """The model shipped with the package."""
    text = (resources.files(__package__) / "model.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    swaps, household, clusters, sampler = data["swaps"], data["household"], data["clusters"], data["sampler"]
    return Settings(
        version=data["version"],
        fields=tuple(_field(entry) for entry in data["fields"]),
        swap_columns=(tuple(swaps["names"]["columns"]), tuple(swaps["dates"]["columns"])),
        swap_shares=(swaps["names"]["share"], swaps["dates"]["share"]),
        household_pairs_per_declaration=household["pairs_per_declaration"],
        household_prior_share=household["prior_share"],
        twin_share=household["twin_share"],
        same_given_share=household["same_given_share"],
        invented_date_share=data["dates"]["invented_share"],
        reading_weight=data["dates"]["reading_weight"],
        size_weights=tuple(clusters["size_weights"]),
        size_tail=clusters["tail"],
        largest_cluster=clusters["largest"],
        candidate_margin=data["candidates"]["margin"],
        all_pairs_up_to=data["candidates"]["all_pairs_up_to"],
        largest_block=data["candidates"]["largest_block"],
        pairs_per_declaration=data["candidates"]["pairs_per_declaration"],
        recall_doubt=data["candidates"]["recall_doubt"],
        keys=tuple(Key(entry["name"], _parts(entry), entry.get("turned", False)) for entry in data["keys"]),
        passes=tuple(
            Pass(entry["name"], _parts(entry), version=entry["version"]) for entry in data["passes"]
        ),
        chance_share=data["passes_rule"]["chance_share"],
        shrinkage=data["frequencies"]["shrinkage"],
        namesake_weight=data["frequencies"]["namesake_weight"],
        chains=sampler["chains"],
        burn_in=sampler["burn_in"],
        sweeps=sampler["sweeps"],
        draws=sampler["draws"],
        update_every=sampler["update_every"],
        undecided=tuple(sampler["undecided"]),
        interval_factor=sampler["interval_factor"],
        model_doubt=sampler["model_doubt"],
    )
