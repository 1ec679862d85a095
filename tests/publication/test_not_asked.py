"""Questions not asked: a row of their own, outside every percentage, protected together with what decides them."""

from dataclasses import replace
from datetime import date
from itertools import cycle

import pandas as pd
import pytest

from denombrement.counts import asked
from denombrement.counts.campaign_count import count_campaign
from denombrement.counts.dimensions import hierarchy
from denombrement.counts.table import CountTable
from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import load_profile
from denombrement.protection.release import protect
from denombrement.publication.public.figures import Figures
from denombrement.publication.public.open_data import open_sheets
from denombrement.publication.public.planned import impossible_questions, planned_counts
from denombrement.publication.public.printing import Printer
from denombrement.publication.public.profiles import missing_table, profile_tables
from denombrement.publication.public.report import LANGUAGES
from denombrement.survey.rules import parse

NIGHT = date(2023, 10, 19)
SECRET = b"secret"
LEVELS = {
    "territory": ("total", "province", "arrondissement", "commune"),
    "category": ("total", "without_BE7", "category", "situation"),
}
PROFILES = (
    PlannedTable("nationality", "adults", {"nationality": "all"}),
    PlannedTable("residence_status", "adults", {"residence_status": "all"}),
)
PLAN = PublicationPlan(
    "test",
    "a plan for tests",
    LEVELS,
    (PlannedTable("communes", "adults", {"territory": "commune"}), *PROFILES),
)
# Of twenty adults twelve are Belgians; the others' answers, and two who gave none.
ADULTS = (
    *[("belgian", "not_asked")] * 12,
    ("eu", "permanent"), ("eu", "permanent"), ("eu", "temporary"), ("non_eu", "none"), ("non_eu", "in_procedure"),
    ("non_eu", "permanent"), ("non_eu", "unknown"), ("unknown", "unknown"),
)  # fmt: skip
NAMES = ["territory", "nationality", "residence_status"]


@pytest.fixture(scope="module")
def residence(counted):
    """A count table by commune, nationality and residence status."""
    source = counted()[0]
    leaves = source.leaves.groupby("territory")["count"].sum()
    answers = cycle(ADULTS)
    rows = [(nis, *next(answers), 1) for nis, number in leaves.items() for _ in range(number)]
    cells = pd.DataFrame(rows, columns=[*NAMES, "count"]).groupby(NAMES, as_index=False).sum()
    trees = {"territory": source.hierarchies["territory"]}
    trees |= {name: hierarchy(name, NIGHT) for name in NAMES[1:]}
    return CountTable.from_leaves("residence", cells, trees, "adults", source.not_counted)


@pytest.fixture(scope="module")
def released(residence):
    tables = (residence,)
    impossible = impossible_questions(tables, NIGHT)
    return protect(tables, plan=PLAN, profile=load_profile(), secret=SECRET, impossible=impossible)


@pytest.fixture(scope="module")
def told(released, coverage):
    return Figures.of(released.to_bytes(SECRET), SECRET, coverage(), list(released.tables))


def published(release, name, code):
    return {codes: value for codes, value, _ in release.tables[name].rows}[(code,)]


def cell(told, code):
    return told.cell("adults", residence_status=code)


def test_the_auditor_passes_and_the_belgians_are_those_not_asked(told, released):
    """Every reader knows that both are the same persons: two different roundings would tell more than one."""
    assert released.verdict.passed
    assert cell(told, "not_asked").value == told.cell("adults", nationality="belgian").value > 0


def test_they_would_be_two_figures_if_the_auditor_did_not_know_that_they_are_the_same(residence):
    both = [(name, "belgian" if name == "nationality" else "not_asked") for name in NAMES[1:]]
    exact = {residence.cell(**{name: code}) for name, code in both}
    assert len(exact) == 1
    assert exact.pop() % 5, "else every rounding would keep it"
    apart = [
        CountTable.from_leaves(
            name,
            residence.leaves.groupby(["territory", name], as_index=False)["count"].sum(),
            {each: residence.hierarchies[each] for each in ("territory", name)},
            "adults",
            residence.not_counted,
        )
        for name, _ in both
    ]
    told_apart, told_together = (
        {
            len({published(release, name, code) for name, code in both})
            for release in (
                protect(
                    tables,
                    plan=PLAN,
                    profile=load_profile(),
                    secret=bytes([seed]),
                    impossible=impossible_questions(tables, NIGHT),
                )
                for seed in range(6)
            )
        }
        for tables in (apart, [residence])
    )
    assert told_apart == {1, 2}
    assert told_together == {1}


def test_answers_unknown_and_not_asked_add_up_to_all_adults(told):
    leaves = hierarchy("residence_status", NIGHT).leaves
    assert {"unknown", "not_asked"} <= set(leaves)
    assert sum(cell(told, code).value for code in leaves) == told.adults.value


def profile(told, language):
    page = Printer(told, language)
    nationality, residence = profile_tables(page)
    return page, nationality, residence


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Question non posée"),
        ("nl", "Vraag niet gesteld"),
        ("de", "Frage nicht gestellt"),
        ("en", "Question not asked"),
    ],
)
def test_the_report_has_a_row_for_it_in_each_language(told, language, said):
    page, nationality, residence = profile(told, language)
    assert [line.label for line in residence.lines[-2:]] == [page.say("col_unknown"), said]
    number = page.number(cell(told, "not_asked"))
    assert residence.lines[-1].cells == (number, page.say("no_percent"))
    assert said not in [line.label for line in nationality.lines], "everybody is asked for their nationality"
    assert said in page.say("who_note")
    assert said in page.say("who_note_few")


def test_percentages_are_of_those_who_were_asked_and_answered(told):
    page, _, residence = profile(told, "en")
    answered = sum(
        cell(told, code).value for code in ("belgian", "permanent", "temporary", "in_procedure", "none")
    )
    permanent = next(line for line in residence.lines if line.label.startswith("Permanent"))
    value = cell(told, "permanent").value
    assert permanent.cells == (page.whole(value), str(round(100 * value / answered)))
    assert f"of {page.whole(answered)} adults" in residence.caption


def test_unknown_answers_are_a_share_of_those_asked(told):
    page = Printer(told, "en")
    rows = {line.label: line.cells for line in missing_table(page).lines}
    concerned = told.adults.value - cell(told, "not_asked").value
    unknown = cell(told, "unknown").value
    share = str(round(100 * unknown / concerned))
    assert rows["Residence status"] == (page.whole(concerned), page.whole(unknown), share)
    assert rows["Nationality"][0] == page.number(told.adults)


def test_a_release_from_before_has_no_such_row(usual):
    (household,) = profile_tables(Printer(usual, "en"))
    assert [line.label for line in household.lines][-1] == "Unknown"


def test_the_open_data_name_it_in_four_languages(told):
    sheet = next(each for each in open_sheets(told) if each.name == "residence_status")
    row = next(each for each in sheet.rows if each["residence_status"] == "not_asked")
    assert [row[f"residence_status_{each}"] for each in LANGUAGES] == [
        Printer(told, each).say("code.not_asked") for each in LANGUAGES
    ]
    assert row["value"] == str(cell(told, "not_asked").value)


@pytest.fixture
def campaign_of(desk):
    """The count of a campaign from some declarations' answers."""

    def build(*said):
        records = [desk.declaration(str(n), chr(ord("A") + n), **each) for n, each in enumerate(said)]
        with desk.store() as store:
            desk.take(store, ("a", desk.sealed(declarations=records)))
            return count_campaign(store, desk.campaign, desk.services)

    return build


def counts_of(count, *planned):
    return planned_counts(count, PublicationPlan("test", "a plan for tests", LEVELS, planned))


def nobody_is_where_nobody_can_be(counts):
    return not any(
        table.leaves.loc[
            pd.concat([table.leaves[name] == code for name, code in codes.items()], axis=1).all(axis=1),
            "count",
        ].sum()
        for codes in counts.impossible
        for table in counts.tables
        if codes.keys() <= table.hierarchies.keys()
    )


def test_what_decides_is_counted_beside_the_question(campaign_of):
    count = campaign_of({"nationality": "belgian"}, {"nationality": "eu"}, {})
    counts = counts_of(count, *PROFILES)
    by_dimensions = {frozenset(table.dimensions): table for table in counts.tables}
    assert set(by_dimensions) == {frozenset(NAMES[:2]), frozenset(NAMES)}
    table = by_dimensions[frozenset(NAMES)]
    assert table.cell(nationality="belgian", residence_status="not_asked") == 1
    assert table.cell(residence_status="unknown") == 2
    assert {"nationality": "belgian", "residence_status": "permanent"} in counts.impossible
    assert {"nationality": "eu", "residence_status": "not_asked"} in counts.impossible
    assert nobody_is_where_nobody_can_be(counts)


def test_a_question_that_the_situation_decides_is_counted_by_category(campaign_of):
    count = campaign_of(
        {"situation": "BE7", "eviction_when": "within_one_month"},
        {"situation": "BE7"},
        {"situation": "EL1.1"},
    )
    counts = counts_of(count, PlannedTable("eviction", "adults", {"eviction_when": "all"}))
    (table,) = counts.tables
    assert set(table.dimensions) == {"territory", "category", "eviction_when"}
    assert [table.cell(eviction_when=code) for code in ("within_one_month", "unknown", "not_asked")] == [
        1,
        1,
        1,
    ]
    assert {"category": "EL1.1", "eviction_when": "unknown"} in counts.impossible
    assert nobody_is_where_nobody_can_be(counts)


def test_a_question_with_several_answers_may_have_a_condition_too(campaign_of, monkeypatch):
    rules = asked.load_rules()
    only_women = parse({"eq": [{"field": "sex"}, {"value": "woman"}]})
    conditioned = replace(rules, asked={**rules.asked, "income": only_women})
    monkeypatch.setattr(asked, "load_rules", lambda: conditioned)
    count = campaign_of({"sex": "man"}, {"sex": "woman", "income": ["work"]}, {"sex": "woman"})
    counts = counts_of(count, PlannedTable("income", "adults", {"income_answered": "all"}, each="income"))
    work = next(table for table in counts.tables if "income.work" in table.dimensions)
    found = [work.cell(income_answered=code) for code in ("answered", "unknown", "not_asked")]
    assert found == [1, 1, 1]
    assert {"income_answered": "not_asked", "income.work": "mentioned"} in counts.impossible
    assert {"sex": "man", "income_answered": "unknown"} in counts.impossible
    assert nobody_is_where_nobody_can_be(counts)
