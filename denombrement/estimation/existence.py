"""Does the maximum-likelihood estimate exist, and is the number of unseen persons identified?

After Fienberg & Rinaldo (2012) and Chan, Silverman & Vincent (2021, arXiv 1902.05156). An interaction with no
overlap at all has its parameter at minus infinity: the parameter and the cells that contain it are taken out. With
what remains (design X, counts y) the model is identified iff X has full column rank, and the estimate exists iff
some m > 0 has the same margins: ``max s`` such that ``Xᵀm = Xᵀy, m ≥ s`` is positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from denombrement.estimation.histories import Mask, Matrix, Vector

_RANK_TOLERANCE = 1e-9
_POSITIVE = 1e-5


class Standing(StrEnum):
    """Whether a model can carry an estimate."""

    FITTED = "fitted"
    NO_MAXIMUM = "no maximum-likelihood estimate"
    UNIDENTIFIED = "not identified"


@dataclass(frozen=True, eq=False)
class Reduction:
    """Models × columns and models × cells that remain once the parameters at minus infinity are taken out."""

    columns: Mask
    cells: Mask


def reduce_empty_margins(design: Matrix, counts: Vector, columns: Mask) -> Reduction:
    """Take out the parameters whose margin is empty, with the cells that contain them."""
    empty = (design.T @ counts) == 0
    at_minus_infinity = columns & empty
    hit = at_minus_infinity.astype(np.float64) @ design.T > 0
    return Reduction(columns & ~empty, ~hit)


def identified(design: Matrix, reduction: Reduction) -> Mask:
    """One truth value a model: the reduced design has full column rank."""
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    size = design.shape[1]
    gram = (reduction.cells.astype(np.float64) @ products).reshape(-1, size, size)
    used = reduction.columns
    gram *= used[:, :, None] & used[:, None, :]
    values = np.linalg.eigvalsh(gram)
    rank = (values > _RANK_TOLERANCE * values[:, -1:]).sum(axis=1)
    return np.asarray(rank == used.sum(axis=1), dtype=np.bool_)


def estimate_exists(design: Matrix, counts: Vector) -> bool:
    """The linear programme of Fienberg and Rinaldo for one reduced model (rows and columns already taken out)."""
    from scipy.optimize import linprog

    cells, columns = design.shape
    equal = np.hstack([design.T, np.zeros((columns, 1))])
    above = np.hstack([-np.eye(cells), np.ones((cells, 1))])
    objective = np.zeros(cells + 1)
    objective[-1] = -1.0
    solution = linprog(
        objective, A_ub=above, b_ub=np.zeros(cells), A_eq=equal, b_eq=design.T @ counts, bounds=(0, None)
    )
    found = solution.x
    return found is not None and bool(found[-1] > _POSITIVE)
