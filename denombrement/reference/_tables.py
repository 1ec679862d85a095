"""Reads the tables shipped in ``data/`` and says where each one comes from.

Parsers are imported when a table is read: importing the package must cost nothing to ``denombrement --help``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from denombrement.errors import DamagedInput

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Rows = tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Source:
    """Where a table or a wording comes from, and under which terms."""

    title: str
    publisher: str
    licence: str
    address: str
    date: str
    note: str = ""
    confidence: str = ""
    sha256: str = ""


def _data(name: str) -> Traversable:
    from importlib import resources

    return resources.files("denombrement.reference") / "data" / name


@cache
def read_rows(name: str) -> Rows:
    """The rows of a shipped CSV table, as text, in the order of the file (sorted by code)."""
    import csv
    import io

    text = _data(name).read_bytes().decode("utf-8")
    return tuple(csv.DictReader(io.StringIO(text, newline="")))


@cache
def _sources() -> dict[str, dict[str, Source]]:
    import tomllib

    parsed = tomllib.loads(_data("SOURCES.toml").read_text(encoding="utf-8"))
    return {part: {key: Source(**fields) for key, fields in parsed[part].items()} for part in parsed}


def file_sources() -> dict[str, Source]:
    """Name of each shipped table -> its source, with the SHA-256 of the file."""
    return dict(_sources()["files"])


def origins() -> dict[str, Source]:
    """Short name found in the ``source`` column of the tables -> the source it stands for."""
    return dict(_sources()["origins"])


def verify_tables() -> None:
    """Compare every shipped table with the SHA-256 of ``SOURCES.toml``.

    Raises:
        DamagedInput: REF050, a table was changed after it was checked against its source.
    """
    import hashlib

    for name, source in file_sources().items():
        if hashlib.sha256(_data(name).read_bytes()).hexdigest() != source.sha256:
            raise DamagedInput("REF050", where=name)
