"""The library behind public/: figures, parts, labels, typography, open data."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from denombrement.cli.publishing import Intended
from denombrement.errors import DamagedInput, DenombrementError, ProtectionRefusal
from denombrement.protection.history import ReleaseHistory
from denombrement.protection.knowledge import Status
from denombrement.protection.plan import ALL, PlannedTable, PublicationPlan
from denombrement.protection.profiles import load_profile
from denombrement.protection.release import Release, protect
from denombrement.protection.tables import ProtectedTable
from denombrement.publication.public import coverage as facts
from denombrement.publication.public import labels, wall
from denombrement.publication.public.content import Picture, report
from denombrement.publication.public.figures import Figure, Figures
from denombrement.publication.public.maps import public_maps
from denombrement.publication.public.open_data import open_sheets
from denombrement.publication.public.pages import french_spaces
from denombrement.publication.public.parts import PARTS, Build, build_part
from denombrement.publication.public.planned import PlannedCounts, campaign_plan_text, with_retired
from denombrement.publication.public.printing import Printer
from denombrement.publication.public.report import LANGUAGES, report_page
from denombrement.publication.public.verdict_page import verdict_page
from denombrement.publication.tiles import load_tiles

NIGHT = date(2023, 10, 19)
SECRET = b"secret"
LEVELS = {
    "territory": ("total", "province", "arrondissement", "commune"),
    "category": ("total", "without_BE7", "category", "situation"),
}


def plan_of(*tables):
    return PublicationPlan("test", "a plan for tests", LEVELS, tables)


COARSE = plan_of(PlannedTable("category", "adults", {"category": "category"}))
ONE_MAP = plan_of(PlannedTable("children", "children", {"territory": "arrondissement"}), *COARSE.tables)
ONE_TOTAL = plan_of(PlannedTable("situation", "adults", {"category": "situation"}))


def page_of(figures, language="fr"):
    """The report's page alone: the other files say the same, as another test shows."""
    page = Printer(figures, language)
    drawn = public_maps(figures, load_tiles(NIGHT), language)
    return report_page(page, report(page, {stem: Picture(figure) for stem, figure in drawn.items()}))


def test_a_protected_table_cannot_be_made_by_hand(usual):
    table = usual.release.tables["communes"]
    with pytest.raises(ProtectionRefusal, match="PRO006"):
        ProtectedTable(
            "communes", "adults", table.hierarchies, table.rows, table.not_counted, table.verdict, object()
        )
    with pytest.raises(ProtectionRefusal, match="PRO006"):
        replace(table, rows=(((table.rows[0][0]), 1, Status.PUBLISHED), *table.rows[1:]))


def test_figures_take_protected_tables_of_a_passed_audit_alone(usual, counted):
    with pytest.raises(ProtectionRefusal, match="PUB051"):
        Figures(replace(usual.release, tables={"x": counted()[0]}), usual.coverage, "digest")
    failed = replace(usual.release.verdict, attackers=())
    with pytest.raises(ProtectionRefusal, match="PUB051"):
        Figures(replace(usual.release, verdict=failed), usual.coverage, "digest")


def test_what_a_manifest_says_of_the_audit_is_the_same_whoever_was_counted(usual, figures):
    """Sizes of the system come from places and questions: else how many cells there are would tell about persons."""
    one, other = usual.verdict(), figures(people=8).verdict()
    assert {name for name in one if one[name] != other[name]} == {"digest"}


def wanted(counted, known_coverage, **changed):
    """What a campaign would publish: one table, of which a service reported two persons."""
    (table, *_) = counted()
    some = table.leaves.head(2).assign(service="s", count=1)
    known = {"contributions": {table.name: some}, "shared": {table.name: some.assign(other="t")}}
    tables = changed.pop("tables", (table,))
    counts = PlannedCounts(tables, **{name: changed.pop(name, each) for name, each in known.items()})
    given = {"plan": ONE_TOTAL, "profile": load_profile(), "coverage": known_coverage(), **changed}
    return Intended(printed=("situation",), counts=counts, history=ReleaseHistory(), **given)


def test_a_verdict_is_about_all_that_it_was_made_of(counted, coverage):
    """Else a change of it would be published under the verdict of something else."""
    same, (table, *others) = wanted(counted, coverage).digest, counted()
    one = table.leaves.head(1).assign(service="s", count=1)
    other_silent = replace(table, not_counted=frozenset({"81003"}))
    assert wanted(counted, coverage).digest == same
    changes = [
        {"coverage": coverage(silent=("81003",))},
        {"coverage": replace(coverage(), merged_percent=13)},
        {"profile": load_profile("rounding-3")},
        {"plan": replace(ONE_TOTAL, coalitions=2)},
        {"tables": (others[0],)},
        {"tables": (other_silent,)},
        {"contributions": {table.name: one}},
        {"shared": {table.name: one.assign(other="t")}},
    ]
    digests = [wanted(counted, coverage, **change).digest for change in changes]
    assert len({same, *digests}) == len(changes) + 1


def test_content_from_elsewhere_cannot_become_a_part():
    with pytest.raises(ProtectionRefusal, match="PUB053"):
        Build("rapport", "c-1", "digest", {}, {"rapport/rapport.html": b"12 persons"}, object())


def test_every_part_is_the_same_each_time_it_is_built(figures):
    geometry, few = load_tiles(NIGHT), figures(ONE_MAP)
    for part in PARTS:
        assert dict(build_part(part, few, geometry).files) == dict(build_part(part, few, geometry).files)


def test_a_cell_prints_the_same_value_whatever_table_it_comes_from(usual):
    values = {}
    for table in usual.release.tables.values():
        for codes, value, _ in table.rows:
            named = zip(table.dimensions, codes, strict=True)
            key = table.measure, tuple(pair for pair in named if pair[1] != "total")
            assert values.setdefault(key, value) == value
    assert usual.cell("adults").value == values["adults", ()]


def test_a_cell_that_no_table_prints_is_protected(usual, figures):
    assert usual.cell("adults", sex="woman") == Figure(None, Status.PROTECTED)
    assert figures(COARSE).bounds("adults")[0].value is None


def test_sums_with_a_withheld_figure_are_withheld():
    hidden, five = Figure(None, Status.PROTECTED), Figure(5, Status.ROUNDED)
    assert (hidden + five).value is None
    assert five.minus(hidden).value is None
    assert (five + Figure(3, Status.PUBLISHED)) == Figure(8, Status.ROUNDED, parts=2)
    assert Figure(2, Status.ROUNDED).minus(five).value == 0


def test_maps_and_report_print_what_the_tables_print(usual, reports):
    files = build_part("cartes", usual, load_tiles(NIGHT)).files
    page = files["cartes/adultes.html"].decode()
    for code in ("81000", "85000"):
        assert f"{usual.in_territory('adults', code).value}" in page
    rate = Printer(usual, "fr").rate(usual.in_territory("adults", "81000"), "81000")
    assert rate in files["cartes/taux.html"].decode()
    assert rate in reports["rapport/rapport.html"].decode()


def test_a_commune_that_did_not_take_part_is_never_a_zero(usual):
    for code in usual.coverage.silent:
        assert usual.in_territory("adults", code).status is Status.NOT_COUNTED
    page = build_part("cartes", usual, load_tiles(NIGHT)).files["cartes/communes.html"].decode()
    assert "n’a pas participé" in page


def test_a_commune_that_no_longer_takes_part_prints_no_figure_though_a_table_keeps_one(usual, coverage):
    assert usual.in_territory("adults", "81001").value
    gone = replace(usual, coverage=coverage(silent=("81001", *usual.coverage.silent)))
    assert gone.in_territory("adults", "81001") == Figure(None, Status.NOT_COUNTED)


def test_maps_of_communes_need_communes_in_the_plan(figures):
    files = build_part("cartes", figures(COARSE), load_tiles(NIGHT)).files
    assert files == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_reports_speak_four_languages_without_gaps(reports, language):
    suffix = "" if language == "fr" else f"-{language}"
    for stem in ("rapport", "fiche"):
        page = reports[f"rapport/{stem}{suffix}.html"].decode()
        assert f'<html lang="{language}">' in page
        assert not re.search(r"\{\w+\}", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))


def test_every_text_exists_in_four_languages():
    for key in labels.text_keys():
        assert all(labels.text(key, language).strip() for language in LANGUAGES)
        braces = {tuple(sorted(set(re.findall(r"\{(\w+)", labels.text(key, each))))) for each in LANGUAGES}
        assert len(braces) == 1, key


def test_french_pages_keep_narrow_spaces_before_double_punctuation(reports):
    for name in ("rapport.html", "fiche.html"):
        text = re.sub(
            r"<style>.*?</style>|<[^>]*>", "\n", reports[f"rapport/{name}"].decode(), flags=re.DOTALL
        )
        assert not re.search(r"[ \u00a0][;:!?»%]|«[^\u202f]|\w[;!?»%]", unescape(text)), name
        assert "'" not in text


def test_a_page_is_self_contained_and_runs_no_script(reports):
    pages = {name: content.decode() for name, content in reports.items() if name.endswith(".html")}
    assert len(pages) == 8
    for name, page in pages.items():
        assert "default-src 'none'" in page, name
        assert "<script" not in page
        assert not re.search(r'(src|href)="(?!data:|#|rapport|fiche)', page)


def test_a_total_with_all_communes_says_so(figures):
    every = figures(COARSE, silent=())
    page = page_of(every)
    assert "Les 44 communes de la province ont participé" in page
    assert "absente n’est" not in page


def test_withheld_cells_are_said_to_be_protected(figures):
    hidden = figures(ONE_TOTAL, profile="suppression-3")
    assert hidden.base == 0
    assert "masquées" in page_of(hidden)
    statuses = {row["status"] for sheet in open_sheets(hidden) for row in sheet.rows}
    assert "protected" in statuses


def test_a_table_outside_the_known_ones_gets_a_title_of_its_own():
    assert labels.table_label("mine", ("sex",), "adults", "en") == "adults: Sex"
    assert labels.dimension_label("income.work", "fr")
    assert labels.dimension_label("cpas_contact", "fr")
    assert labels.code_label("territory", "81000-elsewhere", "en") == "Absent communes (Arlon)"
    with pytest.raises(DenombrementError):
        labels.code_label("territory", "99999", "fr")


def test_french_spaces_leave_other_text_alone():
    assert french_spaces("Qui ? « Nous » : 5 %") == "Qui\u202f? «\u202fNous\u202f»\u202f: 5\u202f%"
    assert french_spaces("a:b;c") == "a:b;c"


def test_a_plan_keeps_protecting_what_an_earlier_one_printed():
    earlier = (
        PlannedTable("category", "adults", {"category": "category"}),
        PlannedTable("situation", "adults", {"category": "category", "territory": "commune"}),
    )
    plan = with_retired(ONE_TOTAL, earlier)
    assert [table.name for table in plan.tables] == ["situation", "category", "situation_before"]
    assert with_retired(plan, plan.tables) == plan


def test_the_package_s_plan_prints_nothing_finer_by_commune_than_totals():
    plan = PublicationPlan.from_toml(campaign_plan_text())
    by_commune = [table for table in plan.tables if table.dimensions.get("territory") in {"commune", ALL}]
    assert [list(table.dimensions) for table in by_commune] == [["territory"]]


def test_the_verdict_page_says_what_each_kind_of_attacker_learns(counted):
    fine = PlannedTable("fine", "adults", {"territory": "commune", "category": "without_BE7"}, exact=True)
    exact = plan_of(fine)
    with pytest.raises(ProtectionRefusal) as refusal:
        protect(counted(), plan=exact, profile=load_profile(), secret=SECRET)
    page = verdict_page("Essai", refusal.value.verdict, exact, load_profile(), "digest")
    assert "en connaît l’effectif exact" in page
    assert "INTERNE" in page
    large = plan_of(PlannedTable("all", "adults", {"territory": "province"}))
    release = protect(counted(), plan=large, profile=load_profile(), secret=SECRET)
    page = verdict_page("Essai", release.verdict, large, load_profile(), "digest")
    assert "aucun attaquant" in page


def test_a_manifest_that_is_none_is_damage(tmp_path):
    (tmp_path / wall.MANIFEST).write_text('{"format": "other"}', encoding="utf-8")
    with pytest.raises(DamagedInput, match="PUB052"):
        wall.read_manifest(tmp_path)
    assert wall.read_manifest(tmp_path / "absent") is None


def test_a_release_signed_with_another_secret_gives_no_figures(usual):
    signed = usual.release.to_bytes(b"other")
    with pytest.raises(ProtectionRefusal, match="PRO007"):
        Figures.of(signed, SECRET, usual.coverage, ["communes"])
    assert Release.from_bytes(signed, b"other").verdict.passed


def test_a_page_without_bounds_or_children_still_tells_the_rest(figures):
    page = page_of(figures(COARSE))
    assert "protégé" in page
    assert "Les personnes sans chez-soi en province de Luxembourg" in page


def test_few_declarations_are_not_numbered(usual):
    few = replace(usual, coverage=replace(usual.coverage, declarations_about=0))
    page = page_of(few)
    assert "Moins de cent fiches" in page


def test_shares_of_few_records_are_withheld_and_of_some_are_coarse():
    share = facts._percent
    assert share(1, 99, 5) is None
    assert share(13, 120, 5) == 10
    assert share(13, 1200, 1) == 1
    assert facts._step(100) == 5
    assert facts._step(500) == 1


def test_a_share_below_half_a_step_is_said_to_be_less_than_the_step(usual):
    page = Printer(usual, "fr")
    assert page.sentence("quality_merged", 0, least=5).startswith("Moins de 5\u202f% des fiches")
    assert page.sentence("quality_merged", 10, least=5).startswith("10\u202f% des fiches")
