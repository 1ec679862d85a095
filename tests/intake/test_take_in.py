"""Taking returns in: the newest wins, nothing is lost, running again changes nothing."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denombrement.intake.store import open_store


def situations(store):
    return store.rows("SELECT service, declaration_id, situation FROM declarations ORDER BY ALL")


def quarantine(store):
    return store.rows("SELECT service, declaration_id, place, question, reason FROM quarantine ORDER BY ALL")


def only(summary):
    (outcome,) = summary.files
    return outcome


def refused_with(summary):
    return only(summary).status, only(summary).error.code


def test_a_sealed_return_is_opened_checked_and_stored(desk):
    with desk.store() as store:
        outcome = only(
            desk.take(store, ("a", desk.sealed(declarations=[desk.declaration("d1", situation="EL2.2")])))
        )
        assert (outcome.status, outcome.service, outcome.declarations) == ("current", "cpas-arlon", 1)
        assert situations(store) == [("cpas-arlon", "d1", "EL2.2")]


def test_taking_the_same_file_in_again_changes_nothing(desk):
    sealed = desk.sealed()
    with desk.store() as store:
        desk.take(store, ("a", sealed))
        before = [
            store.rows(f"SELECT * FROM {t} ORDER BY ALL") for t in ("returns", "declarations", "journal")
        ]
        assert only(desk.take(store, ("renamed", sealed))).status == "unchanged"
        after = [
            store.rows(f"SELECT * FROM {t} ORDER BY ALL") for t in ("returns", "declarations", "journal")
        ]
        assert after == before


def test_the_highest_number_of_a_service_is_its_state(desk):
    first = desk.sealed(number=1, declarations=[desk.declaration("d1"), desk.declaration("d2", code="B")])
    second = desk.sealed(number=2, declarations=[desk.declaration("d1", situation="EL1.1", revision=2)])
    with desk.store() as store:
        desk.take(store, ("1", first))
        desk.take(store, ("2", second))
        assert situations(store) == [("cpas-arlon", "d1", "EL1.1")]
        assert store.rows("SELECT number, status FROM returns ORDER BY number") == [
            (1, "superseded"),
            (2, "current"),
        ]


def test_declarations_that_a_new_state_does_not_speak_of_are_said_and_withdrawn_ones_are_not(desk):
    both = [desk.declaration("d1"), desk.declaration("d2", code="B")]
    with desk.store() as store:
        assert only(desk.take(store, ("1", desk.sealed(number=1, declarations=both)))).vanished == 0
        withdrawing = desk.sealed(
            number=2,
            declarations=[desk.declaration("d1")],
            withdrawn=[{"declaration_id": "d2", "revision": 2}],
        )
        assert only(desk.take(store, ("2", withdrawing))).vanished == 0
        other_computer = desk.sealed(number=3, declarations=[desk.declaration("d3", code="C")])
        assert only(desk.take(store, ("3", other_computer))).vanished == 1
        assert only(desk.take(store, ("4", desk.sealed(number=4, declarations=both)))).vanished == 1


def test_declarations_that_vanish_within_one_run_are_said_too(desk):
    first = desk.sealed(number=1, declarations=[desk.declaration("d1"), desk.declaration("d2", code="B")])
    second = desk.sealed(number=2, declarations=[desk.declaration("d1")])
    with desk.store() as store:
        outcomes = desk.take(store, ("1", first), ("2", second)).files
        assert [each.vanished for each in outcomes] == [0, 1]


def test_an_older_return_that_arrives_late_is_refused_with_its_reason(desk):
    with desk.store() as store:
        desk.take(store, ("2", desk.sealed(number=2)))
        summary = desk.take(store, ("1", desk.sealed(number=1, declarations=[desk.declaration("old")])))
        assert refused_with(summary) == ("outdated", "INT104")
        assert summary.quarantined == 1
        assert situations(store) == [("cpas-arlon", "d1", "EL6.12")]


def test_two_different_returns_with_one_number_keep_the_first_and_say_so(desk):
    with desk.store() as store:
        desk.take(store, ("a", desk.sealed()))
        summary = desk.take(store, ("b", desk.sealed(declarations=[desk.declaration("d9")])))
        assert refused_with(summary) == ("refused", "INT105")
        assert situations(store) == [("cpas-arlon", "d1", "EL6.12")]


def test_withdrawing_everything_leaves_nothing_and_a_copy_of_the_old_return_does_not_bring_it_back(desk):
    first = desk.sealed()
    with desk.store() as store:
        desk.take(store, ("1", first))
        gone = desk.sealed(number=2, declarations=[], withdrawn=[{"declaration_id": "d1", "revision": 2}])
        desk.take(store, ("2", gone))
        assert situations(store) == []
        assert only(desk.take(store, ("1", first))).status == "unchanged"
        assert situations(store) == []
        desk.take(store, ("3", desk.sealed(number=3)))
        assert situations(store) == [("cpas-arlon", "d1", "EL6.12")]


def test_we_met_nobody_is_a_return(desk):
    with desk.store() as store:
        desk.take(store, ("0", desk.sealed(declarations=[], met_nobody=True)))
        assert store.rows("SELECT service, met_nobody, status FROM returns") == [
            ("cpas-arlon", True, "current")
        ]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ({"campaign": "namur-2021-xyz"}, "INT101"),
        ({"service": "cpas-nowhere"}, "INT102"),
        ({"token": "x" * 43}, "INT103"),
        ({"number": 0}, "INT108"),
        ({"met_nobody": "perhaps"}, "INT108"),
        ({"met_nobody": True}, "INT108"),
        ({"declarations": []}, "INT108"),
    ],
)
def test_a_return_that_cannot_be_believed_is_refused(desk, head, code):
    with desk.store() as store:
        assert refused_with(desk.take(store, ("x", desk.sealed(**head)))) == ("refused", code)
        assert situations(store) == []
        assert store.rows("SELECT status, reason FROM returns") == [("refused", code)]


def test_a_refused_file_is_taken_once_the_officer_mended_what_stood_in_its_way(desk):
    sealed = desk.sealed(service="cpas-virton")
    missing = desk.services.pop("cpas-virton")
    with desk.store() as store:
        for _ in range(2):
            assert refused_with(desk.take(store, ("v", sealed))) == ("refused", "INT102")
        assert store.rows("SELECT count(*) FROM journal") == [(1,)]
        desk.services["cpas-virton"] = missing
        assert only(desk.take(store, ("v", sealed))).status == "current"
        assert situations(store) == [("cpas-virton", "d1", "EL6.12")]


def test_wrong_records_are_set_aside_one_by_one_and_the_others_are_kept(desk):
    records = [
        desk.declaration("good"),
        desk.declaration("unknown-code", situation="EL99"),
        desk.declaration("too-old", age_years=130),
        desk.declaration("closed", nom="Marker"),
        desk.declaration("no-identity") | {"identity": {"status": "coded"}},
        {key: value for key, value in desk.declaration("x").items() if key != "identity"},
        desk.declaration("rule", health=["none", "addiction"]),
        desk.declaration("child", has_children="yes", children=[{"link": "direct", "birth_year": 1999}]),
        desk.declaration("good"),
        "not even a record",
    ]
    with desk.store() as store:
        outcome = only(desk.take(store, ("mixed", desk.sealed(declarations=records))))
        assert (outcome.declarations, outcome.quarantined) == (1, 9)
        assert situations(store) == [("cpas-arlon", "good", "EL6.12")]
        assert [row[1:] for row in quarantine(store)] == [
            ("", "#10", "", "REC003"),
            ("child", "#8", "birth_year", "RUL.child_is_adult"),
            ("closed", "#4", "", "REC005"),
            ("good", "#9", "declaration_id", "REC008"),
            ("no-identity", "#5", "identity", "REC006"),
            ("rule", "#7", "health", "RUL.health_contradiction"),
            ("too-old", "#3", "age_years", "REC002"),
            ("unknown-code", "#2", "situation", "REC001"),
            ("x", "#6", "identity", "REC004"),
        ]
        assert store.rows("SELECT count(*) FROM children") == [(0,)]


def test_warnings_are_noted_without_setting_anything_aside(desk):
    record = desk.declaration(situation="EL4.8", leaving_when="later")
    with desk.store() as store:
        desk.take(store, ("w", desk.sealed(declarations=[record])))
        assert store.rows("SELECT declaration_id, reason FROM warnings") == [("d1", "RUL.leaving_later")]
        assert len(situations(store)) == 1


def test_tokens_are_kept_in_columns_of_their_own(desk):
    record = desk.declaration()
    record["identity"]["tokens"] = {"given_full": "B" * 22, "birth_year": "C" * 22}
    with desk.store() as store:
        desk.take(store, ("t", desk.sealed(declarations=[record, desk.declaration("d2", code="Z")])))
        found = store.rows("SELECT declaration_id, given_full, birth_year FROM tokens")
        assert found == [("d1", "B" * 22, "C" * 22)]


def test_a_return_in_clear_json_is_taken_too(desk):
    import json

    clear = json.dumps(desk.body()).encode()
    with desk.store() as store:
        assert only(desk.take(store, ("clear.json", clear))).status == "current"
        assert store.rows("SELECT kind FROM returns") == [("json",)]


def test_files_that_are_nothing_we_know_are_refused_and_the_next_ones_still_taken(desk):
    with desk.store() as store:
        summary = desk.take(store, ("empty", b""), ("pdf", b"%PDF-1.7 ..."), ("good", desk.sealed()))
        assert [each.status for each in summary.files] == ["refused", "refused", "current"]
        assert summary.by_status == {"current": 1, "refused": 2}


def test_an_error_in_the_middle_leaves_the_store_as_it_was(desk, monkeypatch):
    with desk.store() as store:
        desk.take(store, ("1", desk.sealed()))
        before = store.rows("SELECT * FROM returns")
        monkeypatch.setattr("denombrement.intake.take_in._note_returns", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.take(store, ("2", desk.sealed(number=2, declarations=[desk.declaration("d2")])))
        assert store.rows("SELECT * FROM returns") == before
        assert situations(store) == [("cpas-arlon", "d1", "EL6.12")]
    with open_store(desk.folder / "campaign.duckdb", desk.folder / "journal.jsonl") as store:
        assert len(store.verify_journal()) == 1


STATES = st.lists(
    st.tuples(st.sampled_from(["cpas-arlon", "cpas-virton"]), st.integers(1, 4)),
    min_size=1,
    max_size=6,
    unique=True,
)


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(states=STATES, seed=st.randoms(use_true_random=False))
def test_the_order_in_which_returns_arrive_never_matters(desk, states, seed):
    files = [
        (f"{service}-{number}", desk.sealed(service, number, [desk.declaration(f"{service}-v{number}")]))
        for service, number in states
    ]
    outcomes = []
    for order in (files, seed.sample(files, len(files))):
        for stale in desk.folder.glob("campaign.duckdb*"):
            stale.unlink()
        with desk.store() as store:
            desk.take(store, *order)
            outcomes.append(situations(store))
    newest = {service: max(n for s, n in states if s == service) for service, _ in states}
    assert outcomes[0] == outcomes[1] == sorted((s, f"{s}-v{n}", "EL6.12") for s, n in newest.items())


def test_many_returns_are_stored_in_batches(desk, monkeypatch):
    monkeypatch.setattr("denombrement.intake.take_in.BATCH_DECLARATIONS", 3)
    files = [
        (f"{service}-{number}", desk.sealed(service, number, [desk.declaration(f"d{k}") for k in range(2)]))
        for service, number in itertools.product(("cpas-arlon", "cpas-virton"), (1, 2, 3))
    ]
    with desk.store() as store:
        summary = desk.take(store, *files)
        assert len(summary.files) == 6
        assert len(situations(store)) == 4
        assert store.rows("SELECT count(*) FROM journal")[0][0] > 1


def test_a_return_replaced_within_one_run_is_said_to_be_superseded(desk):
    first, second = desk.sealed(number=1), desk.sealed(number=2, declarations=[desk.declaration("d2")])
    with desk.store() as store:
        summary = desk.take(store, ("1", first), ("2", second))
    assert [each.status for each in summary.files] == ["superseded", "current"]
    assert summary.declarations == 1


def test_a_store_made_anew_beside_its_journal_goes_on_with_it(desk):
    with desk.store() as store:
        desk.take(store, ("1", desk.sealed()))
    (desk.folder / "campaign.duckdb").unlink()
    with desk.store() as store:
        desk.take(store, ("1", desk.sealed(number=2)))
        assert [each.number for each in store.verify_journal()] == [1, 2]
