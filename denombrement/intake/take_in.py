"""Takes files into the campaign: opens, checks, stores, sets aside. Running it again changes nothing.

The return with the highest number is a service's state; an older one that arrives later is kept in the inbox and
refused with its reason. Whole batches are stored in one transaction.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain

from denombrement.campaign import Campaign
from denombrement.errors import DamagedInput, DenombrementError, UsageProblem
from denombrement.intake.batches import children_table, declarations_table, tokens_table
from denombrement.intake.judging import judge
from denombrement.intake.model import FileOutcome, IntakeSummary, ReadReturn, Rejected
from denombrement.intake.store import Store
from denombrement.intake.unheard import held_by_file, note_unheard, stored_state

BATCH_DECLARATIONS = 20_000
ReadFile = Callable[[str, bytes], Sequence[ReadReturn]]
KeepFile = Callable[[str, bytes], None]
# Files that hold names, or codes from which names can be guessed: never kept.
HOLDS_NAMES = ("INT109", "INT113")
# A whole state of a service that is not its current one: older, or another of the same number.
OTHER_STATES = ("INT104", "INT105")


@dataclass
class _Batch:
    returns: dict[str, ReadReturn] = field(default_factory=dict)
    refused: list[tuple[ReadReturn, DenombrementError]] = field(default_factory=list)
    superseded: list[ReadReturn] = field(default_factory=list)

    @property
    def declarations(self) -> int:
        return sum(len(each.taken) for each in self.returns.values())


class Intake:
    """One run of intake over a store."""

    def __init__(
        self, store: Store, campaign: Campaign, read: ReadFile, *, keep: KeepFile, replace_lists: bool = False
    ) -> None:
        """Prepares a run.

        Args:
            store: the open store.
            campaign: its settings.
            read: turns a file's name and bytes into returns (sealed, clear, lists), or raises a coded error.
            keep: puts a file's name and bytes away untouched; not called for a file that holds names in clear.
            replace_lists: whether a list without a number replaces what its service sent before.
        """
        self._store = store
        self._campaign = campaign
        self._read = read
        self._keep = keep
        self._replace_lists = replace_lists
        self._refusals = {
            (sha, reason)
            for sha, reason in store.rows("SELECT sha256, reason FROM returns WHERE status = 'refused'")
        }
        known = {sha for (sha,) in store.rows("SELECT DISTINCT sha256 FROM returns")}
        # A refused file is tried again: the officer may have mended what stood in its way.
        self._known = known - {sha for sha, _ in self._refusals}
        self._current: dict[str, tuple[int, str]] = {
            service: (number, sha)
            for service, number, sha in store.rows(
                "SELECT service, number, sha256 FROM returns WHERE status = 'current'"
            )
        }
        self._batch = _Batch()
        self._outcomes: dict[int, list[FileOutcome]] = {}

    def run(self, files: Iterable[tuple[str, bytes]]) -> IntakeSummary:
        """Takes in (name, bytes) pairs in the order given; a file already known is left alone."""
        with _no_cycle_hunting():
            for rank, (name, data) in enumerate(files):
                self._outcomes[rank] = self._take(name, data)
                if self._batch.declarations >= BATCH_DECLARATIONS:
                    self._flush()
            self._flush()
        return IntakeSummary(tuple(self._settled(each) for each in chain(*self._outcomes.values())))

    def _settled(self, outcome: FileOutcome) -> FileOutcome:
        """The outcome at the end of the run: a newer return may have followed in the same one."""
        replaced = outcome.status == "current" and self._current[outcome.service][1] != outcome.sha256
        return replace(outcome, status="superseded") if replaced else outcome

    def _take(self, name: str, data: bytes) -> list[FileOutcome]:
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in self._known:
            return [FileOutcome(name, sha256, "unchanged")]
        self._known.add(sha256)
        try:
            returns = self._read(name, data)
        except DenombrementError as error:
            if error.code not in HOLDS_NAMES:
                self._keep(name, data)
            unread = ReadReturn(sha256, name, "unknown", "", None, "", met_nobody=False)
            return [self._refuse(unread, error)]
        self._keep(name, data)
        return [self._place(each) for each in returns]

    def _place(self, read: ReadReturn) -> FileOutcome:
        if self._current.get(read.service, (0, ""))[1] == read.sha256:
            return FileOutcome(read.file, read.sha256, "unchanged", read.service)
        try:
            numbered = replace(read, number=self._number(read))
        except DenombrementError as error:
            return self._refuse(read, error)
        before = self._batch.returns.pop(read.service, None)
        vanished = self._vanished(read, before)
        if before is not None:
            self._batch.superseded.append(before)
        self._batch.returns[read.service] = numbered
        self._current[read.service] = (numbered.number or 0, read.sha256)
        return FileOutcome(
            read.file, read.sha256, "current", read.service, len(read.taken), len(read.rejected), vanished
        )

    def _vanished(self, read: ReadReturn, before: ReadReturn | None) -> int:
        """Declarations that the page's new whole state no longer speaks of; a list without a number may leave any out."""
        if read.number is None or read.service not in self._current:
            return 0
        known = {each.declaration.declaration_id for each in before.taken} if before else self._stored(read)
        return len(known - read.spoken_of)

    def _stored(self, read: ReadReturn) -> set[str]:
        rows = self._store.rows("SELECT declaration_id FROM declarations WHERE service = ?", [read.service])
        return {identifier for (identifier,) in rows}

    def _number(self, read: ReadReturn) -> int:
        current, _sha = self._current.get(read.service, (0, ""))
        if read.number is None:
            if current and not self._replace_lists:
                raise UsageProblem("INT107", where=read.file)
            return current + 1
        if read.number < current:
            raise DamagedInput("INT104", where=read.file, current=current, number=read.number)
        if read.number == current:
            raise DamagedInput("INT105", where=read.file, number=read.number)
        return read.number

    def _refuse(self, read: ReadReturn, error: DenombrementError) -> FileOutcome:
        if (read.sha256, error.code) not in self._refusals:
            self._batch.refused.append((read, error))
        status = "outdated" if error.code == "INT104" else "refused"
        unheard = len(self._held(read) - self._spoken(read.service)) if error.code in OTHER_STATES else 0
        return FileOutcome(read.file, read.sha256, status, read.service, vanished=unheard, error=error)

    def _held(self, read: ReadReturn) -> set[str]:
        return {each.declaration.declaration_id for each in read.taken}

    def _spoken(self, service: str) -> frozenset[str]:
        """What the service's current return speaks of, stored yet or not."""
        pending = self._batch.returns.get(service)
        return pending.spoken_of if pending else stored_state(self._store, service)

    def _flush(self) -> None:
        batch, self._batch = self._batch, _Batch()
        if not (batch.returns or batch.refused):
            return
        refused = [read for read, error in batch.refused if error.code in OTHER_STATES]
        with self._store.act("intake") as facts:
            held = held_by_file(self._store, {*batch.returns, *(read.service for read in refused)})
            broken = _store_returns(self._store, self._campaign, list(batch.returns.values()))
            _note_returns(self._store, batch)
            note_unheard(self._store, held, [*refused, *batch.superseded], batch.returns.values())
            facts.update(
                {
                    "returns": sorted(each.sha256 for each in batch.returns.values()),
                    "declarations": batch.declarations - sum(broken.values()),
                    "quarantined": sum(broken.values())
                    + sum(len(r.rejected) for r in batch.returns.values()),
                    "lists": sorted(
                        f"{each.sha256} {each.service}" for each in batch.returns.values() if not each.made_at
                    ),
                    "refused": sorted(f"{read.sha256} {error.code}" for read, error in batch.refused),
                }
            )
        self._correct_outcomes(broken)

    def _correct_outcomes(self, broken: dict[str, int]) -> None:
        for outcomes in self._outcomes.values():
            for rank, each in enumerate(outcomes):
                lost = broken.get(each.sha256 + each.service, 0) if each.status == "current" else 0
                if lost:
                    outcomes[rank] = replace(
                        each, declarations=each.declarations - lost, quarantined=each.quarantined + lost
                    )


@contextmanager
def _no_cycle_hunting() -> Iterator[None]:
    """Pauses the search for reference cycles: a batch is many small objects without any, and it took a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _store_returns(store: Store, campaign: Campaign, returns: Sequence[ReadReturn]) -> dict[str, int]:
    services = [each.service for each in returns]
    for table in ("declarations", "children", "tokens", "warnings"):
        store.rows(f"DELETE FROM {table} WHERE service IN (SELECT unnest(?))", [services])
    _replace_withdrawals(store, returns)
    store.rows(
        "UPDATE returns SET status = 'superseded' WHERE status = 'current' AND service IN (SELECT unnest(?))",
        [services],
    )
    _insert_declarations(store, returns)
    places = {(r.service, t.declaration.declaration_id): t.place for r in returns for t in r.taken}
    broken = judge(store, services, campaign.rule_context, places)
    sha_of = {each.service: each.sha256 for each in returns}
    rejected = [(sha_of[service], service, why) for (service, _), why in broken.items()]
    rejected += [(each.sha256, each.service, why) for each in returns for why in each.rejected]
    _insert_quarantine(store, rejected)
    counts: dict[str, int] = {}
    for service, _identifier in broken:
        counts[sha_of[service] + service] = counts.get(sha_of[service] + service, 0) + 1
    return counts


def _replace_withdrawals(store: Store, returns: Sequence[ReadReturn]) -> None:
    store.rows(
        "DELETE FROM withdrawals WHERE service IN (SELECT unnest(?))", [[each.service for each in returns]]
    )
    taken_back = [(each.service, identifier) for each in returns for identifier in sorted(each.withdrawn_ids)]
    if taken_back:
        services, identifiers = zip(*taken_back, strict=True)
        store.insert("withdrawals", {"service": services, "declaration_id": identifiers})


def _insert_declarations(store: Store, returns: Sequence[ReadReturn]) -> None:
    declarations = [taken.declaration for each in returns for taken in each.taken]
    services = [each.service for each in returns for _ in each.taken]
    store.insert("declarations", declarations_table(services, declarations))
    store.insert("children", children_table(services, declarations))
    tokens = tokens_table(services, declarations)
    for name in tokens.column_names[2:]:
        store.rows(f'ALTER TABLE tokens ADD COLUMN IF NOT EXISTS "{name}" VARCHAR')
    store.insert("tokens", tokens)


def _insert_quarantine(store: Store, rows: Sequence[tuple[str, str, Rejected]]) -> None:
    if not rows:
        return
    store.insert(
        "quarantine",
        {
            "sha256": [sha for sha, _, _ in rows],
            "service": [service for _, service, _ in rows],
            "declaration_id": [why.declaration_id for _, _, why in rows],
            "place": [why.place for _, _, why in rows],
            "question": [why.question for _, _, why in rows],
            "reason": [why.reason for _, _, why in rows],
        },
    )


def _note_returns(store: Store, batch: _Batch) -> None:
    noted = [(each, "current", "") for each in batch.returns.values()]
    noted += [(each, "superseded", "") for each in batch.superseded]
    noted += [
        (read, "outdated" if error.code == "INT104" else "refused", error.code)
        for read, error in batch.refused
    ]
    ((last,),) = store.rows("SELECT coalesce(max(rank), 0) FROM returns")
    store.rows(
        "DELETE FROM returns WHERE (sha256, service) IN (SELECT (unnest(?), unnest(?)))",
        [[read.sha256 for read, _, _ in noted], [read.service for read, _, _ in noted]],
    )
    store.insert(
        "returns",
        {
            "sha256": [read.sha256 for read, _, _ in noted],
            "rank": [last + place for place in range(1, len(noted) + 1)],
            "file": [read.file for read, _, _ in noted],
            "kind": [read.kind for read, _, _ in noted],
            "service": [read.service for read, _, _ in noted],
            "number": [read.number for read, _, _ in noted],
            "made_at": [read.made_at for read, _, _ in noted],
            "met_nobody": [read.met_nobody for read, _, _ in noted],
            "declarations": [len(read.taken) for read, _, _ in noted],
            "withdrawn": [read.withdrawn for read, _, _ in noted],
            "status": [status for _, status, _ in noted],
            "reason": [reason for _, _, reason in noted],
        },
    )
