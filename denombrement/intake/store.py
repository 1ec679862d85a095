"""The campaign's store: one DuckDB file, changed only inside transactions.

An act and its journal line are committed together; the file ``journal.jsonl`` is then brought up to the store's
lines. A process killed at any moment leaves the store before or after the act, never between.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from denombrement import __version__
from denombrement.errors import DamagedInput, UsageProblem
from denombrement.intake.tables import STORE_FORMAT, create_statements
from denombrement.journal import Entry, Fact, next_entry, read_entry, verify_chain

if TYPE_CHECKING:
    import pandas as pd

_OWNER_FILE = 0o600
# A laptop must not swap: beyond this, DuckDB works from disk.
_MEMORY_LIMIT = "1GB"


@dataclass
class Store:
    """An open store. Use ``open_store``."""

    connection: duckdb.DuckDBPyConnection
    journal_file: Path

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query; every result is read, since DuckDB refuses a connection with an unread one."""
        return self.connection.execute(sql, list(values)).fetchall()

    def frame(self, sql: str, values: Sequence[Any] = ()) -> pd.DataFrame:
        """A query as a DataFrame."""
        return self.connection.execute(sql, list(values)).df()

    @contextmanager
    def act(self, name: str) -> Iterator[dict[str, Fact]]:
        """A transaction whose journal line is written with it: fill the facts, or leave them empty for no line.

        An error inside leaves the store and the journal as they were.
        """
        facts: dict[str, Fact] = {}
        self.rows("BEGIN TRANSACTION")
        try:
            yield facts
            if facts:
                self._write_entry(name, facts)
            self.rows("COMMIT")
        except BaseException:
            self.rows("ROLLBACK")
            raise
        self.export_journal()

    def insert(self, table: str, columns: Mapping[str, Any]) -> None:
        """Adds rows given as an Arrow table or a mapping of columns; every column by name."""
        import pyarrow as pa

        batch = columns if isinstance(columns, pa.Table) else pa.table(dict(columns))
        self.connection.register("batch", batch)
        names = ", ".join(f'"{name}"' for name in batch.column_names)
        self.rows(f"INSERT INTO {table} ({names}) SELECT {names} FROM batch")
        self.connection.unregister("batch")

    def last_entry(self) -> Entry | None:
        """The newest line of the journal."""
        found = self.rows("SELECT number, line FROM journal ORDER BY number DESC LIMIT 1")
        return read_entry(found[0][1], found[0][0]) if found else None

    def verify_journal(self) -> list[Entry]:
        """Proves the chain of the file and that it holds what the store holds.

        Raises:
            DamagedInput: CAM101, CAM102 or CAM103.
        """
        text = self.journal_file.read_text(encoding="utf-8") if self.journal_file.is_file() else ""
        entries = verify_chain(text.splitlines())
        kept = [line for (line,) in self.rows("SELECT line FROM journal ORDER BY number")]
        for number, (ours, theirs) in enumerate(zip(kept, text.splitlines(), strict=False), start=1):
            if ours != theirs:
                raise DamagedInput("CAM103", line=number)
        if len(kept) != len(entries):
            raise DamagedInput("CAM103", line=min(len(kept), len(entries)) + 1)
        return entries

    def export_journal(self) -> None:
        """Appends to the file the lines that only the store has."""
        text = self.journal_file.read_text(encoding="utf-8") if self.journal_file.is_file() else ""
        if text and not text.endswith("\n"):
            text = text.rpartition("\n")[0] + "\n" if "\n" in text else ""
            self.journal_file.write_text(text, encoding="utf-8")
        new = self.rows("SELECT line FROM journal WHERE number > ? ORDER BY number", [len(text.splitlines())])
        if new:
            with self.journal_file.open("a", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for (line,) in new)
                file.flush()
                os.fsync(file.fileno())

    def _write_entry(self, name: str, facts: Mapping[str, Fact]) -> None:
        entry = next_entry(self.last_entry(), name, __version__, facts)
        self.rows("INSERT INTO journal VALUES (?, ?)", [entry.number, entry.line()])


@contextmanager
def open_store(path: Path, journal_file: Path, *, create: bool = False) -> Iterator[Store]:
    """Opens the store, and closes it whatever happens.

    Raises:
        UsageProblem: CAM001 where there is none and ``create`` is false.
        DamagedInput: CAM104 where it cannot be opened.
    """
    if not create and not path.is_file():
        raise UsageProblem("CAM001", where=path.parent.name)
    try:
        connection = duckdb.connect(
            str(path), config={"autoinstall_known_extensions": "false", "memory_limit": _MEMORY_LIMIT}
        )
    except duckdb.Error:
        raise DamagedInput("CAM104", where=path.name) from None
    path.chmod(_OWNER_FILE)
    try:
        store = Store(connection, journal_file)
        _prepare(store, create=create)
        # A process killed between its commit and its journal line left the file behind the store.
        store.export_journal()
        yield store
    finally:
        connection.close()


def _prepare(store: Store, *, create: bool) -> None:
    if create:
        for statement in create_statements():
            store.rows(statement)
        store.rows("INSERT OR IGNORE INTO meta VALUES ('format', ?)", [STORE_FORMAT])
        _take_over_journal(store)
    try:
        formats = store.rows("SELECT content FROM meta WHERE name = 'format'")
    except duckdb.Error:
        formats = []
    if formats != [(STORE_FORMAT,)]:
        raise DamagedInput("CAM104")


def _take_over_journal(store: Store) -> None:
    """A store made anew beside an older journal goes on with it, once its chain is proven."""
    if store.last_entry() is None and store.journal_file.is_file():
        entries = verify_chain(store.journal_file.read_text(encoding="utf-8").splitlines())
        for entry in entries:
            store.rows("INSERT INTO journal VALUES (?, ?)", [entry.number, entry.line()])
