"""Small tables of published counts, with the study they come from, and a declared design that refuses nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from denombrement.estimation.assumptions import Answer, TickedAssumptions, assumptions
from denombrement.estimation.histories import CaptureHistories
from denombrement.estimation.linkage_error import MissedMatchRate
from denombrement.estimation.refusals import StudyDesign

SHARED = Path(__file__).parents[2].parent / "shared" / "cases"


def _histories_from(lists, by_history):
    counts = np.zeros(1 << len(lists))
    for history, count in by_history.items():
        counts[sum(1 << bit for bit, digit in enumerate(history) if digit == "1")] = count
    return CaptureHistories(tuple(lists), counts)


@pytest.fixture(scope="session")
def histories_from():
    """Names of the lists and persons by history, such as ``{"10": 5, "11": 2}``."""
    return _histories_from


@pytest.fixture(scope="session")
def shared_cases():
    if not SHARED.is_dir():
        pytest.skip(f"the folder of known answers is absent: {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def spina_bifida():
    """Madigan & York 1997, after Hook et al. 1980."""
    return _histories_from(
        "ABC", {"111": 12, "110": 142, "101": 112, "100": 247, "011": 4, "010": 49, "001": 60}
    )


@pytest.fixture(scope="session")
def kosovo():
    """Killings in Kosovo, Ball et al. 2002."""
    counts = [
        "27",
        "181",
        "18",
        "177",
        "42",
        "228",
        "106",
        "1131",
        "32",
        "217",
        "31",
        "845",
        "123",
        "936",
        "306",
    ]
    histories = [
        "1111",
        "1110",
        "1101",
        "1100",
        "1011",
        "1010",
        "1001",
        "1000",
        "0111",
        "0110",
        "0101",
        "0100",
        "0011",
        "0010",
        "0001",
    ]
    return _histories_from(["EXH", "ABA", "OSCE", "HRW"], dict(zip(histories, map(int, counts), strict=True)))


@pytest.fixture(scope="session")
def uk_slavery():
    """Bales, Hesketh & Silverman 2015, police and NCA lists merged; sparse: 13 of 31 histories unseen."""
    counts = [1, 1, 1, 15, 19, 3, 54, 4, 62, 19, 1, 463, 76, 11, 995, 8, 695, 316]
    histories = [
        "11110",
        "11100",
        "11010",
        "11000",
        "10100",
        "10010",
        "10000",
        "01110",
        "01100",
        "01010",
        "01001",
        "01000",
        "00110",
        "00101",
        "00100",
        "00011",
        "00010",
        "00001",
    ]
    return _histories_from(["LA", "NG", "PFNCA", "GO", "GP"], dict(zip(histories, counts, strict=True)))


@pytest.fixture
def ticked():
    return TickedAssumptions({each.code: Answer.HOLDS for each in assumptions()}, "officer", "2025-11-30")


@pytest.fixture
def study_design():
    return StudyDesign(
        territory="province",
        unit="adult",
        categories=frozenset({"EL1", "EL2", "EL3"}),
        grouping="five_systems",
        grouping_recorded_first=True,
        missed_matches=MissedMatchRate(3, 100, "reviewed sample"),
    )
