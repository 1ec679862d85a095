"""A thin, typed face on HiGHS: one model, of which only costs and bounds change between solves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from denombrement.errors import UsageProblem

Vector = NDArray[np.float64]
TOLERANCE = 1e-6
"""How far a row or a bound may be missed: far less than a person, and more than a double can err beside a milliard."""


@dataclass(frozen=True)
class Optimum:
    """What a solve gives: the value, a point, and the reduced costs (of a linear programme)."""

    value: float
    point: Vector
    reduced_costs: Vector
    proved: bool
    bound: float


class Model:
    """Minimises a linear cost over ``row_lower <= matrix x <= row_upper`` and ``lower <= x <= upper``.

    Args:
        matrix: rows × columns.
        row_lower, row_upper: bounds of the rows.
        lower, upper: bounds of the columns.
        integral: which columns must be whole numbers.
        seconds: time limit of each solve.
    """

    def __init__(
        self,
        matrix: sparse.csr_array,
        rows: tuple[Vector, Vector],
        box: tuple[Vector, Vector],
        *,
        integral: NDArray[np.bool_] | None = None,
        seconds: float | None = None,
    ) -> None:
        self._size = int(matrix.shape[1])
        self._columns = np.arange(self._size, dtype=np.int32)
        self._goes_on = False
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.setOptionValue("output_flag", False)  # noqa: FBT003
        self._highs.setOptionValue("threads", 1)
        self._highs.setOptionValue("mip_rel_gap", 0.0)
        self._highs.passModel(_programme(matrix, rows, box))
        if integral is not None:
            self.make_integral(integral)
        self.limit(seconds)

    def make_integral(self, which: NDArray[np.bool_] | None = None) -> None:
        """Asks whole numbers of some columns; of all when none are named."""
        chosen = np.ones(self._size, dtype=np.bool_) if which is None else which
        kinds = np.where(chosen, int(highspy.HighsVarType.kInteger), int(highspy.HighsVarType.kContinuous))
        self._highs.changeColsIntegrality(self._size, self._columns, kinds.astype(np.uint8))

    def limit(self, seconds: float | None) -> None:
        """Sets the time limit of the solves to come."""
        self._highs.setOptionValue("time_limit", float("inf") if seconds is None else max(0.0, seconds))

    def tolerate(self, gap: float, *, constant: float) -> None:
        """Lets a whole-number solve stop when the cost plus a constant is within this share of its proved bound."""
        self._highs.setOptionValue("mip_rel_gap", gap)
        self._highs.changeObjectiveOffset(constant)

    def start_from_last_point(self) -> None:
        """For many costs one after the other: the last optimum stays feasible, and the primal simplex goes on from it."""
        self._goes_on = True
        self._highs.setOptionValue("simplex_strategy", _PRIMAL)

    def target(self, value: float) -> None:
        """A cost that is known to be the least possible: a whole-number solve stops at the first point that has it."""
        self._highs.setOptionValue("objective_target", value)

    def box(self, lower: Vector, upper: Vector) -> None:
        """Changes the bounds of all columns."""
        self._highs.changeColsBounds(self._size, self._columns, lower, upper)

    def add_row(self, lower: float, columns: NDArray[np.intp], values: Vector) -> None:
        """Adds ``values · x[columns] >= lower``."""
        self._highs.addRow(lower, highspy.kHighsInf, len(columns), columns.astype(np.int32), values)

    def minimise(self, cost: Vector) -> Optimum | None:
        """The optimum, or the best point found in time, or None when there is no point (or none was found)."""
        self._highs.changeColsCost(self._size, self._columns, cost)
        found = self._run()
        # Beside cells without bound, which stand at 1e9, the last point may be one that leads nowhere.
        return self._run_afresh() if found is None and self._goes_on else found

    def _run(self) -> Optimum | None:
        self._highs.run()
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        if not _has_point(status, info):
            return None
        return self._optimum(proved=status != _TIME_LIMIT, info=info)

    def _run_afresh(self) -> Optimum | None:
        self._highs.clearSolver()
        self._highs.setOptionValue("simplex_strategy", _DUAL)
        found = self._run()
        self._highs.setOptionValue("simplex_strategy", _PRIMAL)
        return found

    def _optimum(self, *, proved: bool, info: Any) -> Optimum:  # noqa: ANN401
        solution = self._highs.getSolution()
        value = float(info.objective_function_value)
        return Optimum(
            value=value,
            point=np.array(solution.col_value, dtype=np.float64),
            reduced_costs=np.array(solution.col_dual, dtype=np.float64),
            proved=proved,
            bound=value if proved else float(info.mip_dual_bound),
        )


def _has_point(status: Any, info: Any) -> bool:  # noqa: ANN401
    if status == _TIME_LIMIT:
        return bool(info.primal_solution_status == _FEASIBLE)
    # The solver's own limit is 1e-7, which is less than a double's last digit where a cell without bound is at 1e9.
    return status in (_OPTIMAL, _TARGET) and bool(info.max_primal_infeasibility <= TOLERANCE)


_OPTIMAL = highspy.HighsModelStatus.kOptimal
_TARGET = highspy.HighsModelStatus.kObjectiveTarget
_TIME_LIMIT = highspy.HighsModelStatus.kTimeLimit
_PRIMAL = int(highspy.simplex_constants.SimplexStrategy.kSimplexStrategyPrimal)
_DUAL = int(highspy.simplex_constants.SimplexStrategy.kSimplexStrategyDual)
_FEASIBLE = int(highspy.SolutionStatus.kSolutionStatusFeasible)


def balanced(relations: sparse.csr_array, box: tuple[Vector, Vector]) -> Model:
    """A linear programme over all tables that satisfy some relations (``relations x = 0``) within a box."""
    zeros = np.zeros(relations.shape[0])
    return Model(relations, (zeros, zeros), box)


def solved(optimum: Optimum | None) -> Optimum:
    """The optimum of a programme that must have one.

    Raises:
        UsageProblem: PRO010, the published figures contradict each other.
    """
    if optimum is None:
        raise UsageProblem("PRO010")
    return optimum


def _programme(matrix: sparse.csr_array, rows: tuple[Vector, Vector], box: tuple[Vector, Vector]) -> Any:  # noqa: ANN401
    programme = highspy.HighsLp()
    programme.num_row_, programme.num_col_ = matrix.shape
    programme.col_cost_ = np.zeros(matrix.shape[1])
    programme.row_lower_, programme.row_upper_ = rows
    programme.col_lower_, programme.col_upper_ = box
    programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    programme.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    programme.a_matrix_.index_ = matrix.indices.astype(np.int32)
    programme.a_matrix_.value_ = matrix.data.astype(np.float64)
    return programme
