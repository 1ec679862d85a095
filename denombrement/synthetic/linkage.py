"""Clear records with their true person, for linkage benchmarks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from denombrement.synthetic.draws import Texts
from denombrement.synthetic.province import Province

LINKAGE_COLUMNS = (
    "record_id",
    "given_name",
    "family_name",
    "birth_date",
    "sex",
    "commune",
    "nationality",
    "service",
    "cluster",
)


def linkage_frame(province: Province) -> pd.DataFrame:
    """Declarations that stand, as a file of a linkage benchmark.

    Returns:
        `LINKAGE_COLUMNS`: ``birth_date`` is YYYY-MM-DD with ``?`` for the digits of an unknown part (``1980-??-??``) and
        missing when all is unknown; ``sex`` and ``nationality`` are option codes, ``commune`` a NIS code, missing where
        the service does not know; ``cluster`` is the true person.
    """
    rows = province.declarations[~province.declarations["withdrawn"]]
    return pd.DataFrame(
        {
            "record_id": rows["declaration_id"].to_numpy(),
            "given_name": rows["given_name"].to_numpy(dtype=object),
            "family_name": rows["family_name"].to_numpy(dtype=object),
            "birth_date": _dates(rows),
            "sex": _known(rows["sex"]),
            "commune": _known(rows["commune_night"]),
            "nationality": _known(rows["nationality"]),
            "service": rows["service_id"].to_numpy(dtype=object),
            "cluster": rows["person_id"].to_numpy(),
        }
    )


def linkage_csv(province: Province) -> bytes:
    """`linkage_frame` as a CSV file, UTF-8."""
    return linkage_frame(province).to_csv(index=False, lineterminator="\n").encode()


def _known(column: pd.Series[Any]) -> Texts:
    values: Texts = column.astype(object).to_numpy(copy=True)
    values[(column.isna() | column.isin(["dont_know"])).to_numpy()] = None
    return values


def _dates(rows: pd.DataFrame) -> Texts:
    parts = [
        rows[part].to_numpy(dtype=np.int64, na_value=0) for part in ("birth_year", "birth_month", "birth_day")
    ]
    distinct, inverse = np.unique(np.stack(parts, axis=1), axis=0, return_inverse=True)
    texts = np.array([_date(*date) for date in distinct.tolist()], dtype=object)
    return np.asarray(texts[inverse.reshape(-1)], dtype=object)


def _date(year: int, month: int, day: int) -> str | None:
    if not (year or month or day):
        return None
    return "-".join(
        (f"{year:04d}" if year else "????", *(f"{part:02d}" if part else "??" for part in (month, day)))
    )
