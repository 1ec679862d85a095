"""Hierarchical log-linear models as sets of interactions, and the one design matrix they share.

A model always holds the constant and the main effect of every list; its ``terms`` are bit masks of interactions of
two lists or more, closed under taking parts. The interaction of all lists is never included: the count of the
history nobody can see is identified by setting it to zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations

import numpy as np

from denombrement.estimation.histories import Mask, Matrix


@dataclass(frozen=True)
class Model:
    """A hierarchical model: number of lists and its interactions, as sorted bit masks."""

    number_of_lists: int
    terms: tuple[int, ...]

    @property
    def parameters(self) -> int:
        """Free parameters, the constant included."""
        return 1 + self.number_of_lists + len(self.terms)

    @cached_property
    def name(self) -> str:
        """Generating margins, lists numbered from 1 in column order: ``[123,14,34]``."""
        all_terms = {*self.terms, *(1 << bit for bit in range(self.number_of_lists))}
        largest = [
            term
            for term in all_terms
            if not any(term != other and term & other == term for other in all_terms)
        ]
        digits = ["".join(str(bit + 1) for bit in bits_of(term)) for term in largest]
        return f"[{','.join(sorted(digits, key=lambda text: (-len(text), text)))}]"

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Pairs of lists (numbered from 0) whose dependence the model estimates."""
        found = [bits_of(term) for term in self.terms]
        return tuple((bits[0], bits[1]) for bits in found if len(bits) == 2)  # noqa: PLR2004


@dataclass(frozen=True, eq=False)
class Design:
    """The matrix all models of ``L`` lists share: histories 1 … 2^L − 1 × (constant, main effects, interactions)."""

    number_of_lists: int
    columns: tuple[int, ...]
    matrix: Matrix

    def select(self, models: Sequence[Model]) -> Mask:
        """Models × columns: true where the model has the column."""
        position = {column: index for index, column in enumerate(self.columns)}
        chosen = np.zeros((len(models), len(self.columns)), dtype=np.bool_)
        chosen[:, : 1 + self.number_of_lists] = True
        for row, model in enumerate(models):
            chosen[row, [position[term] for term in model.terms]] = True
        return chosen


def bits_of(mask: int) -> tuple[int, ...]:
    """Positions of the set bits, ascending."""
    return tuple(bit for bit in range(mask.bit_length()) if mask >> bit & 1)


def main_effects(number_of_lists: int) -> Model:
    """Independent lists: Mt."""
    return Model(number_of_lists, ())


def design_for(models: Sequence[Model]) -> Design:
    """The design matrix that holds every column of these models (all of the same number of lists)."""
    lists = models[0].number_of_lists
    terms = sorted(set(chain.from_iterable(model.terms for model in models)), key=_by_size)
    columns = (0, *(1 << bit for bit in range(lists)), *terms)
    cells = np.arange(1, 1 << lists)[:, None]
    matrix = ((cells & np.array(columns)) == np.array(columns)).astype(np.float64)
    return Design(lists, columns, matrix)


def hierarchical_models(number_of_lists: int, largest_order: int) -> tuple[Model, ...]:
    """Every hierarchical model with interactions of at most this many lists, never of all of them.

    Two-way models number ``2^(L(L-1)/2)``: 8, 64, 1,024 and 32,768 for 3 to 6 lists; with all orders allowed 8, 113
    and 6,893 for 3 to 5.
    """
    highest = min(largest_order, number_of_lists - 1)
    return tuple(
        Model(number_of_lists, tuple(sorted(terms, key=_by_size)))
        for terms in _grow(number_of_lists, 2, highest, frozenset())
    )


def two_way_models(number_of_lists: int) -> tuple[Model, ...]:
    """Every model with dependence between pairs of lists only."""
    return hierarchical_models(number_of_lists, 2)


def _by_size(mask: int) -> tuple[int, int]:
    return mask.bit_count(), mask


def _grow(lists: int, order: int, highest: int, terms: frozenset[int]) -> Iterator[frozenset[int]]:
    if order > highest:
        yield terms
        return
    allowed = [
        mask for mask in range(1 << lists) if mask.bit_count() == order and _parts_are_in(mask, terms, order)
    ]
    for chosen in chain.from_iterable(combinations(allowed, size) for size in range(len(allowed) + 1)):
        if chosen:
            yield from _grow(lists, order + 1, highest, terms | set(chosen))
        else:
            yield terms


def _parts_are_in(mask: int, terms: frozenset[int], order: int) -> bool:
    return order == 2 or all(mask & ~(1 << bit) in terms for bit in bits_of(mask))  # noqa: PLR2004
