"""The province's communes as the synthetic data see them: which take part, how heavy they are, how near."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from denombrement.reference import communes_on, population
from denombrement.synthetic.draws import Flags, Floats, Generator, Integers, spread
from denombrement.synthetic.parameters import Parameters

# The last year in which every commune's inhabitants are known apart, Bastogne and Bertogne too.
WEIGHT_YEAR = 2020
TOWNS = 5


@dataclass(frozen=True)
class Places:
    """Communes in order of their code on the night: codes, names, arrondissements, inhabitants, participation."""

    nis: tuple[str, ...]
    names: tuple[str, ...]
    arrondissements: Integers
    inhabitants: Floats
    takes_part: Flags

    @property
    def size(self) -> int:
        """Communes in all."""
        return len(self.nis)

    @property
    def answers(self) -> tuple[str, ...]:
        """What a question on a commune may be answered with; positions stand for these."""
        return (*self.nis, "outside", "dont_know")


def make_places(rng: Generator, parameters: Parameters, night: date) -> Places:
    """The communes on the night; those that do not take part are rather the smaller ones, never the five largest."""
    communes = communes_on(night)
    inhabitants = np.array([population(commune.nis, WEIGHT_YEAR) for commune in communes], dtype=float)
    absent = round(parameters.number("size", "communes") - parameters.number("size", "communes_taking_part"))
    reluctance = 1 / inhabitants
    reluctance[np.argsort(-inhabitants)[:TOWNS]] = 0.0
    takes_part = np.ones(len(communes), dtype=bool)
    takes_part[spread(rng, reluctance, absent)] = False
    return Places(
        nis=tuple(commune.nis for commune in communes),
        names=tuple(commune.name_fr for commune in communes),
        arrondissements=np.array([int(commune.arrondissement_nis) for commune in communes]),
        inhabitants=inhabitants,
        takes_part=takes_part,
    )


def nearness(parameters: Parameters, places: Places) -> Floats:
    """Weight of a service in one commune (column) for a person in another (row)."""
    same_arrondissement = places.arrondissements[:, None] == places.arrondissements[None, :]
    weights = np.where(
        same_arrondissement,
        parameters.number("distance", "same_arrondissement"),
        parameters.number("distance", "elsewhere"),
    )
    np.fill_diagonal(weights, parameters.number("distance", "same_commune"))
    return weights
