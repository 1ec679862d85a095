"""Bayesian averaging over decomposable graphs (Madigan & York 1997; the R package dga).

A graph joins the lists that depend on each other; it is decomposable when it is chordal. With hyper-Dirichlet
priors, for each graph
p(N) ∝ prior(N) · N!/n₀! · ∏_cliques m(C) / ∏_separators m(S), where
m(C) = Γ(δ2^L)/Γ(δ2^L + N) · ∏_cells Γ(a + count)/Γ(a), a = δ·2^(L−|C|), and n₀ is added to C's empty cell.

The prior of N changes the answer, so it is part of it and must be printed: dga's manual says 1/n₀, its code uses 1/N.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from scipy.special import gammaln

from denombrement.errors import UsageProblem
from denombrement.estimation.histories import CaptureHistories, Matrix, Vector

_GRAPHS_AT_ONCE = 64
_MOST_VALUES = 150_000_000
_FEWEST_POINTS = 2_000
_STEP = 0.1
DEFAULT_UNSEEN_FACTOR = 30


@dataclass(frozen=True)
class NumberPrior:
    """Prior of the number of persons, up to a constant.

    Args:
        kind: ``1/N`` (dga as coded), ``1/unseen`` (dga as documented), or ``gamma-poisson`` (Madigan & York):
            N is Poisson with a mean drawn from a gamma of the given shape and scale.
        shape, scale: of the gamma.
    """

    kind: str = "1/N"
    shape: float = 0.0
    scale: float = 0.0

    def __post_init__(self) -> None:
        proper = self.kind != "gamma-poisson" or min(self.shape, self.scale) > 0
        if self.kind not in {"1/N", "1/unseen", "gamma-poisson"} or not proper:
            raise UsageProblem("EST008")

    @property
    def text(self) -> str:
        """As it must be printed beside the figures."""
        return self.kind if self.kind != "gamma-poisson" else f"gamma-poisson({self.shape:g}, {self.scale:g})"

    def log_weights(self, persons: Vector, unseen: Vector) -> Vector:
        """Log prior at each number of persons (``persons``) of whom ``unseen`` are unseen (≥ 1)."""
        if self.kind == "1/N":
            return np.asarray(-np.log(persons), dtype=np.float64)
        if self.kind == "1/unseen":
            return np.asarray(-np.log(unseen), dtype=np.float64)
        chance = self.scale / (1 + self.scale)
        weights = gammaln(persons + self.shape) - gammaln(persons + 1) + persons * np.log(chance)
        return np.asarray(weights, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class NumberDistribution:
    """A distribution of the number of persons.

    Args:
        persons: possible numbers, ascending.
        chances: their probabilities, summing to 1.
    """

    persons: Vector
    chances: Vector

    @property
    def mean(self) -> float:
        """Expectation."""
        return float(self.persons @ self.chances)

    @property
    def standard_deviation(self) -> float:
        """Square root of the variance."""
        return float(np.sqrt((self.persons - self.mean) ** 2 @ self.chances))

    def quantile(self, level: float) -> float:
        """The first number whose cumulated probability reaches the level."""
        reached = np.searchsorted(np.cumsum(self.chances), level * (1 - 1e-12))
        return float(self.persons[min(int(reached), len(self.persons) - 1)])

    def up_to(self, most: float) -> NumberDistribution:
        """The same with no more persons than this: what a smaller largest number would have given."""
        kept = self.persons <= most
        return NumberDistribution(self.persons[kept], self.chances[kept] / self.chances[kept].sum())


@dataclass(frozen=True, eq=False)
class GraphAverage:
    """The average over graphs, with the prior that must be printed with it."""

    distribution: NumberDistribution
    graphs: int
    delta: float
    prior: NumberPrior
    largest_number: float
    graph_chances: dict[str, float]


def average_over_graphs(
    histories: CaptureHistories,
    *,
    prior: NumberPrior | None = None,
    delta: float | None = None,
    most_unseen: int | None = None,
) -> GraphAverage:
    """Posterior of the number of persons, averaged over all decomposable graphs, which weigh the same beforehand.

    Args:
        histories: capture histories (corrected counts need not be whole).
        prior: of N; 1/N when omitted.
        delta: hyper-Dirichlet constant; 2^−L when omitted.
        most_unseen: largest number of unseen persons allowed; 30 times the persons seen when omitted. Above 150 million
            graphs × numbers (six lists of some hundred persons, or millions seen) not every number is computed.

    Raises:
        UsageProblem: EST008 (prior), EST009 (delta or ``most_unseen`` not positive).
    """
    lists = len(histories.lists)
    chosen = prior or NumberPrior()
    constant = 2.0**-lists if delta is None else delta
    ceiling = int(DEFAULT_UNSEEN_FACTOR * histories.seen) if most_unseen is None else most_unseen
    if constant <= 0 or ceiling < 1:
        raise UsageProblem("EST009")
    unseen, widths = _numbers_unseen(ceiling, histories.seen, len(decomposable_graphs(lists)))
    persons = histories.seen + unseen
    common = chosen.log_weights(persons, unseen) + gammaln(persons + 1) - gammaln(unseen + 1) + np.log(widths)
    margins = _log_margins(histories, unseen, constant)
    chances, by_graph = _average(decomposable_graphs(lists), margins, common)
    names = graph_names(lists)
    return GraphAverage(
        distribution=NumberDistribution(persons, chances),
        graphs=len(names),
        delta=constant,
        prior=chosen,
        largest_number=float(persons[-1]),
        graph_chances=dict(zip(names, by_graph.tolist(), strict=True)),
    )


def _numbers_unseen(ceiling: int, seen: float, graphs: int) -> tuple[Vector, Vector]:
    """Numbers unseen, and how many each stands for: one, unless there are too many for all graphs.

    Then they stand a tenth of 1/√n apart on the scale of ln n₀, n being the persons seen: the number unseen cannot be
    known better than to about 1/√n of itself, so that nothing of its distribution falls between two of them.
    """
    if ceiling * graphs <= _MOST_VALUES:
        return np.arange(1, ceiling + 1, dtype=np.float64), np.ones(ceiling)
    wanted = int(np.log(ceiling) * np.sqrt(max(seen, 1.0)) / _STEP)
    points = max(_FEWEST_POINTS, min(wanted, _MOST_VALUES // graphs))
    unseen = np.unique(np.round(np.geomspace(1, ceiling, points)))
    edges = np.concatenate([[0.5], (unseen[1:] + unseen[:-1]) / 2, [ceiling + 0.5]])
    return unseen, np.diff(edges)


def _log_margins(histories: CaptureHistories, unseen: Vector, delta: float) -> Matrix:
    """The logarithm of m(C) for every set C of lists (a bit mask) and every number unseen; only C's empty cell depends on it."""
    lists = len(histories.lists)
    total = delta * 2**lists
    rows = np.zeros((1 << lists, len(unseen)))
    scale = gammaln(total) - gammaln(total + histories.seen + unseen)
    masks = np.arange(1 << lists)
    for subset in range(1, 1 << lists):
        size = subset.bit_count()
        prior_count = delta * 2.0 ** (lists - size)
        cells = np.bincount(masks & subset, weights=histories.counts, minlength=1 << lists)
        others = [cell for cell in range(1, 1 << lists) if cell & subset == cell]
        fixed = (gammaln(prior_count + cells[others]) - gammaln(prior_count)).sum()
        rows[subset] = scale + fixed + gammaln(prior_count + cells[0] + unseen) - gammaln(prior_count)
    return rows


def _average(graphs: Matrix, margins: Matrix, common: Vector) -> tuple[Vector, Vector]:
    highest = -np.inf
    weights = np.zeros(len(common))
    by_graph = np.full(len(graphs), -np.inf)
    for start in range(0, len(graphs), _GRAPHS_AT_ONCE):
        rows = slice(start, start + _GRAPHS_AT_ONCE)
        scores = graphs[rows] @ margins + common
        top = max(highest, float(scores.max()))
        shares = np.exp(scores - top)
        # A running maximum keeps the weights of all blocks on one scale.
        weights = weights * np.exp(highest - top) + shares.sum(axis=0)
        by_graph[rows] = np.log(np.maximum(shares.sum(axis=1), 1e-300)) + top
        highest = top
    graph_weights = np.exp(by_graph - by_graph.max())
    return weights / weights.sum(), graph_weights / graph_weights.sum()


@cache
def decomposable_graphs(number_of_lists: int) -> Matrix:
    """Chordal graphs of the lists × sets of lists: +1 for a clique, −1 for a separator (sums where repeated).

    1, 2, 8, 61, 822 and 18,154 graphs for 1 to 6 lists.
    """
    rows = [row for _, row in _chordal(number_of_lists)]
    return np.array(rows, dtype=np.float64)


@cache
def graph_names(number_of_lists: int) -> tuple[str, ...]:
    """Edges of each graph, in the order of ``decomposable_graphs``: ``12-13``; ``-`` alone for no edge."""
    return tuple(name for name, _ in _chordal(number_of_lists))


@cache
def _chordal(lists: int) -> tuple[tuple[str, list[int]], ...]:
    return tuple(_all_chordal(lists))


def _all_chordal(lists: int) -> Iterator[tuple[str, list[int]]]:
    pairs = list(combinations(range(lists), 2))
    for chosen in range(1 << len(pairs)):
        neighbours = [0] * lists
        for index, (one, other) in enumerate(pairs):
            if chosen >> index & 1:
                neighbours[one] |= 1 << other
                neighbours[other] |= 1 << one
        factors = _factors(neighbours)
        if factors is not None:
            edges = [f"{one + 1}{other + 1}" for k, (one, other) in enumerate(pairs) if chosen >> k & 1]
            yield "-".join(edges) or "-", factors


def _factors(neighbours: list[int]) -> list[int] | None:
    """Take out, one after the other, a list whose remaining neighbours are all joined; None when there is none.

    The list with its neighbours enters above the line and the neighbours below it: in the end the cliques stand
    above and the separators below.
    """
    factors = [0] * (1 << len(neighbours))
    left = (1 << len(neighbours)) - 1
    while left:
        for node in range(len(neighbours)):
            near = neighbours[node] & left
            if left >> node & 1 and _is_clique(near, neighbours):
                factors[near | 1 << node] += 1
                factors[near] -= 1
                left &= ~(1 << node)
                break
        else:
            return None
    factors[0] = 0
    return factors


def _is_clique(nodes: int, neighbours: list[int]) -> bool:
    return all(nodes & ~neighbours[node] == 1 << node for node in range(len(neighbours)) if nodes >> node & 1)
