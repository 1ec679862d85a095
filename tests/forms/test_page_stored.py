"""What was typed on the page is what intake has stored: every column of every table, nothing more."""

from __future__ import annotations

from datetime import date

import pytest

from denombrement.dedup.codes import Identity, Recipe, identity_tokens
from denombrement.intake.opening import read_sealed
from denombrement.intake.store import open_store
from denombrement.intake.tables import child_columns, declaration_columns
from denombrement.intake.take_in import Intake

pytestmark = pytest.mark.browser
TOKEN = "un-jeton-de-service-assez-long"
REST = ("Le ménage", "Revenus", "Votre service", "Vérifiez")


def taken_in(sent, count, folder):
    """Rows of each table as dictionaries, after intake took the page's file without a remark."""

    def read(name, data):
        believed = {
            "campaign": count.campaign.id,
            "services": {count.service.id},
            "token_of": lambda _: TOKEN,
        }
        return [read_sealed(name, data, private_keys=count.keys[:1], **believed)]

    with open_store(folder / "campaign.duckdb", folder / "journal.jsonl", create=True) as store:
        summary = Intake(store, count.campaign, read, keep=lambda *_: None).run([(sent.name, sent.data)])
        (outcome,) = summary.files
        assert (outcome.status, outcome.quarantined) == ("current", 0)
        tables = {}
        for table in ("declarations", "children", "tokens", "warnings"):
            names = [name for _, name, *_ in store.rows(f"PRAGMA table_info('{table}')")]
            tables[table] = [
                dict(zip(names, row, strict=True)) for row in store.rows(f"SELECT * FROM {table}")
            ]
    return tables


def expected(columns, **typed):
    """A row with what was typed, and nothing anywhere else."""
    return {**dict.fromkeys(columns), **typed}


def finish(worker, *titles):
    worker.goes_on(*titles)
    worker.finish()


def at_a_friends_with_two_children(worker):
    page = worker.page
    worker.press("Nouvelle fiche")
    worker.make_code(given="Jean-Pierre", family="van den Berghe", birth=("3", "4", "1987"), sex="man")
    worker.goes_on("Où la personne a dormi")
    worker.check("q-person_present", "with_person")
    worker.sleep("when-two_weeks", "where-with_others", "others-friends")
    worker.goes_on("La commune et le territoire")
    worker.check("q-situation_source", "person_said")
    page.select_option("#q-commune_night-in", "81001")
    page.select_option("#q-commune_origin-in", "outside")
    worker.check("q-territory_link", "last_home_here")
    worker.goes_on("La personne")
    worker.check("q-nationality", "non_eu")
    worker.check("q-birth_country", "eu")
    page.select_option("#q-residence_status-in", "in_procedure")
    worker.goes_on("Le ménage")
    page.select_option("#q-household-in", "couple_with_children")
    page.fill("#q-household_number-in", "7")
    worker.check("q-has_children", "yes")
    page.fill("#q-child0-birth_year-in", "2015")
    worker.check("q-child0-child_sex", "woman")
    worker.check("q-child0-link", "direct")
    worker.check("q-child0-other_parent", "housed")
    worker.press("Ajouter un enfant")
    worker.check("q-child1-child_sex", "man")
    worker.check("q-child1-link", "indirect")
    worker.goes_on("Revenus")
    for field, code in (
        ("income", "work"),
        ("income", "other"),
        ("health", "addiction"),
        ("reasons", "financial"),
    ):
        worker.check(f"q-{field}", code)
    worker.check("q-institutions", "prison")
    page.select_option("#q-duration-in", "over_five_years")
    worker.goes_on("Votre service")
    worker.check("q-service_relation", "followed")
    worker.check("q-cpas_contact", "no")
    page.select_option("#q-origin_of_demand-in", "justice")
    page.fill("#q-case_number-in", "412")
    finish(worker, "Vérifiez")
    return expected(
        declaration_columns(),
        identity_status="coded",
        person_present="with_person",
        situation="EL6.12",
        place_detail="friends",
        night_precision="within_two_weeks",
        situation_source="person_said",
        commune_night="81001",
        commune_origin="outside",
        territory_link="last_home_here",
        sex="man",
        age_years=39,
        nationality="non_eu",
        birth_country="eu",
        residence_status="in_procedure",
        household="couple_with_children",
        household_number=7,
        has_children="yes",
        children_count=2,
        income=["work", "other"],
        health=["addiction"],
        duration="over_five_years",
        institutions=["prison"],
        reasons=["financial"],
        service_relation="followed",
        cpas_contact="no",
        origin_of_demand="justice",
        case_number=412,
    )


def in_hospital_until_soon(worker):
    worker.describe_without_code()
    worker.sleep("when-exact", "where-care", "care_home-no", "care_leaving-yes")
    for part, text in (("day", "5"), ("month", "11"), ("year", "2026")):
        worker.page.fill(f"#q-leaving_date-{part}", text)
    worker.check("q-stay_prolonged", "yes")
    worker.say_place(commune="83034", link="uses_services_here")
    worker.goes_on("La personne")
    worker.page.select_option("#q-age_class-in", "from_50_to_59")
    finish(worker, *REST)
    return expected(
        declaration_columns(),
        identity_status="not_known",
        situation="EL4.7",
        night_precision="exact_night",
        commune_night="83034",
        territory_link="uses_services_here",
        leaving_when="within_one_month",
        leaving_date=date(2026, 11, 5),
        housing_on_leaving="no",
        stay_prolonged="yes",
        sex="woman",
        age_class="from_50_to_59",
        children_count=0,
    )


def about_to_be_evicted_after_another_choice(worker):
    worker.describe_without_code(sex="x")
    worker.sleep("when-exact", "where-own_home", "own_home-poor")
    worker.page.locator("summary", has_text="pas la bonne").click()
    worker.page.select_option("#q-overruled-in", "BE7")
    worker.page.select_option("#q-overrule_reason-in", "agreed_locally")
    worker.check("q-eviction_when", "within_one_month")
    for part, text in (("day", "1"), ("month", "11"), ("year", "2026")):
        worker.page.fill(f"#q-eviction_date-{part}", text)
    worker.say_place()
    worker.goes_on("La personne")
    worker.page.fill("#q-age_years-in", "61")
    finish(worker, *REST)
    return expected(
        declaration_columns(),
        identity_status="not_known",
        situation="BE7",
        commune_night="dont_know",
        territory_link="lives_here",
        eviction_when="within_one_month",
        eviction_date=date(2026, 11, 1),
        overrule_reason="agreed_locally",
        sex="x",
        age_years=61,
        children_count=0,
    )


def who_refuses(worker):
    worker.describe_without_code("refused")
    worker.sleep("when-exact", "where-shelter", "shelter-refuge")
    worker.say_place(commune="81001")
    finish(worker, "Vérifiez")
    return expected(
        declaration_columns(),
        identity_status="refused",
        situation="EL3.6",
        night_precision="exact_night",
        commune_night="81001",
        sex="dont_know",
        age_class="dont_know",
        children_count=0,
    )


def test_every_field_stored_is_the_one_typed_and_no_other_is_filled(worker, count, tmp_path):
    worker.start()
    people = (
        at_a_friends_with_two_children,
        in_hospital_until_soon,
        about_to_be_evicted_after_another_choice,
        who_refuses,
    )
    typed = {row["situation"]: row for row in (describe(worker) for describe in people)}
    tables = taken_in(worker.hand_over(), count, tmp_path)
    code = identity_tokens(
        Identity("Jean-Pierre", "van den Berghe", 1987, 4, 3, "man"),
        bytes(range(32)),
        count.campaign.id,
        Recipe.load(count.campaign.recipe),
    )
    typed["EL6.12"] |= {"recipe": count.campaign.recipe, "code": code.code}
    keys = {row["situation"]: row["declaration_id"] for row in tables["declarations"]}
    assert len(set(keys.values())) == len(people)
    stored = {row["situation"]: row for row in tables["declarations"]}
    for situation, row in typed.items():
        key = {"service": count.service.id, "declaration_id": keys[situation], "revision": 1}
        assert stored[situation] == {**row, **key}, situation
    own = {"service": count.service.id, "declaration_id": keys["EL6.12"]}
    girl = {"rank": 0, "birth_year": 2015, "child_sex": "woman", "link": "direct", "other_parent": "housed"}
    boy = {"rank": 1, "child_sex": "man", "link": "indirect"}
    children = [expected(child_columns(), **own, **child) for child in (girl, boy)]
    assert sorted(tables["children"], key=lambda row: row["rank"]) == children
    tokens = {row["declaration_id"]: row for row in tables["tokens"]}
    given = {name: value for name, value in tokens[keys["EL6.12"]].items() if value is not None}
    assert given == {**own, **code.tokens}
    for situation in set(keys) - {"EL6.12"}:
        row = tokens.get(keys[situation], {})
        assert {name for name, value in row.items() if value is not None} <= {"service", "declaration_id"}
    assert tables["warnings"] == []
