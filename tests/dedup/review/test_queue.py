"""Which pairs are asked, in which order, and what answers do to the interval."""

import numpy as np
import pandas as pd
import pytest

from denombrement.dedup.review.answers import DIFFERENT, SAME, UNSURE, keep_answers
from denombrement.dedup.review.outlook import Expected, Outlook
from denombrement.dedup.review.queue import build_queue
from denombrement.errors import UsageProblem

A, A2, B, B2 = "cpas-arlon/a", "abri-arlon/a2", "cpas-arlon/b", "cpas-virton/b2"
ANNES, BRUNOS = (A2, A), (B, B2)


def test_the_pair_that_moves_the_count_most_comes_first(linked):
    queue = build_queue(linked)
    assert [each.pair for each in queue.pairs] == [ANNES, BRUNOS]
    assert [each.why for each in queue.pairs] == ["undecided", "undecided"]
    assert queue.pairs[0].effect == pytest.approx(0.25, abs=0.01)
    assert queue.pairs[0].chance == 0.5


def test_without_a_deduplication_of_these_declarations_nothing_is_asked(store, linked, send):
    send(store, "prison-marche", {"x": None})
    with pytest.raises(UsageProblem, match="LNK910"):
        build_queue(store)


def test_each_answer_narrows_the_interval(linked):
    queue = build_queue(linked)
    assert queue.expected({}) == Expected(4, 6)
    assert queue.expected({ANNES: SAME}) == Expected(4, 5)
    assert queue.expected({ANNES: DIFFERENT}) == Expected(5, 6)
    both = queue.expected({ANNES: SAME, BRUNOS: SAME})
    assert both.low == both.high
    assert queue.expected({ANNES: UNSURE}) == queue.expected({})


def test_answered_pairs_leave_the_queue_and_unsure_ones_come_last(linked):
    keep_answers(linked, {ANNES: UNSURE}, who="AB")
    queue = build_queue(linked)
    assert [(each.pair, each.why) for each in queue.pairs] == [(BRUNOS, "undecided"), (ANNES, "earlier")]
    keep_answers(linked, {ANNES: SAME, BRUNOS: DIFFERENT}, who="AB")
    assert build_queue(linked).pairs == ()
    assert build_queue(linked).expected({}).low == 5


def test_contradictions_come_first_and_reopened_questions_next(linked, send, link):
    keep_answers(linked, {ANNES: SAME, (A, B): SAME, (A2, B): DIFFERENT, BRUNOS: SAME}, who="AB")
    send(linked, "cpas-virton", {"b2": ("Bruno", "Leroi", 1971, 7, 21)}, number=2)
    link(linked, {ANNES: 0.5, BRUNOS: 0.5}, [[], [BRUNOS], [ANNES]])
    queue = build_queue(linked)
    assert [each.why for each in queue.pairs] == ["contradiction"] * 3 + ["changed"]
    assert queue.contradictions == ((ANNES, (A, B), (A2, B)),)
    assert queue.pairs[-1].answer.verdict == SAME


def test_a_question_answered_again_after_a_correction_is_not_asked_twice(linked, send, link):
    keep_answers(linked, {BRUNOS: SAME}, who="AB")
    send(linked, "cpas-virton", {"b2": ("Bruno", "Leroi", 1971, 7, 21)}, number=2)
    link(linked, {BRUNOS: 0.5}, [[], [BRUNOS]])
    keep_answers(linked, {BRUNOS: DIFFERENT}, who="AB")
    assert build_queue(linked).pairs == ()


def outlook(draws, pairs):
    frame = pd.DataFrame({"record_id": list("abcd"), "labels": list(np.array(draws, dtype=np.int32).T)})
    counts = [len(set(row)) for row in draws]
    factor_free = {"persons_low": min(counts), "persons_high": max(counts), "declarations": 4}
    return Outlook(frame, pairs, factor_free)


def test_answers_that_no_draw_holds_are_written_over_the_draws():
    seen = outlook([[0, 0, 2, 3], [0, 1, 2, 3]], [("a", "b"), ("b", "c"), ("a", "c")])
    assert seen.effect(("b", "c")) == 0.0
    both = seen.expected({("a", "b"): SAME, ("b", "c"): SAME})
    assert both.high <= seen.expected({}).low
    apart = outlook([[0, 0, 0, 3]], [("a", "b"), ("b", "c")]).expected({("a", "b"): DIFFERENT})
    assert (apart.low, apart.high) == (3, 3)


def test_answers_about_pairs_that_are_not_asked_change_nothing():
    seen = outlook([[0, 0, 2, 3], [0, 1, 2, 3]], [("a", "b")])
    assert seen.expected({("c", "d"): SAME}) == seen.expected({})


def test_a_question_that_another_answer_settled_by_moving_is_not_asked_again(linked, send, link):
    keep_answers(linked, {ANNES: SAME, ("abri-arlon/c", A): DIFFERENT}, who="AB")
    send(linked, "abri-arlon", {"a2": ("Chloé", "Martin", 1982, 11, 30)}, number=2)
    link(linked, {}, [[]])
    queue = build_queue(linked)
    assert queue.pairs == ()
    assert queue.standing.verdicts == {ANNES: DIFFERENT}
