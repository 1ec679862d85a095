from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, nbinom, poisson

from denombrement.errors import UsageProblem
from denombrement.estimation.comparison import (
    CampaignSightings,
    Comparison,
    PanelCells,
    Verdict,
    common_communes,
    compare_campaigns,
    compare_cells,
    compare_counts,
    mergers_until,
)
from denombrement.estimation.gamma_poisson import fit_gamma_poisson, log_likelihood, smoothed_rates
from denombrement.estimation.intervals import garwood, rate_ratio
from denombrement.estimation.missing import Places, extrapolate
from denombrement.estimation.printing import comparison_lines, scenario_lines
from denombrement.estimation.refusals import Refused

LANGUAGES = ("fr", "nl", "de", "en")
MERGER = {"82003": "82039", "82005": "82039"}


def refused_with(code, call, *arguments, **named):
    with pytest.raises(UsageProblem) as problem:
        call(*arguments, **named)
    return problem.value.code == code


# ---------------------------------------------------------------- intervals


@pytest.mark.parametrize("count", [1, 2, 7, 40, 900])
def test_garwoods_ends_leave_half_the_error_on_each_side(count):
    interval = garwood(count)
    assert poisson.sf(count - 1, interval.lower) == pytest.approx(0.025)
    assert poisson.cdf(count, interval.upper) == pytest.approx(0.025)
    assert interval.holds(count)


def test_a_count_of_nobody_still_has_an_upper_bound():
    assert (garwood(0).lower, garwood(0).upper) == (0, pytest.approx(3.688879, abs=1e-6))
    assert refused_with("EST016", garwood, -1)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.1, 10))
def test_the_ratios_ends_leave_half_the_error_on_each_side(later, earlier, exposure):
    found = rate_ratio(later, earlier, exposure=exposure)
    for end, tail in ((found.lower, binom.sf), (found.upper, binom.cdf)):
        chance = end * exposure / (end * exposure + 1)
        limit = later - 1 if tail == binom.sf else later
        assert tail(limit, later + earlier, chance) == pytest.approx(0.025, abs=1e-9)
    assert found.holds(found.ratio)


def test_swapping_the_campaigns_inverts_the_ratio():
    there, back = rate_ratio(7, 15), rate_ratio(15, 7)
    assert there.lower == pytest.approx(1 / back.upper)
    assert there.p_value == pytest.approx(back.p_value)
    assert there.p_value == pytest.approx(0.1338, abs=1e-4)


def test_ratios_with_nobody_stay_honest():
    assert rate_ratio(0, 5).lower == rate_ratio(0, 5).ratio == 0
    assert rate_ratio(5, 0).upper == rate_ratio(5, 0).ratio == np.inf
    nobody = rate_ratio(0, 0)
    assert np.isnan(nobody.ratio)
    assert (nobody.lower, nobody.upper, nobody.p_value) == (0, np.inf, 1)
    assert refused_with("EST016", rate_ratio, 1, -1)
    assert refused_with("EST016", rate_ratio, 1, 1, exposure=0)


# ---------------------------------------------------------------- gamma-Poisson


def test_the_likelihood_is_the_negative_binomial_of_scipy():
    counts, exposures = np.array([3.0, 0, 11, 7]), np.array([900.0, 400, 3000, 2500])
    shape, mean = 2.5, 0.003
    expected = nbinom.logpmf(counts, shape, shape / (shape + mean * exposures)).sum()
    found = log_likelihood(np.log([shape]), np.log([mean]), counts, exposures)
    assert found == pytest.approx([expected])


def test_the_maximum_is_where_no_neighbour_is_better():
    generator = np.random.default_rng(4)
    exposures = generator.lognormal(8.5, 0.8, 40)
    counts = generator.poisson(generator.gamma(3, 1 / 3, 40) * 0.003 * exposures).astype(float)
    fit = fit_gamma_poisson(counts, exposures)
    steps = np.array([[0, 0], [0.01, 0], [-0.01, 0], [0, 0.01], [0, -0.01]])
    heights = log_likelihood(fit.log_shape + steps[:, 0], fit.log_mean + steps[:, 1], counts, exposures)
    assert heights.argmax() == 0
    assert fit.shape == pytest.approx(3, rel=0.8)
    assert fit.mean_rate == pytest.approx(0.003, rel=0.3)


def test_the_chances_of_the_shape_integrate_the_mean_out():
    counts, exposures = np.array([3.0, 0, 11, 7, 9]), np.array([900.0, 400, 3000, 2500, 1200])
    fit = fit_gamma_poisson(counts, exposures)
    shapes, means = np.linspace(-2, 6, 161), np.linspace(-12, 0, 4001)
    pairs = np.array([log_likelihood(np.full(4001, each), means, counts, exposures) for each in shapes[::20]])
    integrated = np.exp(pairs).sum(axis=1)
    laplace = fit.chances[::20]
    assert laplace / laplace.sum() == pytest.approx(integrated / integrated.sum(), abs=0.02)


def test_alike_places_are_given_a_large_shape_and_doubt_about_it():
    fit = fit_gamma_poisson(np.full(6, 5.0), np.full(6, 1000.0))
    assert fit.log_shape == pytest.approx(6.0, abs=1e-6)
    assert fit.mean_rate == pytest.approx(0.005)
    assert fit.chances[:20].sum() < 0.01
    assert fit.chances[-80:].sum() > 0.7


def test_smoothing_pulls_small_places_hardest_towards_the_mean():
    counts, exposures = np.array([0.0, 12, 4, 30, 1]), np.array([500.0, 1000, 4000, 9000, 6000])
    table = smoothed_rates(counts, exposures)
    mean = fit_gamma_poisson(counts, exposures).mean_rate
    assert table["smoothed_rate"][0] > 0
    assert ((table["smoothed_rate"] - mean).abs() <= (table["raw_rate"] - mean).abs() + 1e-12).all()
    assert (table["lower"] < table["smoothed_rate"]).all()
    assert (table["smoothed_rate"] < table["upper"]).all()


def test_too_few_places_cannot_be_smoothed():
    assert refused_with("EST017", smoothed_rates, np.ones(3), np.ones(3))
    assert refused_with("EST017", smoothed_rates, np.zeros(5), np.ones(5))
    assert refused_with("EST017", smoothed_rates, np.ones(5), np.zeros(5))


# ---------------------------------------------------------------- places that did not take part


def places(count_of_missing=3, kinds=("town", "village")):
    generator = np.random.default_rng(8)
    exposures = generator.lognormal(8.5, 0.6, 20)
    counts = generator.poisson(0.003 * exposures).astype(float)
    took_part = np.arange(20) >= count_of_missing
    counts[~took_part] = np.nan
    return Places(
        pd.DataFrame(
            {
                "code": [f"C{index:02d}" for index in range(20)],
                "kind": [kinds[index % len(kinds)] for index in range(20)],
                "exposure": exposures,
                "took_part": took_part,
                "count": counts,
            }
        )
    )


def test_the_participating_area_comes_first_and_never_contains_the_extrapolation():
    result = extrapolate(places())
    assert result.participating.count == places().participating["count"].sum()
    assert [each.name for each in result.scenarios] == ["equal", "half", "double"]
    assert result.participating.interval.holds(result.participating.count)
    for each in result.scenarios:
        assert each.missing_places.lower <= each.missing_places.point <= each.missing_places.upper
        assert each.whole_area.lower == result.participating.count + each.missing_places.lower


def test_half_and_double_rates_frame_the_equal_rate():
    equal, half, double = extrapolate(places(8)).scenarios
    assert half.missing_places.point < equal.missing_places.point < double.missing_places.point
    assert double.missing_places.point == pytest.approx(2 * equal.missing_places.point, rel=0.1)


def test_the_same_seed_gives_the_same_scenarios():
    assert extrapolate(places(), seed=3) == extrapolate(places(), seed=3)
    assert extrapolate(places(), seed=3) != extrapolate(places(), seed=4)


def test_kinds_with_too_few_participants_share_one_fit():
    rare = places(4, kinds=("town", "village", "village", "village", "village", "island", "village"))
    assert extrapolate(rare, by_kind=True).scenarios[0] != extrapolate(rare).scenarios[0]
    informed = places(4)
    assert extrapolate(informed, by_kind=True).participating == extrapolate(informed).participating


def test_full_participation_has_no_scenario():
    assert extrapolate(places(0)).scenarios == ()


def test_too_few_participants_are_refused():
    refused = extrapolate(places(17))
    assert isinstance(refused, Refused)
    assert refused.reasons[0].reason == "few_participants"
    assert "3" in refused.reasons[0].text("fr")


def test_silence_is_not_zero_and_a_place_is_listed_once():
    frame = places().frame
    assert refused_with("EST018", Places, frame.drop(columns="kind"))
    assert refused_with("EST018", Places, pd.concat([frame, frame]))
    assert refused_with("EST018", Places, frame.assign(exposure=0.0))
    assert refused_with("EST019", Places, frame.assign(count=frame["count"].fillna(0)))
    assert refused_with("EST019", Places, frame.assign(count=frame["count"] - 1000))


@pytest.mark.parametrize("language", LANGUAGES)
def test_scenarios_are_printed_after_the_figure_and_labelled(language):
    facts = {"part": 30, "all": 40, "year": 2023, "elsewhere": 2, "already": 1}
    found = extrapolate(places())
    lines = scenario_lines(found, language, about="communes", facts=facts)
    assert [line.rank for line in lines] == [1, 1, 2, 2, 2]
    assert str(found.participating.count) in lines[0].text
    assert not any("{" in line.text for line in lines)
    word = {"fr": "Scénario", "en": "Scenario", "nl": "Scenario", "de": "Szenario"}[language]
    assert all(line.text.startswith(word) for line in lines[2:])


# ---------------------------------------------------------------- two campaigns


def campaign(label, rows, communes, services):
    """Rows: person, commune, services that saw the person."""
    persons = pd.DataFrame([(person, commune) for person, commune, _ in rows], columns=["person", "commune"])
    sightings = pd.DataFrame(
        [(person, service) for person, _, seen_by in rows for service in seen_by],
        columns=["person", "service"],
    )
    return CampaignSightings(label, persons, sightings, frozenset(communes), frozenset(services))


def test_persons_known_only_to_new_services_are_not_a_rise():
    earlier = campaign("2023", [(i, "81001", ["cpas"]) for i in range(100)], ["81001"], ["cpas"])
    rows = [(i, "81001", ["cpas"]) for i in range(102)] + [(200 + i, "81001", ["shelter"]) for i in range(60)]
    later = campaign("2025", rows, ["81001"], ["cpas", "shelter"])
    found = compare_campaigns(earlier, later)
    assert (found.earlier.matched, found.later.matched) == (100, 102)
    assert (found.change, found.change_matched, found.change_services) == (62, 2, 60)
    assert found.verdict is Verdict.MORE_PARTNERS
    back = compare_campaigns(later, earlier)
    assert back.verdict is Verdict.FEWER_PARTNERS


def test_a_person_seen_by_an_old_and_a_new_service_is_matched():
    earlier = campaign("a", [(1, "81001", ["cpas"])], ["81001"], ["cpas"])
    later = campaign("b", [(1, "81001", ["cpas", "new"])], ["81001"], ["cpas", "new"])
    assert compare_campaigns(earlier, later).later == PanelCells(1, 0, 0)


def test_a_rise_on_common_ground_is_a_rise():
    earlier = campaign("a", [(i, "81001", ["cpas"]) for i in range(100)], ["81001"], ["cpas"])
    later = campaign("b", [(i, "81001", ["cpas"]) for i in range(150)], ["81001"], ["cpas"])
    assert compare_campaigns(earlier, later).verdict is Verdict.MORE_PERSONS
    assert compare_campaigns(later, earlier).verdict is Verdict.FEWER_PERSONS
    assert compare_campaigns(earlier, earlier).verdict is Verdict.NO_CLEAR_CHANGE


def test_a_change_that_partners_do_not_explain_is_not_laid_at_their_door():
    cells = [PanelCells(90, 0, 10), PanelCells(115, 0, 20)]
    found = compare_cells(*cells, common_communes=3, common_services=4)
    assert found.total_ratio.lower > 1
    assert found.verdict is Verdict.NO_CLEAR_CHANGE


def test_partners_that_come_and_go_without_a_change_prove_nothing():
    cells = [PanelCells(90, 12, 0), PanelCells(90, 0, 14)]
    found = compare_cells(*cells, common_communes=3, common_services=4)
    assert found.verdict is Verdict.NO_CLEAR_CHANGE


def test_merged_communes_are_compared_on_the_later_vintage():
    earlier = campaign(
        "2023",
        [(1, "82003", ["s"]), (2, "82005", ["s"]), (3, "81001", ["s"])],
        ["82003", "82005", "81001"],
        ["s"],
    )
    later = campaign("2025", [(1, "82039", ["s"]), (4, "82039", ["s"])], ["82039"], ["s"])
    found = compare_campaigns(earlier, later, replaced_by=MERGER)
    assert found.common_communes == 1
    assert (found.earlier.matched, found.earlier.other_communes, found.later.matched) == (2, 1, 2)


def test_a_merged_commune_took_part_only_if_all_its_parts_did():
    later = frozenset({"82039"})
    assert common_communes(frozenset({"82003"}), later, MERGER) == frozenset()
    assert common_communes(frozenset({"82003", "82005"}), later, MERGER) == later
    assert common_communes(frozenset({"82003", "82005"}), frozenset({"82003", "82005"}), MERGER) == later


def test_the_mergers_are_those_of_the_reference_tables():
    assert mergers_until(date(2025, 10, 30)) == MERGER
    assert mergers_until(date(2023, 10, 27)) == {}


def test_two_old_campaigns_with_half_a_merged_commune_have_nothing_there():
    found = compare_counts({"82003": 4, "81001": 2}, {"82003": 5, "81001": 2}, replaced_by=MERGER)
    assert found.common_communes == 1
    assert found.earlier.other_communes == 4


def test_nothing_in_common_is_refused():
    one = campaign("a", [(1, "81001", ["cpas"])], ["81001"], ["cpas"])
    other = campaign("b", [(1, "85045", ["shelter"])], ["85045"], ["shelter"])
    refused = compare_campaigns(one, other)
    assert isinstance(refused, Refused)
    assert [each.reason for each in refused.reasons] == ["no_common_commune", "no_common_service"]
    assert isinstance(compare_counts({"81001": 1}, {"85045": 1}), Refused)


def test_a_person_without_a_known_commune_is_on_no_common_ground():
    one = campaign("a", [(1, None, ["cpas"]), (2, "81001", ["cpas"])], ["81001"], ["cpas"])
    assert compare_campaigns(one, one).earlier == PanelCells(1, 1, 0)


def test_tables_without_services_never_conclude_on_persons():
    found = compare_counts({"81001": 100, "81004": 0}, {"81001": 160, "81004": 3})
    assert found.common_services is None
    assert found.ratio.lower > 1
    assert found.verdict is Verdict.SERVICES_UNKNOWN
    assert compare_counts({"81001": 100}, {"81001": 101}).verdict is Verdict.NO_CLEAR_CHANGE


person_rows = st.lists(
    st.tuples(
        st.sampled_from(["82003", "82005", "81001", "85045", None]),
        st.sets(st.sampled_from(["a", "b", "c"]), min_size=1),
    ),
    max_size=25,
)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(person_rows, person_rows)
def test_nobody_is_lost_and_the_parts_of_the_change_add_up(one, other):
    campaigns = [
        campaign(
            label,
            [(i, nis, seen) for i, (nis, seen) in enumerate(rows)],
            {nis for nis, _ in rows if nis} | {"81001"},
            {"a", "b", "c"},
        )
        for label, rows in (("one", one), ("other", other))
    ]
    found = compare_campaigns(*campaigns, replaced_by=MERGER)
    assert isinstance(found, Comparison)
    assert (found.earlier.total, found.later.total) == (len(one), len(other))
    assert found.change == found.change_matched + found.change_communes + found.change_services
    assert found.cells()["count"].sum() == len(one) + len(other)


def test_tables_of_a_campaign_must_agree_with_each_other():
    persons, sightings = (
        pd.DataFrame({"person": [1], "commune": ["81001"]}),
        pd.DataFrame({"person": [1], "service": ["a"]}),
    )
    communes, services = frozenset({"81001"}), frozenset({"a"})
    twice = pd.concat([persons, persons])
    assert refused_with("EST021", CampaignSightings, "x", twice, sightings, communes, services)
    assert refused_with("EST021", CampaignSightings, "x", persons[["person"]], sightings, communes, services)
    assert refused_with("EST021", CampaignSightings, "x", persons, sightings[["person"]], communes, services)
    assert refused_with("EST022", CampaignSightings, "x", persons, sightings[:0], communes, services)
    assert refused_with("EST022", CampaignSightings, "x", persons, sightings, communes, frozenset({"b"}))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "cells",
    [
        (PanelCells(100, 0, 0), PanelCells(102, 0, 60)),
        (PanelCells(102, 60, 0), PanelCells(100, 0, 0)),
        (PanelCells(100, 0, 0), PanelCells(160, 0, 0)),
        (PanelCells(160, 0, 0), PanelCells(100, 0, 0)),
        (PanelCells(0, 0, 0), PanelCells(3, 0, 0)),
    ],
)
def test_a_comparison_prints_the_matched_panel_before_the_totals(language, cells):
    for services in (12, None):
        lines = comparison_lines(
            compare_cells(*cells, common_communes=34, common_services=services), language
        )
        assert [line.key for line in lines[:3]] == ["matched_panel", "matched_ratio", "change_parts"]
        assert lines[3].key.startswith("verdict_")
        assert not any("{" in line.text or "nan" in line.text for line in lines)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(-4, 4), st.integers(-4, 4))
def test_a_margin_covers_every_count_that_a_protected_cell_may_stand_for(earlier, later, up, down):
    exact = compare_cells(
        PanelCells(earlier, 0, 0), PanelCells(later, 0, 0), common_communes=1, common_services=1
    )
    shown = [PanelCells(max(0, earlier + up), 0, 0), PanelCells(max(0, later + down), 0, 0)]
    printed = compare_cells(*shown, common_communes=1, common_services=1, margin=4)
    assert printed.margin == 4
    assert printed.ratio.lower <= exact.ratio.lower + 1e-12
    assert printed.ratio.upper >= exact.ratio.upper - 1e-12
