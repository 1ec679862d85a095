"""What ``dedup`` prints where the usual demonstration has nothing to say."""

from denombrement.cli.dedup import dedup_lines

REPORT = {
    "declarations": 900,
    "exact_codes": 880,
    "persons_median": 850,
    "persons_low": 840,
    "persons_high": 860,
    "persons": 852,
    "occupancy_persons": 300.4,
    "occupancy_declarations": 310,
    "occupancy_crowded": 0,
    "undecided_pairs": 4,
    "answers": 0,
    "answers_changed": 0,
    "answers_gone": 0,
    "notices": [],
}


def test_crowded_birth_years_are_said_where_there_are_any():
    plain = dedup_lines(REPORT)
    crowded = dedup_lines({**REPORT, "occupancy_crowded": 512})
    (added,) = [line for line in crowded if line not in plain]
    assert "512" in added


def test_answers_kept_and_reopened_are_said():
    plain = dedup_lines(REPORT)
    answered = dedup_lines({**REPORT, "answers": 7, "answers_changed": 2, "answers_gone": 3})
    kept, reopened = [line for line in answered if line not in plain]
    assert "7" in kept
    assert "2" in reopened
    assert "3" in reopened
