"""Duplicates that no pair can show: declarations with hardly an identity, and links too weak to be candidates.

A declaration without name or date is as likely a second one of somebody as any other. No single pair says so, but all
pairs together do: their likelihood ratios, each tiny, add up. They are added up here and drawn in every partition, so
that the count does not take every nameless declaration for a new person.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Ints, Longs
from denombrement.dedup.linkage.candidates import Candidates, thin
from denombrement.dedup.linkage.kernel_pair import Beliefs, Evidence
from denombrement.dedup.linkage.kernel_pairs import sampled_chances
from denombrement.dedup.linkage.kernel_sampler import Graph, are_apart
from denombrement.dedup.linkage.pairing import of_pairs
from denombrement.dedup.linkage.records import MISSING, EncodedRecords

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


def draw_unmet(unmet: Unmet, graph: Graph, unit: Ints, labels: Ints, generator: np.random.Generator) -> Ints:
    """One drawn partition with its unmet duplicates joined.

    Args:
        unmet: see ``find_unmet``.
        graph: units, and what keeps two of them apart: humans, or one service.
        unit: unit of each declaration.
        labels: a label per unit.
        generator: source of chance.

    Returns:
        A label per declaration: those of ``labels``, but a lone declaration that is a second one of somebody bears
        the other's, unless anything keeps it from one of that person's declarations.
    """
    found = labels[unit].copy()
    sizes = np.bincount(found, minlength=len(labels))
    chance = _joining(sizes, unmet.mass, len(found))
    alone = sizes[found] == 1
    place = np.full(len(found), MISSING, dtype=np.int64)
    place[unmet.thin] = np.arange(len(unmet.thin))
    order = np.argsort(labels, kind="stable")
    starts = np.append(0, np.cumsum(np.bincount(labels, minlength=len(labels))))
    later: defaultdict[int, list[int]] = defaultdict(list)
    for record in np.flatnonzero(alone & (generator.random(len(found)) < chance)):
        if sizes[found[record]] > 1:
            continue
        own, person = (
            int(unit[record]),
            int(found[_partner(unmet, int(record), int(place[record]), generator)]),
        )
        members = [*order[starts[person] : starts[person + 1]].tolist(), *later[person]]
        if any(are_apart(graph, own, member) for member in members):
            continue
        sizes[found[record]] -= 1
        found[record] = person
        sizes[person] += 1
        later[person].append(own)
    return found


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
