"""Two campaigns compared in public: protected cells alone, jointly with all that readers have, and no step undone."""

from types import SimpleNamespace

import pandas as pd
import pytest

from denombrement.cli.common import open_campaign
from denombrement.cli.compare_public import publishable
from denombrement.cli.panels import kept_panels
from denombrement.cli.protect import run_protect
from denombrement.counts.campaign_count import count_campaign
from denombrement.errors import ProtectionRefusal, UsageProblem
from denombrement.estimation.comparison import CampaignSightings, compare_campaigns, mergers_until
from denombrement.library.panels import CELLS, common_panels, protected_cells
from denombrement.library.sightings import campaign_sightings
from denombrement.protection.knowledge import Status

TABLES = """
[[table]]
name = "arrondissement"
measure = "adults"
dimensions = { territory = "arrondissement" }
[[table]]
name = "category_sex"
measure = "adults"
dimensions = { category = "category", sex = "all" }
"""
LATE_PARTNERS = ("hospital", "shelter-", "asso")


@pytest.fixture(scope="module")
def both(make_campaign, use_plan, tmp_path_factory):
    """A campaign with few partners and one with all, both protected; what readers had before, and the comparison."""
    place = tmp_path_factory.mktemp("public-comparison")
    same = {"persons": 240, "seed": 11}
    few = make_campaign(place / "few", **same, keep=lambda name: not name.startswith(LATE_PARTNERS))
    all_ = make_campaign(place / "all", **same, night="2025-10-16")
    for folder in (few, all_):
        use_plan(folder, TABLES)
    before = [run_protect(open_campaign(folder))[0] for folder in (few, all_)]
    found = publishable(open_campaign(few), open_campaign(all_))
    return SimpleNamespace(few=few, all=all_, before=before, found=found)


def exact(both):
    counts = []
    for folder in (both.few, both.all):
        campaign = open_campaign(folder)
        with campaign.store() as store:
            counts.append(count_campaign(store, campaign.settings, campaign.services))
    merged = mergers_until(counts[1].campaign.night)
    return compare_campaigns(*(campaign_sightings(each) for each in counts), replaced_by=merged)


def test_only_rounded_cells_are_compared_and_the_intervals_allow_for_it(both):
    true = exact(both)
    assert both.found.margin == 4
    for cells, counts in ((both.found.earlier, true.earlier), (both.found.later, true.later)):
        for name in CELLS:
            assert getattr(cells, name) % 5 == 0
            assert abs(getattr(cells, name) - getattr(counts, name)) <= 4
    for printed, inside in ((both.found.ratio, true.ratio), (both.found.total_ratio, true.total_ratio)):
        assert printed.lower <= inside.lower
        assert inside.upper <= printed.upper
    assert both.found.verdict.value == "more_partners_not_more_persons"


def test_what_readers_have_stays_and_the_panel_adds_up_to_it(both):
    for folder, before, cells in (
        (both.few, both.before[0], both.found.earlier),
        (both.all, both.before[1], both.found.later),
    ):
        after = run_protect(open_campaign(folder))[0]
        for name, table in before.tables.items():
            assert after.tables[name].rows == table.rows
        assert cells.total == before.tables["arrondissement"].cell()[0]
        assert after.verdict.passed
        assert after.verdict.earlier > 0
        assert after.verdict.services_known


def test_comparing_again_publishes_nothing_new(both):
    for folder in (both.few, both.all):
        campaign = open_campaign(folder)
        with campaign.store() as store:
            assert len(kept_panels(store)) == 1
    repeated = publishable(open_campaign(both.few), open_campaign(both.all))
    assert repeated == both.found


def test_a_campaign_that_cannot_be_protected_is_not_compared(both, monkeypatch):
    def refuse(_):
        raise ProtectionRefusal("EST026")

    campaign = open_campaign(both.few)
    with campaign.store() as store:
        store.rows("DELETE FROM panels")
    monkeypatch.setattr("denombrement.cli.compare_public.run_protect", refuse)
    with pytest.raises(ProtectionRefusal, match="EST026"):
        publishable(campaign, open_campaign(both.all))
    with campaign.store() as store:
        assert kept_panels(store) == ()
        acts = [entry.act for entry in store.verify_journal()]
    assert acts[-2:] == ["compare_panel", "compare_panel_dropped"]


def test_the_command_writes_what_may_be_published_and_says_so(both, said):
    result = said("compare", both.all, both.few, "--public", "--lang", "fr")
    assert result.code == 0, result.err
    assert "Davantage de partenaires, pas davantage de personnes" in result.out
    (file,) = (both.all / "comparaisons").iterdir()
    assert "INTERNE" not in file.read_text(encoding="utf-8")
    assert "4 personnes au plus" in file.read_text(encoding="utf-8")
    as_json = said("compare", both.few, both.all, "--public", "--json").json
    assert as_json["margin"] == 4
    assert "EST025" in said("compare", both.few, both.few, "--public").err


def test_one_campaign_is_not_two(both):
    with pytest.raises(UsageProblem, match="EST025"):
        publishable(open_campaign(both.few), open_campaign(both.few))


def test_nothing_in_common_is_refused(said, strangers):
    assert said("compare", *strangers, "--public").code == 4


def sightings(label, communes, services):
    persons = pd.DataFrame({"person": ["a"], "commune": [communes[0]]})
    seen = pd.DataFrame({"person": ["a"], "service": [services[0]]})
    return CampaignSightings(label, persons, seen, frozenset(communes), frozenset(services))


@pytest.mark.parametrize(("took_part", "common"), [
    (["82003", "82005", "81001"], ("81001", "82003", "82005")), (["82003", "81001"], ("81001",)),
])  # fmt: skip
def test_merged_communes_are_common_only_when_both_parts_took_part(took_part, common):
    before = sightings("before", took_part, ["s1", "s2"])
    after = sightings("after", ["82039", "81001"], ["s2", "s3"])
    merged = {"82003": "82039", "82005": "82039"}
    earlier, later = common_panels(before, after, ("b", "a"), merged)
    assert earlier.communes == common
    assert later.communes == (("81001", "82039") if len(common) == 3 else ("81001",))
    assert earlier.services == later.services == ("s2",)
    assert earlier.dimension != later.dimension


def test_a_withheld_cell_is_not_compared_and_an_exact_one_needs_no_margin():
    verdict = SimpleNamespace(base=5, slack=1)
    shown = [((code,), 10, Status.PUBLISHED) for code in CELLS]
    cells, margin = protected_cells(SimpleNamespace(rows=shown, verdict=verdict))
    assert (cells.total, margin) == (30, 0)
    rounded = [*shown[:2], ((CELLS[2],), 10, Status.ROUNDED)]
    assert protected_cells(SimpleNamespace(rows=rounded, verdict=verdict))[1] == 9
    hidden = [*shown[:2], ((CELLS[2],), None, Status.PROTECTED)]
    with pytest.raises(ProtectionRefusal, match="EST026"):
        protected_cells(SimpleNamespace(rows=hidden, verdict=verdict))


def test_a_panel_that_readers_have_outlives_a_refusal(both, monkeypatch):
    publishable(open_campaign(both.few), open_campaign(both.all))

    def refuse(_):
        raise ProtectionRefusal("EST026")

    monkeypatch.setattr("denombrement.cli.compare_public.run_protect", refuse)
    campaign = open_campaign(both.few)
    with pytest.raises(ProtectionRefusal, match="EST026"):
        publishable(campaign, open_campaign(both.all))
    with campaign.store() as store:
        assert len(kept_panels(store)) == 1
