"""What deduplication promises, on small random campaigns through the real intake, linkage and review.

Persons are close to each other on purpose: one family, twins, a father and a son of one name. Declarations have faults.
"""

import json
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from denombrement.counts.campaign_count import count_campaign
from denombrement.dedup.campaign_links import declared_digest, keep_links, link_campaign, read_links
from denombrement.dedup.codes import Identity, Recipe, identity_tokens
from denombrement.dedup.review.answers import (
    DIFFERENT,
    SAME,
    keep_answers,
    kept_decisions,
    ordered_pair,
    standing_answers,
)
from denombrement.intake.store import open_store

SERVICES = ("cpas-arlon", "abri-arlon", "cpas-virton", "prison-marche")
PEOPLE = (
    ("Anne", "Dupont", 1960, 3, 5, "woman"),
    ("Marie", "Dupont", 1988, 9, 14, "woman"),
    ("Lucie", "Dupont", 1988, 9, 14, "woman"),
    ("Jean", "Leroy", 1955, 7, 21, "man"),
    ("Jean", "Leroy", 1984, 2, 9, "man"),
    ("Fatima", "El Amrani", 1993, 11, 30, "woman"),
    ("Piet", "De Smet", 1971, 6, 17, "man"),
    ("Ahmad", "Karimi", 1999, None, None, "man"),
)
GIVEN = (
    "Anna",
    "Bruno",
    "Chloé",
    "David",
    "Emma",
    "Farid",
    "Gaëlle",
    "Hugo",
    "Inès",
    "Jules",
    "Karim",
    "Léa",
)
FAMILY = (
    "Adam", "Bodson", "Collard", "Dubois", "Evrard", "Fontaine", "Gillet", "Hubert", "Istace", "Jacob", "Klein",
    "Lambert", "Maréchal", "Noël", "Olivier", "Pierret", "Quirin", "Rossion", "Simon", "Thiry",
)  # fmt: skip
RECIPE = Recipe.load("denombrement-1")
FAULTS = ("none", "none", "none", "typo", "no_day", "swapped", "refused")
SLOW = settings(
    derandomize=True,
    deadline=None,
    max_examples=6,
    # A failing campaign is small enough to be read as it is.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
ONE = st.tuples(
    st.sampled_from(range(len(PEOPLE))),
    st.sets(st.sampled_from(SERVICES), min_size=1, max_size=3),
    st.sampled_from(FAULTS),
)
CAMPAIGNS = st.lists(ONE, min_size=3, max_size=7, unique_by=lambda each: each[0])


@dataclass
class Room:
    """A campaign made anew for each example."""

    desk: object
    folder: object
    number: int = 0

    def store(self):
        self.number += 1
        return open_store(
            self.folder / f"{self.number}.duckdb", self.folder / f"{self.number}.jsonl", create=True
        )

    def stranger(self, number):
        """Somebody whom nobody else could be: without others, a file of five knows no name to be rare."""
        given, family = GIVEN[number * 7 % 12], FAMILY[number * 11 % 20]
        born = (1950 + number * 17 % 55, 1 + number * 5 % 12, 2 + number * 13 % 27)
        return self.keyed(Identity(given, family, *born, "man"))

    def keyed(self, identity):
        made = identity_tokens(identity, self.desk.keys.secret(), self.desk.campaign.id, RECIPE)
        content = {"status": "coded", "recipe": made.recipe, "tokens": dict(made.tokens)}
        return content if made.code is None else {**content, "code": made.code}

    def identity(self, person, fault="none"):
        given, family, year, month, day, sex = PEOPLE[person]
        if fault == "refused":
            return {"status": "refused"}
        if fault == "typo":
            family = family[:-1] + "k"
        elif fault == "swapped":
            given, family = family, given
        elif fault == "no_day":
            day = None
        return self.keyed(Identity(given, family, year, month, day, sex))

    def declaration(self, identifier, person, fault="none"):
        known = self.desk.declaration(identifier, sex=PEOPLE[person][5])
        return {**known, "identity": self.identity(person, fault)}

    def files(self, campaign, strangers=0):
        """One return a service: its declarations, the first telling of each person with the fault, others without."""
        by_service = {}
        for number in range(strangers):
            service = SERVICES[number % len(SERVICES)]
            stranger = {**self.desk.declaration(f"s{number}"), "identity": self.stranger(number)}
            by_service.setdefault(service, []).append(stranger)
        for person, services, fault in campaign:
            for rank, service in enumerate(sorted(services)):
                said = fault if rank == 0 else "none"
                by_service.setdefault(service, []).append(self.declaration(f"p{person}", person, said))
        return {service: self.file(service, rows) for service, rows in by_service.items()}

    def file(self, service, declarations, number=1):
        body = self.desk.body(service, number, declarations)
        return f"{service}-{number}", json.dumps(body).encode()


@pytest.fixture
def room(desk):
    return Room(desk, desk.folder)


def dedup(store):
    result = link_campaign(store, kept_decisions(store))
    keep_links(store, result)
    members = read_links(store).members
    return dict(
        zip(members["service"] + "/" + members["declaration_id"], members["person"], strict=True)
    ), result


@SLOW
@given(CAMPAIGNS, st.randoms(use_true_random=False))
def test_any_order_of_returns_and_of_declarations_gives_the_same_persons(room, campaign, chance):
    found = []
    for shuffled in (False, True):
        by_service = room.files(campaign)
        later = {
            service: room.file(service, json.loads(data)["declarations"], 2)
            for service, (_, data) in by_service.items()
        }
        files = [*by_service.values(), *later.values()]
        if shuffled:
            chance.shuffle(files)
            files = [(name, _mixed(data, chance)) for name, data in files]
        with room.store() as store:
            room.desk.take(store, *files)
            persons, result = dedup(store)
            count = count_campaign(store, room.desk.campaign, room.desk.services)
            draws = {
                record: result.draws.labels[:, place].tolist()
                for place, record in enumerate(result.draws.record_id)
            }
            found.append((persons, result.count, count.summary()["adults"], declared_digest(store), draws))
    assert found[0] == found[1]


def _mixed(data, chance):
    body = json.loads(data)
    chance.shuffle(body["declarations"])
    return json.dumps(body).encode()


@SLOW
@given(CAMPAIGNS, st.data())
def test_a_copy_of_a_declaration_never_changes_the_count(room, campaign, data):
    """By the same service whatever the faults; by another where it tells of nobody who could be meant."""
    told = [each for each in campaign if each[2] != "refused"]
    assume(told)
    person, services, fault = data.draw(st.sampled_from(told))
    family = [each for each in campaign if PEOPLE[each[0]][1] == PEOPLE[person][1]]
    elsewhere = [service for service in SERVICES if service not in services]
    # Without a whole identity nobody knows who is meant; where a relative was declared, two are told apart.
    told_apart = fault != "none" or PEOPLE[person][4] is None or len(family) > 1
    target = data.draw(st.sampled_from([*sorted(services), *([] if told_apart else elsewhere)]))
    said = fault if target == min(services) else "none"
    counts = []
    for copies in ([], [room.declaration("copy", person, said)]):
        files = room.files(campaign, strangers=40)
        rows = json.loads(files[target][1])["declarations"]
        files[target] = room.file(target, [*rows, *copies])
        with room.store() as store:
            room.desk.take(store, *files.values())
            persons = len(set(dedup(store)[0].values()))
            count = count_campaign(store, room.desk.campaign, room.desk.services)
            counts.append((persons, count.adults))
    assert counts[0] == counts[1]


@SLOW
@given(CAMPAIGNS, st.data())
def test_no_merge_crosses_human_answers_and_they_outlive_a_late_return(room, campaign, data):
    with room.store() as store:
        room.desk.take(store, *room.files(campaign).values())
        records = sorted(dedup(store)[0])
        assume(len(records) >= 3)
        pairs = [ordered_pair(a, b) for place, a in enumerate(records) for b in records[place + 1 :]]
        said = data.draw(
            st.dictionaries(
                st.sampled_from(pairs), st.sampled_from([SAME, DIFFERENT]), min_size=1, max_size=6
            )
        )
        keep_answers(store, said, who="AB")
        _holds(dedup(store), said)
        before = {each.pair: each.verdict for each in standing_answers(store).in_force}
        late = data.draw(st.sampled_from(SERVICES))
        rows = room.files(campaign).get(late)
        kept = json.loads(rows[1])["declarations"] if rows else []
        arrived = room.declaration("late", data.draw(st.sampled_from(range(len(PEOPLE)))))
        room.desk.take(store, room.file(late, [*kept, arrived], number=3))
        assert read_links(store) is None
        _holds(dedup(store), said)
        assert {each.pair: each.verdict for each in standing_answers(store).in_force} == before == said


def _holds(found, said):
    persons, result = found
    place = {record: column for column, record in enumerate(result.draws.record_id)}
    torn = {record for group in result.contradictions for record in group}
    for (one, other), verdict in said.items():
        together = result.draws.labels[:, place[one]] == result.draws.labels[:, place[other]]
        if verdict == DIFFERENT:
            assert persons[one] != persons[other]
            assert not together.any()
        elif not {one, other} <= torn:
            assert persons[one] == persons[other]
            assert together.all()
