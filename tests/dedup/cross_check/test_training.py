"""What Splink learns, and what happens when it learns nothing or nonsense."""

from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest
from splink.internals.exceptions import SplinkException

from denombrement.dedup.cross_check import second_opinion, training
from denombrement.dedup.cross_check.backends import Place, open_backend
from denombrement.dedup.cross_check.columns import columns_of
from denombrement.dedup.cross_check.health import examine
from denombrement.dedup.cross_check.parameters import (
    Parameters,
    expected_recall,
    level_of_pairs,
    prior_parameters,
)
from denombrement.dedup.cross_check.plan import default_plan
from denombrement.dedup.cross_check.second_opinion import cross_check
from denombrement.dedup.cross_check.training import SHARE, STRANGERS, Training, sampled, train

PLAN = default_plan()


def trained(records, plan=PLAN):
    columns = columns_of(records, plan)
    prior = prior_parameters(records, columns, plan.seed)
    with open_backend(Place()) as backend:
        return columns, prior, train(backend, columns, plan, prior, expected_recall(records, plan.certain))


def test_strangers_agree_as_often_as_they_do_among_all_pairs(campaign):
    columns, _, learnt = trained(campaign)
    first, second = np.triu_indices(len(campaign), 1)
    assert learnt.failed == ()
    for each in columns.comparisons:
        levels = level_of_pairs(columns, each, first, second)
        shares = np.bincount(levels[levels >= 0], minlength=len(each.columns) + 1) / (levels >= 0).sum()
        seen = shares > 0
        # Not a sample of 100 observations a level, as Splink 5 takes by itself.
        np.testing.assert_allclose(np.array(learnt.parameters.u[each.field])[seen], shares[seen], rtol=1e-9)


def test_the_share_of_pairs_that_are_one_person_is_learnt(campaign):
    _, _, learnt = trained(campaign)
    true = 80 / (380 * 379 / 2)
    assert 0.5 * true < learnt.parameters.share < 1.5 * true


def test_strangers_alone_teach_nothing_about_one_person_and_that_is_said(frame, encode, no_model):
    records = encode(frame(150, 0))
    _, prior, learnt = trained(records)
    assert SHARE in learnt.failed
    assert STRANGERS not in learnt.failed
    assert learnt.parameters.share == prior.share
    checked = cross_check(records, no_model)
    assert "LNK111" in {notice.code for notice in checked.notices}
    assert checked.usable
    assert checked.opinions[0].persons >= 148


def test_a_file_without_dates_leaves_the_rules_on_dates_out(frame, encode, no_model):
    made = frame(60, 20)
    for name in ("birth_year", "birth_month", "birth_day"):
        made[name] = None
    _, prior, learnt = trained(encode(made))
    assert learnt.failed == (SHARE, "year+month+day+sex")
    assert learnt.parameters.m["given"] == prior.m["given"]
    checked = cross_check(encode(made), no_model)
    assert [notice.code for notice in checked.notices][:2] == ["LNK111", "LNK113"]
    # Names and sex alone may agree by chance: they are no proof that the fit collapsed.
    assert checked.usable


@pytest.mark.parametrize(
    "problem", [ValueError, ArithmeticError, SplinkException, duckdb.OutOfMemoryException]
)
def test_errors_of_splink_are_told_and_never_shown(campaign, no_model, monkeypatch, problem):
    def fail(*_, **__):
        raise problem

    for step in ("_share", "_strangers", "_maximise"):
        monkeypatch.setattr(training, step, fail)
    _, prior, learnt = trained(campaign)
    assert learnt == Training(prior, (SHARE, STRANGERS, "year+month+day+sex", "given+family"))
    checked = cross_check(campaign, no_model)
    assert [notice.code for notice in checked.notices] == ["LNK111", "LNK112", "LNK113", "LNK113"]
    assert checked.usable
    assert 295 <= checked.opinions[0].persons <= 305


def test_strangers_of_a_large_file_are_the_same_on_every_run_and_backend():
    few = replace(PLAN, stranger_pairs=50.0)
    drawn = sampled(1000, few)
    assert len(drawn) == 11
    assert len(set(drawn.tolist())) == 11
    np.testing.assert_array_equal(drawn, sampled(1000, few))
    np.testing.assert_array_equal(sampled(11, few), np.arange(11))


def believed(**changed):
    m = {"given": (0.9, 0.06, 0.04), "sex": (0.98, 0.02)}
    u = {"given": (0.01, 0.02, 0.97), "sex": (0.5, 0.5)}
    return Parameters(changed.get("share", 0.001), m | changed.get("m", {}), u | changed.get("u", {}))


def test_a_sound_fit_is_left_as_it_is():
    health = examine(believed(m={"given": (0.8, 0.15, 0.05)}), believed(), PLAN)
    assert health.parameters.m["given"] == pytest.approx((0.8, 0.15, 0.05))
    assert (health.degenerate, health.at_bound) == ((), ())


@pytest.mark.parametrize(
    ("m", "u"),
    [
        ((0.4, 0.6), (0.5, 0.5)),  # agreement speaks against one person
        ((0.5, 0.5), (0.5, 0.5)),  # it says nothing
        ((0.2, 0.8), (0.1, 0.9)),  # one person's declarations nearly never agree
    ],
)
def test_a_field_where_agreement_does_not_speak_for_one_person_is_degenerate(m, u):
    health = examine(believed(m={"sex": m}, u={"sex": u}), believed(), PLAN)
    assert health.degenerate == ("sex",)
    assert health.parameters.m["sex"] == believed().m["sex"]
    assert health.parameters.u["sex"] == believed().u["sex"]


def test_a_fault_that_the_fit_holds_impossible_gets_its_prior_back():
    health = examine(believed(m={"sex": (1.0, 5e-43)}), believed(), PLAN)
    assert health.at_bound == ("sex",)
    assert health.parameters.m["sex"] == pytest.approx((1 / 1.02, 0.02 / 1.02))


def test_a_degenerate_fit_is_told_and_gives_way_to_the_priors(campaign, no_model, monkeypatch):
    def against(_backend, _columns, _plan, prior, _recall):
        turned = {"given": prior.u["given"], "sex": (0.1, 0.9)}
        return Training(replace(prior, m=prior.m | turned, u=prior.u | {"given": prior.m["given"]}), ())

    monkeypatch.setattr(second_opinion, "train", against)
    degenerate = cross_check(campaign, no_model)
    assert [notice.code for notice in degenerate.notices] == ["LNK114"]
    assert "given, sex" in degenerate.notices[0].text("fr")
    monkeypatch.setattr(second_opinion, "train", lambda _b, _c, _p, prior, _r: Training(prior, ()))
    believed_before = cross_check(campaign, no_model)
    pd.testing.assert_frame_equal(degenerate.pairs, believed_before.pairs, check_exact=False, rtol=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.7])
def test_an_impossible_share_gives_way_to_the_prior(share):
    assert examine(believed(share=share), believed(), PLAN).parameters.share == 0.001


def spoilt(fitted):
    """Each field looks sound, and together they find nobody: the collapse that Splink does not notice."""
    m = {
        field: (0.31, *([0.69 / (len(chances) - 1)] * (len(chances) - 1)))
        for field, chances in fitted.m.items()
    }
    u = {
        field: (0.3, *([0.7 / (len(chances) - 1)] * (len(chances) - 1)))
        for field, chances in fitted.u.items()
    }
    return Parameters(1e-9, m, u)


def test_a_collapse_of_recall_is_noticed_said_and_done_again(campaign, no_model, monkeypatch):
    monkeypatch.setattr(second_opinion, "train", lambda _b, _c, _p, prior, _r: Training(spoilt(prior), ()))
    checked = cross_check(campaign, no_model)
    assert [notice.code for notice in checked.notices] == ["LNK117"]
    assert "0 %" in checked.notices[0].text("en")
    assert checked.usable
    assert checked.certain_found == 1.0
    assert 295 <= checked.opinions[0].persons <= 305


def test_no_opinion_is_given_where_not_even_the_priors_find_what_is_certain(campaign, no_model, monkeypatch):
    real = second_opinion.prior_parameters
    monkeypatch.setattr(second_opinion, "prior_parameters", lambda *given: spoilt(real(*given)))
    monkeypatch.setattr(second_opinion, "train", lambda _b, _c, _p, prior, _r: Training(prior, ()))
    checked = cross_check(campaign, no_model)
    assert [notice.code for notice in checked.notices] == ["LNK117", "LNK118"]
    assert not checked.usable
    assert checked.certain_found == 0.0
    assert checked.pairs.empty


def test_a_failure_while_scoring_is_a_failure_of_the_opinion_not_of_the_program(
    campaign, no_model, monkeypatch
):
    def fail(*_):
        raise SplinkException("out of memory")

    monkeypatch.setattr(second_opinion, "score", fail)
    checked = cross_check(campaign, no_model)
    assert [notice.code for notice in checked.notices][-2:] == ["LNK117", "LNK118"]
    assert not checked.usable
