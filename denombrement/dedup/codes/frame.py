"""Codes and tokens of many persons at once.

Each distinct name, date and combination is normalised and keyed once; rows are then looked up, so that a million
records cost about as much as their distinct values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from denombrement.dedup.codes.dates import BirthDate, resolve_birth_date
from denombrement.dedup.codes.identity import SEXES
from denombrement.dedup.codes.keyed import Keyer, framed
from denombrement.dedup.codes.normalise import NameForms, name_forms
from denombrement.dedup.codes.recipe import DATE_DIGITS, NAME_FIELDS, Part, Recipe, Token
from denombrement.errors import DamagedInput

if TYPE_CHECKING:
    import pandas as pd

IDENTITY_COLUMNS = ("given_name", "family_name", "birth_year", "birth_month", "birth_day", "sex")
Positions = npt.NDArray[np.int64]
_UNKNOWN = -1


@dataclass(frozen=True)
class _Coded:
    """A column as positions in its distinct values; −1 is missing."""

    positions: Positions
    distinct: list[str]


def tokens_frame(frame: pd.DataFrame, secret: bytes, campaign_id: str, recipe: Recipe) -> pd.DataFrame:
    """The code and the tokens of every row.

    Args:
        frame: columns ``given_name``, ``family_name`` (text), ``birth_year``, ``birth_month``, ``birth_day`` (numbers),
            ``sex`` (``woman``, ``man``, ``x``, ``dont_know``); missing is ``None`` or ``NaN``. Other columns are ignored.
        secret: the campaign's 32-byte secret.
        campaign_id: identifier of the campaign.
        recipe: which tokens.

    Returns:
        One text column per token of the recipe, in its order (``code`` first), on the same index; ``None`` where a
        part is missing.

    Raises:
        DamagedInput: ``COD004`` sex, ``COD005`` name too long, ``COD010`` columns missing, ``COD011`` impossible dates.
        UsageProblem: ``COD001`` secret, ``COD009`` campaign.
    """
    import pandas as pd

    keyer = Keyer(secret, campaign_id, recipe.name)
    missing = [column for column in IDENTITY_COLUMNS if column not in frame.columns]
    if missing:
        raise DamagedInput("COD010", missing=", ".join(missing))
    parts = _coded_parts(frame, recipe)
    columns = {
        token.name: _keyed(_combined([parts[part] for part in token.parts]), token, keyer)
        for token in recipe.tokens
    }
    return pd.DataFrame(columns, index=frame.index, dtype=object)


def _coded_parts(frame: pd.DataFrame, recipe: Recipe) -> dict[str, _Coded]:
    fields = {column: _distinct(frame[column]) for column in ("given_name", "family_name", "sex")}
    numbers = _resolved_dates(frame)
    forms = {
        name: [name_forms(text, name) for text in fields[name][1]] for name in ("given_name", "family_name")
    }
    _check_sexes(fields["sex"][1])
    parts = {}
    for name, part in recipe.parts.items():
        if part.field in NAME_FIELDS:
            parts[name] = _coded(fields[part.field][0], [_of_forms(part, form) for form in forms[part.field]])
        elif part.field in DATE_DIGITS:
            positions, values = numbers[part.field]
            parts[name] = _coded(positions, [part.of_number(value) for value in values])
        else:
            positions, sexes = fields["sex"]
            parts[name] = _coded(positions, [None if sex == "dont_know" else sex for sex in sexes])
    return parts


def _of_forms(part: Part, forms: NameForms | None) -> str | None:
    return None if forms is None else part.of_name(forms)


def _check_sexes(values: Sequence[Any]) -> None:
    if not set(values) <= set(SEXES):
        raise DamagedInput("COD004", known=", ".join(SEXES))


def _distinct(column: pd.Series[Any]) -> tuple[Positions, list[Any]]:
    import pandas as pd

    positions, values = pd.factorize(column, use_na_sentinel=True)
    return positions.astype(np.int64), list(values)


def _resolved_dates(frame: pd.DataFrame) -> dict[str, tuple[Positions, list[int]]]:
    """Year, month and day of every row after the rules on dates, each distinct date examined once."""
    years, months, days = (_whole_numbers(frame[column]) for column in DATE_DIGITS)
    spread = np.stack([years, months, days], axis=1)
    distinct, rows = np.unique(spread, axis=0, return_inverse=True)
    rows = rows.reshape(-1)
    dates, impossible = _resolve_all(distinct)
    if impossible:
        raise DamagedInput("COD011", records=int(np.isin(rows, impossible).sum()))
    readers: tuple[Callable[[BirthDate], int | None], ...] = (
        lambda date: date.year,
        lambda date: date.month,
        lambda date: date.day,
    )
    numbers = {}
    for column, read in zip(DATE_DIGITS, readers, strict=True):
        resolved = np.array(
            [_UNKNOWN if (number := read(date)) is None else number for date in dates], dtype=np.int64
        )
        values, inverse = np.unique(resolved, return_inverse=True)
        numbers[column] = _without_unknown(inverse[rows], values)
    return numbers


def _resolve_all(distinct: Positions) -> tuple[list[BirthDate], list[int]]:
    dates: list[BirthDate] = []
    impossible: list[int] = []
    for index, row in enumerate(distinct.tolist()):
        year, month, day = (None if number == _UNKNOWN else number for number in row)
        try:
            dates.append(resolve_birth_date(year, month, day))
        except DamagedInput:
            impossible.append(index)
            dates.append(BirthDate(None, None, None))
    return dates, impossible


def _whole_numbers(column: pd.Series[Any]) -> Positions:
    """The column as whole numbers; a negative or broken one becomes 0, which no date has."""
    import pandas as pd

    numbers = pd.to_numeric(column).to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(numbers)
    whole = np.full(len(numbers), _UNKNOWN, dtype=np.int64)
    sane = known & (numbers > 0) & (np.floor(numbers) == numbers)
    whole[known] = 0
    whole[sane] = numbers[sane].astype(np.int64)
    return whole


def _without_unknown(positions: Positions, values: Positions) -> tuple[Positions, list[int]]:
    """Positions in the known values alone: ``np.unique`` sorts −1 first."""
    unknown = int(bool(len(values)) and values[0] == _UNKNOWN)
    return positions - unknown, values[unknown:].tolist()


def _coded(positions: Positions, values: Sequence[str | None]) -> _Coded:
    """Positions in the distinct known values, given those of each row in ``values``."""
    known: dict[str, int] = {}
    recoded = [_UNKNOWN if value is None else known.setdefault(value, len(known)) for value in values]
    # One cell more, which the position −1 (missing) reads.
    return _Coded(np.array([*recoded, _UNKNOWN], dtype=np.int64)[positions], list(known))


def _combined(parts: Sequence[_Coded]) -> tuple[Positions, list[bytes]]:
    """Positions in the distinct combinations of parts, and their framed messages."""
    messages = [framed(value) for value in parts[0].distinct]
    positions = parts[0].positions
    for part in parts[1:]:
        width = len(part.distinct)
        missing = (positions == _UNKNOWN) | (part.positions == _UNKNOWN)
        pairs = np.where(missing, _UNKNOWN, positions * width + part.positions)
        pair_values, positions = np.unique(pairs, return_inverse=True)
        positions, kept = _without_unknown(positions.reshape(-1).astype(np.int64), pair_values)
        more = [framed(value) for value in part.distinct]
        messages = [messages[pair // width] + more[pair % width] for pair in kept]
    return positions, messages


def _keyed(combined: tuple[Positions, list[bytes]], token: Token, keyer: Keyer) -> npt.NDArray[np.object_]:
    positions, messages = combined
    return np.array([*keyer.framed_tokens(token.domain, messages), None], dtype=object)[positions]
