"""Duplicates that no pair can show: declarations with hardly an identity, and links too weak to be candidates.

A declaration without name or date is as likely a second one of somebody as any other. No single pair says so, but all
pairs together do: their likelihood ratios, each tiny, add up. They are added up here and drawn in every partition, so
that the count does not take every nameless declaration for a new person. So are the duplicates that the keys of a large
file did not meet: their number is measured, who they are is not known.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from itertools import islice

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Ints, Longs
from denombrement.dedup.linkage.candidates import LEAST_RECALL, Candidates, thin
from denombrement.dedup.linkage.kernel_pair import Beliefs, Evidence
from denombrement.dedup.linkage.kernel_pairs import sampled_chances
from denombrement.dedup.linkage.kernel_sampler import Graph, are_apart
from denombrement.dedup.linkage.pairing import of_pairs
from denombrement.dedup.linkage.records import MISSING, EncodedRecords
from denombrement.dedup.linkage.settings import Settings

# Partners sampled for each thin declaration: all of a small file, enough of a large one.
FEWEST_PARTNERS, PARTNER_PAIRS = 200, 4_000_000


@dataclass(frozen=True)
class Unmet:
    """Likelihood ratios outside the candidates.

    Attributes:
        mass: per declaration, their sum, each pair counted once.
        partner: per declaration, the likeliest of them, -1 for none; used where the declaration is not thin.
        thin: declarations with hardly an identity.
        partners: per thin declaration, others.
        chances: their likelihood ratios, 0 where the two are apart or are candidates.
    """

    mass: Doubles
    partner: Ints
    thin: Ints
    partners: Ints
    chances: Doubles


def find_unmet(
    records: EncodedRecords, evidence: Evidence, beliefs: Beliefs, candidates: Candidates
) -> Unmet:
    """Sums of likelihood ratios outside the candidates; the sample of partners is the same at every run."""
    size = len(records)
    rows = np.flatnonzero(thin(records)).astype(np.int32)
    mass = np.zeros(size) if candidates.mass is None else candidates.mass.copy()
    partner = np.full(size, MISSING, dtype=np.int32) if candidates.partner is None else candidates.partner
    partners = _partners(size, len(rows))
    chances = np.zeros(partners.shape)
    sampled_chances(evidence, beliefs, rows, partners, chances)
    own = rows[:, None]
    same_service = (records.service[own] >= 0) & (records.service[own] == records.service[partners])
    # A pair of two thin declarations counts for the later one.
    counted_there = np.isin(partners, rows) & (partners > own)
    chances[same_service | counted_there | (partners == own)] = 0.0
    known = np.ones(len(candidates))
    first, second = np.broadcast_to(own, partners.shape).reshape(-1), partners.reshape(-1)
    candidate = of_pairs(candidates.first, candidates.second, known, first, second) > 0
    chances[candidate.reshape(partners.shape)] = 0.0
    mass[rows] += chances.mean(axis=1) * size if partners.size else 0.0
    return Unmet(mass, partner, rows, partners, chances)


def _partners(size: int, rows: int) -> Ints:
    if not rows:
        return np.zeros((0, 0), dtype=np.int32)
    number = min(size, max(FEWEST_PARTNERS, PARTNER_PAIRS // rows))
    if number == size:
        return np.tile(np.arange(size, dtype=np.int32), (rows, 1))
    return np.random.default_rng(size).integers(0, size, size=(rows, number)).astype(np.int32)


class _Persons:
    """One drawn partition while second declarations are still put to their persons."""

    def __init__(self, graph: Graph, unit: Ints, labels: Ints) -> None:
        self.label = labels[unit].copy()
        self.sizes = np.bincount(self.label, minlength=len(labels))
        self._graph, self._unit = graph, unit
        self._order = np.argsort(labels, kind="stable")
        self._starts = np.append(0, np.cumsum(np.bincount(labels, minlength=len(labels))))
        self._later: defaultdict[int, list[int]] = defaultdict(list)

    def is_alone(self, record: int) -> bool:
        return int(self.sizes[self.label[record]]) == 1

    def join(self, record: int, partner: int) -> bool:
        """Gives a lone declaration its partner's label, unless anything keeps it from one of that person's declarations."""
        own, person = int(self._unit[record]), int(self.label[partner])
        earlier = self._order[self._starts[person] : self._starts[person + 1]].tolist()
        members = [*earlier, *self._later[person]]
        if own in members or any(are_apart(self._graph, own, member) for member in members):
            return False
        self.sizes[self.label[record]] -= 1
        self.label[record] = person
        self.sizes[person] += 1
        self._later[person].append(own)
        return True


def draw_unmet(
    unmet: Unmet,
    graph: Graph,
    unit: Ints,
    labels: Ints,
    generator: np.random.Generator,
    *,
    missed: float = 0.0,
) -> Ints:
    """One drawn partition with its unmet duplicates joined.

    Args:
        unmet: see ``find_unmet``.
        graph: units, and what keeps two of them apart: humans, or one service.
        unit: unit of each declaration.
        labels: a label per unit.
        generator: source of chance.
        missed: duplicates that the candidate search did not meet, for each that it met. Nobody knows which they are: lone
            declarations taken at random become second ones of persons taken at random, as often.

    Returns:
        A label per declaration: those of ``labels``, but a lone declaration that is a second one of somebody bears
        the other's, unless anything keeps it from one of that person's declarations.
    """
    persons = _Persons(graph, unit, labels)
    chance = _joining(persons.sizes, unmet.mass, len(unit))
    alone = persons.sizes[persons.label] == 1
    place = np.full(len(unit), MISSING, dtype=np.int64)
    place[unmet.thin] = np.arange(len(unmet.thin))
    for record in np.flatnonzero(alone & (generator.random(len(unit)) < chance)).tolist():
        if persons.is_alone(record):
            persons.join(record, _partner(unmet, record, int(place[record]), generator))
    met = len(unit) - int((persons.sizes > 0).sum())
    _join_strangers(persons, round(met * missed), generator)
    return persons.label


def _join_strangers(persons: _Persons, number: int, generator: np.random.Generator) -> None:
    alone = generator.permutation(np.flatnonzero(persons.sizes[persons.label] == 1)).tolist()
    partners = generator.integers(len(persons.label), size=len(alone)).tolist()
    joined = (
        record
        for record, partner in zip(alone, partners, strict=True)
        if persons.is_alone(record) and persons.join(record, partner)
    )
    deque(islice(joined, number), maxlen=0)


def drawn_missed(
    candidates: Candidates, settings: Settings, draws: int, generator: np.random.Generator
) -> Doubles:
    """Duplicates that the search missed for each that it met, as its measurement allows; 0 when every pair was compared.

    Two doubts: few copies were missed, and real faults are not those of the copies.
    """
    if not candidates.injected:
        return np.zeros(draws)
    met = candidates.recall * candidates.injected
    missed = 1.0 - generator.beta(met + 0.5, candidates.injected - met + 0.5, size=draws)
    missed *= np.exp(generator.normal(0.0, settings.recall_doubt, size=draws))
    result: Doubles = 1.0 / np.maximum(LEAST_RECALL, 1.0 - missed) - 1.0
    return result


def _joining(sizes: Longs, mass: Doubles, declarations: int) -> Doubles:
    """Chance of each lone declaration to be a second one, by the partition prior at this partition's sizes."""
    by_size = np.bincount(sizes[sizes > 0]).astype(float)
    by_size = np.append(by_size, [0.0, 0.0]) + 0.5
    persons = float((sizes > 0).sum())
    number = np.arange(1, len(by_size) - 1)
    gain = (by_size[1:-1] * (number + 1) * by_size[2:] / by_size[1:-1])[
        by_size[1:-1] > 1
    ].sum() / declarations
    weight = mass * gain
    result: Doubles = weight / (weight + by_size[1] * (persons + 1) / max(persons, 1.0))
    return result


def _partner(unmet: Unmet, record: int, place: int, generator: np.random.Generator) -> int:
    if place == MISSING:
        return int(unmet.partner[record])
    total = np.cumsum(unmet.chances[place])
    return int(unmet.partners[place][np.searchsorted(total, generator.random() * total[-1], side="right")])
