"""Answers that cannot all hold: shown to the people who gave them, never settled by the machine."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import pairwise

from denombrement.dedup.linkage.constraints import Decisions, Pair

Neighbours = dict[str, list[str]]


def find_contradictions(decisions: Decisions) -> list[tuple[Pair, ...]]:
    """For each pair said to be different: the shortest chain of "same" answers that says otherwise, and the pair last."""
    neighbours: Neighbours = {}
    for one, other in sorted(decisions.same):
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    found = []
    for pair in sorted(decisions.different):
        path = _path(neighbours, *pair)
        if path:
            steps = pairwise(path)
            found.append((*(_sorted(step) for step in steps), pair))
    return found


def concerned(contradictions: Iterable[tuple[Pair, ...]]) -> list[Pair]:
    """All pairs whose answers contradict each other, each once."""
    return list(dict.fromkeys(pair for group in contradictions for pair in group))


def _path(neighbours: Neighbours, start: str, end: str) -> list[str]:
    before: dict[str, str] = {start: ""}
    waiting = deque([start])
    while waiting:
        place = waiting.popleft()
        if place == end:
            return _walk_back(before, end)
        for each in neighbours.get(place, []):
            if each not in before:
                before[each] = place
                waiting.append(each)
    return []


def _walk_back(before: dict[str, str], end: str) -> list[str]:
    path = [end]
    while before[path[-1]]:
        path.append(before[path[-1]])
    return path[::-1]


def _sorted(step: tuple[str, str]) -> Pair:
    one, other = step
    return (one, other) if one < other else (other, one)
