"""What other choices would give: the row in force is the count itself, and no choice crosses a human."""

import shutil
from dataclasses import asdict

import pandas as pd
import pytest

from denombrement.cli.common import open_campaign
from denombrement.cli.dedup import run_dedup
from denombrement.cli.intake import take_in
from denombrement.cli.new import create_campaign
from denombrement.cli.simulate import MAILBOX, simulate_campaign
from denombrement.counts.alternatives import (
    BY_CODE,
    BY_RULE,
    BY_THRESHOLD,
    IN_FORCE,
    THRESHOLDS,
    alternatives,
    service_overlap,
)
from denombrement.counts.campaign_count import count_campaign
from denombrement.dedup.exact import exact_members
from denombrement.dedup.resolution import resolve, resolve_persons
from denombrement.dedup.review.answers import DIFFERENT, SAME, keep_answers
from denombrement.dedup.review.purge import purge_store
from denombrement.errors import UsageProblem

PASSPHRASE = "quatre mots sans rapport"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A simulated campaign of ninety persons with one human answer of each kind, linked."""
    path = tmp_path_factory.mktemp("alternatives") / "campaign"
    create_campaign(path, "2023-10-19", "Essai", PASSPHRASE, [])
    simulate_campaign(open_campaign(path), 90, 11)
    campaign = open_campaign(path)
    take_in(campaign, sorted((path / MAILBOX).iterdir()), PASSPHRASE, quiet=True)
    run_dedup(campaign, quiet=True)
    with campaign.store() as store:
        pairs = store.rows(
            "SELECT first_id, second_id FROM links ORDER BY posterior DESC, first_id, second_id"
        )
        surest, least = pairs[0], pairs[-1]
        keep_answers(store, {surest: DIFFERENT, least: SAME}, who="AB")
    run_dedup(campaign, quiet=True)
    return path, surest, least


@pytest.fixture(scope="module")
def found(folder):
    campaign = open_campaign(folder[0])
    with campaign.store() as store:
        count = count_campaign(store, campaign.settings, campaign.services)
        return count, alternatives(store, campaign.settings, campaign.services, count)


def test_the_row_in_force_is_the_count_to_the_unit(found):
    count, table = found
    summary, (row,) = count.summary(), table[table["kind"] == IN_FORCE].to_dict("records")
    assert (row["adults"], row["children"], row["total"]) == (
        summary["adults"],
        summary["children"],
        summary["total"],
    )
    assert {code: row[code] for code in summary["by_category"]} == {
        code: each["adults"] for code, each in summary["by_category"].items()
    }
    assert row["persons"] == summary["declarations"] - summary["merged"]


def test_every_row_adds_up_and_no_rule_changes_who_is_a_person(found):
    count, table = found
    codes = list(count.summary()["by_category"])
    assert (table[codes].sum(axis=1) == table["adults"]).all()
    assert (table["adults"] + table["children"] == table["total"]).all()
    by_rule = table[table["kind"] == BY_RULE]
    assert set(by_rule["choice"]) == {
        "own_register", "person_present", "most_severe", "least_severe", "first_return", "last_return",
    }  # fmt: skip
    assert set(by_rule["persons"]) == {len(count.counted.persons)}
    severe = by_rule.set_index("choice")["EL1"]
    assert severe["most_severe"] >= severe["least_severe"]


def test_a_lower_threshold_never_gives_more_persons_and_the_exact_code_gives_most(found):
    count, table = found
    persons = table[table["kind"] == BY_THRESHOLD].sort_values("choice")["persons"].tolist()
    assert len(persons) == len(THRESHOLDS)
    assert persons == sorted(persons)
    (by_code,) = table.loc[table["kind"] == BY_CODE, "persons"]
    assert by_code >= len(count.counted.persons)


def test_no_threshold_crosses_an_answer(folder, found):
    from denombrement.counts.alternatives import _partitions

    path, different, same = folder
    campaign = open_campaign(path)
    with campaign.store() as store:
        for _, group in _partitions(store, found[0].members):
            assert group[different[0]] != group[different[1]]
            assert group[same[0]] == group[same[1]]


def test_without_links_only_the_rules_vary(folder):
    path, _, _ = folder
    campaign = open_campaign(path)
    with campaign.store() as store:
        store.rows("BEGIN TRANSACTION")
        store.rows("DELETE FROM meta WHERE name = 'linked_digest'")
        count = count_campaign(store, campaign.settings, campaign.services)
        table = alternatives(store, campaign.settings, campaign.services, count)
        store.rows("ROLLBACK")
    assert set(table["kind"]) == {IN_FORCE, BY_RULE}
    assert table["adults"].iloc[0] == count.adults


def test_two_services_share_the_persons_that_both_declared(found):
    count, _ = found
    shared = service_overlap(count)
    inside = set(count.counted.counted["person"])
    seen = {service: set(rows["person"]) & inside for service, rows in count.members.groupby("service")}
    assert (shared.to_numpy() == shared.to_numpy().T).all()
    for one in shared.index:
        for other in shared.columns:
            assert shared.loc[one, other] == len(seen[one] & seen[other])
    assert shared.to_numpy().sum() > shared.to_numpy().trace() > 0


def test_rules_that_need_the_returns_are_refused_without_them(folder):
    campaign = open_campaign(folder[0])
    with campaign.store() as store:
        frame = store.frame("SELECT * FROM declarations")
    members = exact_members(frame)
    with pytest.raises(UsageProblem, match="LNK902"):
        resolve_persons(frame, members, ["first_return"])
    rules = campaign.settings.resolution
    pd.testing.assert_frame_equal(
        resolve_persons(frame, members, rules), resolve(frame, members, rules).persons
    )


def test_after_a_purge_every_row_but_that_of_the_codes_stays_the_same(folder, found, tmp_path):
    path = tmp_path / "purged"
    shutil.copytree(folder[0], path)
    campaign = open_campaign(path)
    before, table = found
    with campaign.store() as store:
        purge_store(store, intervals=asdict(before.drawn), removed_files={})
        count = count_campaign(store, campaign.settings, campaign.services)
        after = alternatives(store, campaign.settings, campaign.services, count)
    kept = table[table["kind"] != BY_CODE].reset_index(drop=True)
    pd.testing.assert_frame_equal(after, kept)
