"""From persons to count tables: the one place where persons become figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from denombrement.counts.children import ChildrenOfPersons
from denombrement.counts.dimensions import (
    AGE_BAND,
    CATEGORY,
    SERVICE_TERRITORY,
    SITUATION,
    hierarchy,
    question_codes,
)
from denombrement.counts.scope import COUNTED
from denombrement.counts.table import TERRITORY, CountTable

if TYPE_CHECKING:
    import pandas as pd

ADULTS, CHILDREN, INDIRECT = "adults", "children", "children_indirect"
DERIVED = frozenset({CATEGORY, SITUATION, AGE_BAND, TERRITORY, SERVICE_TERRITORY})


@dataclass(frozen=True)
class Counted:
    """All persons of a campaign, those counted and those left out, with their children.

    Args:
        night: the reference night.
        persons: one row a person, with the derived dimensions and ``scope``.
        children: the children of the persons counted.
        silent_communes: NIS codes of the communes where no service answered.
    """

    night: date
    persons: pd.DataFrame
    children: ChildrenOfPersons
    silent_communes: frozenset[str]

    @property
    def counted(self) -> pd.DataFrame:
        """The persons in the count."""
        return self.persons[self.persons["scope"] == COUNTED]

    def table(self, dimensions: Sequence[str], measure: str = ADULTS) -> CountTable:
        """Adults or children crossed by the dimensions given.

        Args:
            dimensions: any of category, situation, sex, age_band, territory, service_territory, or a question.
            measure: ``adults``, ``children`` (direct) or ``children_indirect``; children fall where the parent does
                whom they are counted with.
        """
        frame = self._measured(measure)
        cells = frame.assign(
            **{
                name: frame[name] if name in DERIVED else question_codes(frame, name, self.night)
                for name in dimensions
            }
        )
        cells[SITUATION] = cells[SITUATION].replace("not_homeless", "unknown")
        leaves = cells.groupby(list(dimensions), observed=True)["persons"].sum().rename("count").reset_index()
        return CountTable.from_leaves(
            "_".join(dimensions),
            leaves,
            {name: hierarchy(name, self.night) for name in dimensions},
            measure,
            self._silent if TERRITORY in dimensions else frozenset(),
        )

    def by_reason_outside(self) -> dict[str, int]:
        """Adults left out of the count, by reason."""
        outside = self.persons.loc[self.persons["scope"] != COUNTED, "scope"]
        return {str(reason): int(number) for reason, number in outside.value_counts().sort_index().items()}

    def _measured(self, measure: str) -> pd.DataFrame:
        if measure == ADULTS:
            return self.counted.assign(persons=1)
        link = {CHILDREN: "direct", INDIRECT: "indirect"}[measure]
        broods = self.children.frame
        numbers = broods[broods["link"] == link].set_index("person")["children"]
        parents = self.counted[self.counted["person"].isin(numbers.index)]
        return parents.assign(persons=parents["person"].map(numbers).astype("int64"))

    @cached_property
    def _silent(self) -> frozenset[str]:
        # A commune that did not take part can still be where a person slept: then it has a figure in every table, children
        # included, not a blank.
        return self.silent_communes - set(self.counted[TERRITORY])
