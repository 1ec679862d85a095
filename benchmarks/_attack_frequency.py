"""Reading tokens without the secret, from what is common: by rank, and by all that the tokens of one record say together.

The attacker holds the file of tokens with its clear answers, and knows how frequent names and birth dates are in the
population (``public``). Values are written as the attacker's own tokens, under another secret: nothing of the file can
be compared with them by accident.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

# How far the attacker trusts what the other columns were read as, from round to round.
TRUST = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.99)
# What a pair of values never seen in the population is taken to weigh, in persons.
UNSEEN = 0.05
# A clear answer is nearly always right.
TRUST_IN_CLEAR = 0.999
Codes = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]
# Columns that describe one thing are read together, beside what is in clear and tells of them.
GROUPS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "given": (
        ("given_full", "given_phonetic", "given_first", "given_last"),
        ("sex", "nationality", "age"),
    ),
    "family": (("family_full", "family_phonetic", "family_first", "family_last"), ("nationality",)),
    "date": (
        ("birth_year", "birth_year_no_tens", "birth_year_no_units", "birth_month", "birth_day",
         "birth_day_no_tens", "birth_day_no_units", "day_as_month", "month_as_day"),
        ("age", "turned", "days_of_units", "days_of_tens", "is_month", "month_is_day"),
    ),
}  # fmt: skip
WHOLE = ("given_full", "family_full", "birth_year", "birth_month", "birth_day")


@dataclass(frozen=True)
class Side:
    """Rows with one integer a column, -1 where missing; columns of one domain share their integers.

    Args:
        codes: by column.
        meanings: by domain, what each integer stands for.
    """

    codes: Mapping[str, Codes]
    meanings: Mapping[str, npt.NDArray[np.object_]]


def encoded(frame: pd.DataFrame, domains: Mapping[str, str], clear: Sequence[str]) -> Side:
    """Integers for the token columns that a frame has, and for its clear columns."""
    names = [name for name in domains if name in frame.columns]
    by_domain: dict[str, list[str]] = {}
    for name in names:
        by_domain.setdefault(domains[name], []).append(name)
    for name in clear:
        by_domain[name] = [name]
    codes, meanings = {}, {}
    for domain, columns in by_domain.items():
        joined = pd.concat([frame[name] for name in columns], ignore_index=True).astype(object)
        found, distinct = pd.factorize(joined)
        meanings[domain] = np.asarray(distinct, dtype=object)
        parts = np.split(found.astype(np.int64), len(columns))
        codes.update(dict(zip(columns, parts, strict=True)))
    return Side(codes, meanings)


class Attack:
    """One file against what is publicly known of its population."""

    def __init__(self, file: Side, public: Side, domains: Mapping[str, str], clear: Sequence[str]) -> None:
        """Prepares the attack.

        Args:
            file: the tokens, under the campaign's secret, with the clear answers.
            public: the population's, under the attacker's own.
            domains: domain of each token column attacked.
            clear: the clear columns.
        """
        self._file = file
        self._public = public
        self._domains = domains
        self._clear = clear

    def read_together(self, groups: Sequence[str] = tuple(GROUPS)) -> dict[str, Codes]:
        """The public value that the attacker gives to each token, by domain; -1 for none.

        Each domain's tokens are matched one to one with values so that the records become as likely as they can, the
        other domains being read as they are at that moment; begun with what is in clear, and repeated.
        """
        reading: dict[str, Codes] = {}
        for trust in TRUST:
            for columns, beside in (GROUPS[name] for name in groups):
                present = [name for name in columns if name in self._file.codes]
                known = [name for name in beside if name in self._clear]
                for domain in dict.fromkeys(self._domains[name] for name in present):
                    reading[domain] = _matched(self._score(domain, present, known, reading, trust))
        return reading

    def read_by_rank(self, name: str) -> Codes:
        """The most frequent token read as the most frequent value, the second as the second, and so on."""
        ours, theirs = (_counts(side.codes[name]) for side in (self._file, self._public))
        reading = np.full(len(ours), -1)
        ranked, by_rank = np.argsort(-ours, kind="stable"), np.argsort(-theirs, kind="stable")
        reading[ranked[: len(by_rank)]] = by_rank[: len(ranked)]
        return row_by_row(reading, self._file.codes[name])

    def guessed(self, name: str, clear: Sequence[str]) -> Codes:
        """The most frequent value among people of the same clear answers, without any token."""
        table = pd.DataFrame({"value": self._public.codes[name], **{c: self._public.codes[c] for c in clear}})
        counted = table[table["value"] >= 0].value_counts().rename("n").reset_index()
        best = counted.drop_duplicates(list(clear)).drop(columns="n")
        rows = pd.DataFrame({each: self._translated(each) for each in clear})
        found = rows.merge(best, on=list(clear), how="left")["value"]
        most = int(_counts(self._public.codes[name]).argmax())
        guesses: Codes = found.fillna(most).to_numpy(dtype=np.int64)
        return guesses

    def right(self, name: str, guess: Codes, truth: pd.Series[str]) -> npt.NDArray[np.bool_]:
        """Rows whose token is there and was read as what it is."""
        read = self._public.meanings[self._domains[name]][guess]
        known = (self._file.codes[name] >= 0) & (guess >= 0)
        result: npt.NDArray[np.bool_] = known & (read == truth.to_numpy(dtype=object))
        return result

    def _score(
        self,
        domain: str,
        present: Sequence[str],
        known: Sequence[str],
        reading: Mapping[str, Codes],
        trust: float,
    ) -> Scores:
        own = [name for name in present if self._domains[name] == domain]
        others = [name for name in present if self._domains[name] in reading and name not in own]
        score = self._alone(own, domain)
        for name in own:
            for other in others:
                read = row_by_row(reading[self._domains[other]], self._file.codes[other])
                score += self._beside(name, other, read, trust)
            for other in known:
                score += self._beside(name, other, self._translated(other), TRUST_IN_CLEAR)
        return score

    def _translated(self, name: str) -> Codes:
        """A clear column in the integers of the population; -1 for what is missing or nobody has."""
        places = pd.Index(self._public.meanings[name]).get_indexer(pd.Index(self._file.meanings[name]))
        return row_by_row(places, self._file.codes[name])

    def _alone(self, columns: Sequence[str], domain: str) -> Scores:
        score = np.zeros((len(self._file.meanings[domain]), len(self._public.meanings[domain])))
        for name in columns:
            ours = _counts(self._file.codes[name], score.shape[0])
            theirs = _counts(self._public.codes[name], score.shape[1]) + UNSEEN
            score += np.outer(ours, np.log(theirs / theirs.sum()))
        return score

    def _beside(self, name: str, other: str, read: Codes, trust: float) -> Scores:
        """How likely what stands beside each token is, for each value that the token may have."""
        domain = self._domains[name]
        width = len(self._public.meanings[self._domains.get(other, other)])
        seen = _crossed(self._file.codes[name], read, len(self._file.meanings[domain]), width)
        known = _crossed(
            self._public.codes[name], self._public.codes[other], len(self._public.meanings[domain]), width
        )
        share = (known.sum(axis=0) + UNSEEN) / (known.sum() + UNSEEN * width)
        chance = (known + UNSEEN * share) / (known.sum(axis=1, keepdims=True) + UNSEEN)
        chance = trust * chance + (1.0 - trust) * share
        used = seen.any(axis=0)
        result: Scores = seen[:, used] @ np.log(chance[:, used]).T
        return result


def row_by_row(reading: Codes, codes: Codes) -> Codes:
    """What each row's token is read as; -1 where it is missing."""
    rows: Codes = np.append(reading, -1)[codes]
    return rows


def _counts(codes: Codes, length: int = 0) -> Codes:
    return np.bincount(codes[codes >= 0], minlength=length)


def _crossed(one: Codes, other: Codes, height: int, width: int) -> Scores:
    both = (one >= 0) & (other >= 0)
    counts = np.bincount(one[both] * width + other[both], minlength=height * width)
    return counts.reshape(height, width).astype(np.float64)


def _matched(score: Scores) -> Codes:
    reading = np.full(score.shape[0], -1)
    tokens, meanings = linear_sum_assignment(-score)
    reading[tokens] = meanings
    return reading


def calendar_shape(tokens: pd.DataFrame) -> pd.DataFrame:
    """What the calendar shows through tokens alone: how many days share a digit, which days can be months.

    Two days begin with 3 and nine with 0; the days 1 to 12 are met again as months.
    """
    shape = pd.DataFrame(index=tokens.index, dtype=object)
    if "birth_day_no_tens" in tokens:
        for name, digit in (("days_of_units", "birth_day_no_tens"), ("days_of_tens", "birth_day_no_units")):
            shape[name] = tokens.groupby(digit)["birth_day"].transform("nunique").astype(object)
    if "month_as_day" in tokens:
        day, month = tokens["birth_day"], tokens["month_as_day"]
        shape["is_month"] = day.isin(month.dropna()).astype(object).where(day.notna(), None)
        shape["month_is_day"] = (day == month).astype(object)
    return shape
