"""Declarations as the model sees them: tokens as integers, missing as -1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from denombrement.dedup.linkage.arrays import Ints
from denombrement.dedup.linkage.settings import Settings, default_settings
from denombrement.errors import UsageProblem

MISSING = -1
REQUIRED = ("record_id", "given_full", "family_full", "birth_year", "birth_month", "birth_day", "sex")


@dataclass(frozen=True)
class EncodedRecords:
    """Declarations in an order that depends on their content alone, so that the order of arrival never matters.

    Attributes:
        record_id: the declarations' own ids, unique.
        tokens: one row a declaration, one column a level of a field (see ``starts``); -1 is missing.
        starts: first column of each field, and the number of columns at the end.
        swapped: given, family, month and day as they would read if two were written in each other's place.
        service: integer of the service, -1 when unknown.
        code: integer of the exact code, -1 when incomplete.
        settings: the model these columns were made for.
    """

    record_id: npt.NDArray[np.object_]
    tokens: Ints
    starts: Ints
    swapped: Ints
    service: Ints
    code: Ints
    settings: Settings

    def __len__(self) -> int:
        return len(self.record_id)

    def column(self, field: str, level: int = 0) -> Ints:
        """One level of a field, exact by default."""
        names = [entry.name for entry in self.settings.fields]
        return self.tokens[:, self.starts[names.index(field)] + level]

    @classmethod
    def from_tokens(cls, frame: pd.DataFrame, settings: Settings | None = None) -> EncodedRecords:
        """Reads the tokens of the form.

        Args:
            frame: ``record_id`` and one column per token; missing is None. Columns that the model names and the
                frame lacks count as missing everywhere, but for those of ``REQUIRED``.
            settings: the model; the shipped one when None.

        Raises:
            UsageProblem: LNK001 when a required column is absent, LNK002 when an id is missing or not unique.
        """
        model = settings or default_settings()
        absent = [name for name in REQUIRED if name not in frame.columns]
        if absent:
            raise UsageProblem("LNK001", where=absent[0])
        if frame["record_id"].isna().any() or frame["record_id"].duplicated().any():
            raise UsageProblem("LNK002")
        ordered = frame.iloc[_content_order(frame)]
        columns = [_codes(ordered, level) for field in model.fields for level in field.levels]
        counts = [len(field.levels) for field in model.fields]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        swapped = _swapped(ordered, model, columns, starts)
        return cls(
            record_id=ordered["record_id"].to_numpy(dtype=object),
            tokens=np.ascontiguousarray(np.stack(columns, axis=1)),
            starts=starts,
            swapped=swapped,
            service=_codes(ordered, ("service",)),
            code=_codes(ordered, ("code",)),
            settings=model,
        )


def _content_order(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    content = frame.drop(columns="record_id")
    content = content[sorted(content.columns)].astype(object)
    content = content.where(content.notna(), "")
    digest = pd.util.hash_pandas_object(content.astype(str), index=False, categorize=True).to_numpy()
    return np.lexsort((frame["record_id"].astype(str).to_numpy(dtype=str), digest))


def _codes(frame: pd.DataFrame, columns: Sequence[str]) -> Ints:
    """Integers of a column, or of several taken together; -1 where any of them is missing."""
    if any(column not in frame.columns for column in columns):
        return np.full(len(frame), MISSING, dtype=np.int32)
    codes = pd.factorize(frame[columns[0]])[0].astype(np.int64)
    for column in columns[1:]:
        more, values = pd.factorize(frame[column])
        joint = np.where((codes < 0) | (more < 0), MISSING, codes * len(values) + more)
        codes = pd.factorize(np.where(joint < 0, np.nan, joint))[0].astype(np.int64)
    return codes.astype(np.int32)


def _swapped(frame: pd.DataFrame, model: Settings, columns: list[Ints], starts: Ints) -> Ints:
    """Given, family, month, day of the swapped reading, in the integers of the exact columns."""
    names = [field.name for field in model.fields]
    targets = ("given", "family", "month", "day")
    sources = (*model.swap_columns[0], *model.swap_columns[1])
    found = np.full((len(frame), 4), MISSING, dtype=np.int32)
    for place, (target, source) in enumerate(zip(targets, sources, strict=True)):
        if source not in frame.columns:
            continue
        index = names.index(target)
        column = model.fields[index].levels[0][0]
        codes = pd.factorize(pd.concat([frame[column], frame[source]], ignore_index=True))[0]
        found[:, place] = codes[len(frame) :]
        columns[starts[index]][:] = codes[: len(frame)]
    return found
