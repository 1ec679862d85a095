"""Precision and recall on the campaign's own file, by duplicates that we put there ourselves."""

from __future__ import annotations

from dataclasses import dataclass

from denombrement.dedup.linkage.chain import Schedule
from denombrement.dedup.linkage.engine import link
from denombrement.dedup.linkage.injection import PREFIX, inject
from denombrement.dedup.linkage.records import EncodedRecords


@dataclass(frozen=True)
class SelfTest:
    """What became of injected duplicates.

    Attributes:
        injected: copies put in, with faults at the model's prior rates.
        found: copies that came out as one person with their original.
        strayed: copies that came out with somebody else alone, not with their original.
        count_error_percent: persons counted with the copies in, against without.
    """

    injected: int
    found: int
    strayed: int
    count_error_percent: float

    @property
    def recall(self) -> float:
        """Share of the copies that were found."""
        return self.found / self.injected if self.injected else 1.0

    @property
    def precision(self) -> float:
        """Share of the copies joined to anybody that were joined to their original."""
        return self.found / (self.found + self.strayed) if self.found + self.strayed else 1.0


def self_test(
    records: EncodedRecords, *, share: float = 0.1, seed: int = 1, schedule: Schedule | None = None
) -> SelfTest:
    """Links the file with known duplicates in it; the campaign's own result is not touched.

    Args:
        records: declarations as tokens.
        share: copies for each declaration.
        seed: of the copies and of the sampler.
        schedule: length of the chains, as for ``link``.
    """
    plain = link(records, seed=seed, schedule=schedule)
    injected = inject(records, max(1, int(share * len(records))), seed)
    result = link(injected.records, seed=seed, schedule=schedule)
    person = dict(zip(result.persons["record_id"], result.persons["person_id"], strict=True))
    ids = injected.records.record_id
    genuine = {person[record] for record in ids if not str(record).startswith(PREFIX)}
    pairs = [
        (person[ids[one]], person[ids[two]])
        for one, two in zip(injected.original, injected.copy, strict=True)
    ]
    found = sum(one == two for one, two in pairs)
    strayed = sum(one != two and two in genuine for one, two in pairs)
    error = 100.0 * (result.count.persons / plain.count.persons - 1.0)
    return SelfTest(len(pairs), found, strayed, round(error, 3))
