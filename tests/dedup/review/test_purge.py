"""A purge leaves nothing to find anybody by, and a campaign that still counts the same."""

from dataclasses import asdict

import pytest

from denombrement.counts.campaign_count import count_campaign
from denombrement.dedup.campaign_links import (
    declared_tokens,
    is_purged,
    link_campaign,
    read_links,
    self_test_campaign,
)
from denombrement.dedup.linkage.constraints import Decisions
from denombrement.dedup.review.answers import SAME, history, keep_answers
from denombrement.dedup.review.purge import purge_store, rewrite_store
from denombrement.dedup.review.queue import build_queue
from denombrement.errors import UsageProblem

A, A2 = "cpas-arlon/a", "abri-arlon/a2"
ANNES = (A2, A)


def purged(store, desk):
    drawn = count_campaign(store, desk.campaign, desk.services).drawn
    return purge_store(store, intervals=asdict(drawn), removed_files={"keys/campaign.secret": "-"})


def test_the_count_and_its_intervals_are_the_same_after(linked, desk):
    keep_answers(linked, {ANNES: SAME}, who="AB")
    before = count_campaign(linked, desk.campaign, desk.services).summary()
    done = purged(linked, desk)
    assert (done.codes, done.draws, done.digests) == (6, 6, 2)
    assert done.tokens > 60
    after = count_campaign(linked, desk.campaign, desk.services).summary()
    kept = after["linkage"].pop("kept_intervals")
    assert kept["adults"] == {"low": before["adults_low"], "high": before["adults_high"]}
    assert after == before


def test_no_code_token_or_digest_is_left_in_the_file(linked, desk):
    keep_answers(linked, {ANNES: SAME}, who="AB")
    frame = declared_tokens(linked).drop(columns=["record_id", "service", "sex", "nationality", "commune"])
    values = {value for name in frame for value in frame[name].dropna()}
    digests = {each.first_digest for each in history(linked)}
    purged(linked, desk)
    linked.connection.close()
    path = desk.folder / "campaign.duckdb"
    rewrite_store(path)
    rewrite_store(path)
    content = path.read_bytes()
    assert not any(value.encode() in content for value in values | digests)
    assert (path.stat().st_mode & 0o777) == 0o600
    with desk.store() as again:
        assert is_purged(again)
        assert len(declared_tokens(again)) == 6
        again.verify_journal()
        assert again.rows("SELECT first_digest FROM review_answers") == [("",)]
        with pytest.raises(Exception, match="onstraint"):
            again.rows("INSERT INTO meta VALUES ('purged', '')")


def test_after_a_purge_nothing_can_be_linked_or_reviewed(linked, desk):
    purged(linked, desk)
    assert purge_store(linked, intervals={}, removed_files={}) is None
    for act in (
        lambda: link_campaign(linked, Decisions()),
        lambda: self_test_campaign(linked),
        lambda: build_queue(linked),
        lambda: keep_answers(linked, {ANNES: SAME}, who="AB"),
    ):
        with pytest.raises(UsageProblem, match="LNK911"):
            act()


def test_declarations_that_came_after_a_purge_are_never_counted_silently(linked, desk, send):
    purged(linked, desk)
    send(linked, "prison-marche", {"x": None})
    with pytest.raises(UsageProblem, match="LNK918"):
        read_links(linked)


def test_what_was_not_deduplicated_is_not_purged(store):
    with pytest.raises(UsageProblem, match="LNK910"):
        purge_store(store, intervals={}, removed_files={})
    assert not is_purged(store)
