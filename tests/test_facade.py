"""The library: one line to open a campaign, typed and labelled tables that say where they come from."""

import subprocess
import sys
from datetime import date

import pandas as pd
import pytest

import denombrement as dn
from denombrement.campaign import campaign_text, services_text
from denombrement.counts.dimensions import hierarchy
from denombrement.counts.table import CountTable
from denombrement.dedup.campaign_links import keep_links, link_campaign
from denombrement.dedup.linkage.constraints import Decisions
from denombrement.errors import ProtectionRefusal, UsageProblem
from denombrement.estimation.refusals import Refused
from denombrement.library.columns import column_codes, typed
from denombrement.protection.plan import whole_plan
from denombrement.protection.profiles import load_profile
from denombrement.protection.release import protect
from denombrement.reference import categories

LANGUAGES = ("fr", "nl", "de", "en")
NIGHT = date(2023, 10, 19)


def fill(desk):
    """A campaign's folder as the commands leave it: three adults, two services, one person seen twice."""
    (desk.folder / "campaign.toml").write_text(campaign_text(desk.campaign), encoding="utf-8")
    (desk.folder / "services.csv").write_text(services_text(desk.services.values()), encoding="utf-8")
    first = [
        desk.declaration("d1", "A", health=["addiction"], nationality="belgian", case_number=7),
        desk.declaration("d2", "B", situation="EL1.1", sex="woman", health=["dont_know"]),
        desk.declaration("d3", "C", situation="not_homeless", outside_reason="own_home"),
    ]
    second = [desk.declaration("e1", "A"), desk.declaration("e2", "D", situation="BE7", age_years=61)]
    second[1] |= {"eviction_when": "within_one_month", "commune_night": "85045"}
    with desk.store() as store:
        outcomes = desk.take(
            store,
            ("a.denombrement", desk.sealed("cpas-arlon", 1, first)),
            ("b.denombrement", desk.sealed("abri-arlon", 1, second)),
        )
        assert outcomes.by_status == {"current": 2}
    return desk


@pytest.fixture
def counted(desk):
    return fill(desk)


@pytest.fixture
def linked(counted):
    with counted.store() as store:
        keep_links(store, link_campaign(store, Decisions()))
    return counted


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, denombrement as dn; print('pandas' in sys.modules, 'open_campaign' in dir(dn))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
    with pytest.raises(AttributeError):
        dn.no_such_name  # noqa: B018


def test_a_folder_that_is_no_campaign_is_refused(tmp_path):
    with pytest.raises(UsageProblem, match="CAM001"):
        dn.open_campaign(str(tmp_path))


def test_categories_stand_in_the_order_of_ethos_light(counted):
    persons = dn.open_campaign(counted.folder).persons
    assert list(persons["category"].cat.categories) == [each.code for each in categories()]
    assert list(persons.sort_values("category")["situation"]) == ["EL1.1", "EL6.12", "BE7"]


def test_persons_are_those_counted_and_the_others_say_why(counted):
    campaign = dn.open_campaign(counted.folder)
    assert len(campaign.persons) == 3
    assert list(campaign.left_out["scope"]) == ["not_homeless"]


def test_every_commune_says_whether_it_took_part(counted):
    campaign = dn.open_campaign(counted.folder)
    communes = dn.labelled(campaign.communes, "fr")
    assert len(communes) == 44
    assert communes.set_index("territory")["participation"]["Arlon"] == "answered"
    assert communes["adults"].sum() == len(campaign.persons)
    absent = campaign.communes["participation"] == "silent"
    # Somebody may have slept where nobody answered.
    assert campaign.communes.loc[absent, "adults"].sum() > 0


def test_scenarios_stand_beside_the_count(counted):
    campaign = dn.open_campaign(counted.folder)
    communes, services = campaign.scenarios(draws=200)
    assert communes.participating == 1
    assert isinstance(communes.result, Refused)
    assert services.answered == 2
    assert len(campaign.persons) == 3


def test_no_pseudonym_leaves_the_store(counted):
    campaign = dn.open_campaign(counted.folder)
    for frame in (campaign.declarations, campaign.persons):
        assert not {"code", "opaque_code", "recipe", "case_number"} & set(frame.columns)
        assert "A" * 22 not in frame.to_csv()


def test_every_table_says_where_it_comes_from(linked):
    campaign = dn.open_campaign(linked.folder)
    tables = [campaign.declarations, campaign.persons, campaign.links, campaign.counts(), campaign.sightings,
              campaign.services, campaign.children, campaign.answers("health"), campaign.geometry()]  # fmt: skip
    head = (linked.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    for frame in tables:
        assert frame.attrs["campaign"] == linked.campaign.id
        assert frame.attrs["journal_head"] in head
        assert frame.attrs["method"] == "linkage"
        low, high = frame.attrs["adults_interval"]
        assert low <= frame.attrs["adults"] <= high


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_label_in_every_language(counted, language):
    campaign = dn.open_campaign(counted.folder)
    frames = [campaign.persons, campaign.declarations, campaign.services, campaign.children,
              campaign.counts(["territory"], margins=True), campaign.counts(["situation"], margins=True)]  # fmt: skip
    for frame in frames:
        named = campaign.labelled(frame, language, columns=True)
        assert len(named) == len(frame)
        assert named.attrs["language"] == language


def test_labels_keep_the_order_and_the_codes_their_meaning(counted):
    counts = dn.open_campaign(counted.folder).counts()
    named = dn.labelled(counts, "fr")
    assert list(named["count"]) == list(counts["count"])
    assert named["category"].iloc[0] == dn.code_label("category", "EL1", "fr")
    assert dn.code_label("commune_night", "82003", "fr") == "Bastogne"
    assert dn.column_label("sex", "nl") == "Geslacht"
    assert dn.column_label("believed_service") == "believed_service"


def test_other_rules_of_conflict_can_be_tried(counted):
    tried = dn.open_campaign(counted.folder, resolution=("most_severe",))
    assert tried.persons.attrs["resolution"] == ["most_severe"]


def test_unknown_languages_and_codes_are_refused(counted):
    with pytest.raises(UsageProblem, match="REF003"):
        dn.code_label("category", "EL1", "it")
    with pytest.raises(UsageProblem, match="LIB001"):
        typed(pd.DataFrame({"sex": ["?"]}), NIGHT)
    assert column_codes("person", NIGHT) is None
    assert column_codes("age_years", NIGHT) is None


def test_two_communes_of_one_name_stay_apart():
    codes = column_codes("commune_night", NIGHT)
    frame = typed(pd.DataFrame({"commune_night": ["82003", "82039"]}), NIGHT)
    assert set(codes) >= {"82003", "82039", "outside", "dont_know"}
    assert list(dn.labelled(frame)["commune_night"]) == ["Bastogne (82003)", "Bastogne (82039)"]


def test_counts_add_up_to_the_persons_and_name_who_was_silent(counted):
    campaign = dn.open_campaign(counted.folder)
    crossed = campaign.counts(["territory", "category"])
    assert crossed["count"].sum() == len(campaign.persons)
    assert "85045" in crossed.attrs["not_counted"] or "85045" in set(crossed["territory"].astype(str))
    total = campaign.counts(["sex"], margins=True)
    assert total.loc[total["sex"] == "total", "count"].item() == 3
    assert campaign.counts(measure="children")["count"].sum() == 0
    assert campaign.summary()["adults"] == 3


def test_the_interval_of_a_category_comes_from_the_linkage(linked, counted):
    counts = dn.open_campaign(linked.folder).counts()
    assert (counts["low"] <= counts["high"]).all()
    assert {"low", "high"} <= set(counts.columns)


def test_without_linkage_there_are_no_links_and_no_histories(counted):
    campaign = dn.open_campaign(counted.folder)
    assert campaign.provenance["method"] == "exact_code"
    with pytest.raises(UsageProblem, match="LIB003"):
        _ = campaign.links
    with pytest.raises(UsageProblem, match="LIB003"):
        campaign.histories()


def test_histories_hold_every_person_counted_in_the_categories_studied(linked):
    campaign = dn.open_campaign(linked.folder)
    studied = campaign.persons[~campaign.persons["category"].isin(["EL4", "BE7"])]
    drawn = campaign.histories(draws=3)
    assert len(drawn) == 4
    assert drawn[0].seen == len(studied)
    only = campaign.histories("three_systems", ["EL1"], draws=1)
    assert only[0].seen == 1
    with pytest.raises(UsageProblem, match="EST024"):
        campaign.histories("mine")


def test_several_answers_become_columns_with_unknown_apart(counted):
    campaign = dn.open_campaign(counted.folder)
    health = campaign.answers("health")
    assert health["addiction"].sum() == 1
    assert health["addiction"].isna().sum() == 2
    with pytest.raises(UsageProblem, match="LIB002"):
        campaign.answers("sex")
    with pytest.raises(UsageProblem, match="SUR001"):
        campaign.answers("weather")


def test_outlines_cover_the_communes_of_the_night(counted):
    campaign = dn.open_campaign(counted.folder)
    communes = campaign.geometry()
    assert len(communes) == 44
    assert communes.geometry.is_valid.all()
    assert len(campaign.geometry("arrondissement")) == 5
    with pytest.raises(UsageProblem, match="PUB005"):
        campaign.geometry("street")


def test_nothing_is_protected_before_it_was(counted):
    with pytest.raises(ProtectionRefusal, match="LIB004"):
        _ = dn.open_campaign(counted.folder).protected


def test_what_was_protected_can_be_read_and_bears_its_status(counted):
    (counted.folder / "keys").mkdir()
    secret = b"s" * 32
    (counted.folder / "keys" / "protection.key").write_text(secret.hex(), encoding="utf-8")
    table = CountTable.from_leaves(
        "sex", pd.DataFrame({"sex": ["man", "woman"], "count": [41, 23]}), {"sex": hierarchy("sex", NIGHT)}
    )
    release = protect([table], plan=whole_plan([table]), profile=load_profile("rounding-5"), secret=secret)
    with counted.store() as store:
        store.rows("CREATE TABLE releases (number INTEGER, counts VARCHAR, coverage VARCHAR, release BLOB)")
        store.rows("INSERT INTO releases VALUES (1, '', '', ?)", [release.to_bytes(secret)])
    (frame,) = dn.open_campaign(counted.folder).protected.values()
    assert frame.attrs["protected"] is True
    assert (frame["value"] % 5 == 0).all()


def test_a_type_of_service_without_system_is_refused(linked, monkeypatch):
    from denombrement.estimation.grouping import Grouping, System
    from denombrement.library import groupings

    names = (("fr", "x"),)
    systems = tuple(System(code, names, (code,)) for code in ("prison", "police", "rescue"))
    monkeypatch.setattr(groupings, "default_groupings", lambda: {"odd": Grouping("odd", systems)})
    with pytest.raises(UsageProblem, match="EST007"):
        dn.open_campaign(linked.folder).histories("odd")


def test_a_campaign_is_not_compared_with_itself(counted):
    one, other = dn.open_campaign(counted.folder), dn.open_campaign(counted.folder)
    with pytest.raises(UsageProblem, match="EST025"):
        dn.compare(one, other)


def test_a_panel_knows_who_answered(counted):
    panel = dn.open_campaign(counted.folder).panel()
    assert panel.services == {"cpas-arlon", "abri-arlon"}
    assert not isinstance(panel, Refused)
