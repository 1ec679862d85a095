"""From a counted campaign to public/: nothing leaves that the auditor has not passed, and nothing else gets in."""

import json
import re
import shutil
import stat
from dataclasses import replace

import pytest

from denombrement.cli import protect
from denombrement.cli.common import open_campaign
from denombrement.cli.publishing import intended, releases
from denombrement.protection.release import Release
from denombrement.publication.maps.wording import NARROW_SPACE
from denombrement.survey.questionnaire import option_label, options

TABLES = """
[[table]]
name = "category"
measure = "adults"
dimensions = { category = "category" }
[[table]]
name = "category_sex"
measure = "adults"
dimensions = { category = "category", sex = "all" }
[[table]]
name = "age_sex"
measure = "adults"
dimensions = { age_band = "all", sex = "all" }
[[table]]
name = "household"
measure = "adults"
dimensions = { household = "all" }
[[table]]
name = "arrondissement"
measure = "adults"
dimensions = { territory = "arrondissement" }
[[table]]
name = "children_category"
measure = "children"
dimensions = { category = "category" }
[[table]]
name = "health"
measure = "adults"
dimensions = { health_answered = "all" }
each = "health"
[[table]]
name = "adults_bounds"
measure = "adults_bounds"
dimensions = { bound = "all" }
"""

# Communes crossed with sex, printed exactly: anybody reads the small counts.
REFUSED_TABLE = """
[[table]]
name = "too_fine"
measure = "adults"
dimensions = { territory = "commune", sex = "all" }
exact = true
"""


@pytest.fixture(scope="module")
def published(make_campaign, use_plan, run_all, tmp_path_factory):
    """A campaign counted, protected and published once; tests that change it take a copy."""
    folder = make_campaign(tmp_path_factory.mktemp("published") / "luxembourg-2023", persons=150, seed=7)
    use_plan(folder, TABLES)
    run_all(*([command, folder] for command in ("protect", "map", "report", "export")))
    return folder


@pytest.fixture
def copied(published, tmp_path):
    return shutil.copytree(published, tmp_path / "copy")


def figures_of(folder):
    campaign = open_campaign(folder)
    with campaign.store() as store:
        secret = bytes.fromhex((folder / "keys" / "protection.key").read_text())
        return releases(store)[-1].figures(secret), intended(campaign, store)


def snapshot(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_everything_published_is_accounted_for(said, published):
    result = said("verify", published, "--json")
    assert result.code == 0
    assert result.json["intact"]
    assert result.json["current"]
    files = {path.relative_to(published / "public").as_posix() for path in snapshot(published / "public")}
    manifest = json.loads((published / "public" / "MANIFEST.json").read_text(encoding="utf-8"))
    assert files == {*manifest["files"], "MANIFEST.json"}
    assert {
        "cartes/taux.svg",
        "rapport/rapport.html",
        "rapport/fiche.html",
        "donnees/datapackage.json",
    } <= files


def test_every_file_can_be_rebuilt_from_what_the_campaign_keeps(said, published):
    assert said("verify", published, "--rebuild").code == 0


def test_running_again_changes_nothing(said, copied):
    before, journal = snapshot(copied / "public"), (copied / "journal.jsonl").read_bytes()
    for command in ("protect", "report", "export"):
        assert said(command, copied).code == 0
    assert snapshot(copied / "public") == before
    assert (copied / "journal.jsonl").read_bytes() == journal


def test_the_secret_of_protection_is_for_its_owner_alone(published):
    assert stat.S_IMODE((published / "keys" / "protection.key").stat().st_mode) == 0o600


def test_a_lost_secret_refuses_rather_than_draws_anew(said, copied):
    (copied / "keys" / "protection.key").unlink()
    result = said("protect", copied)
    assert result.code == 4
    assert "PUB056" in result.err


@pytest.mark.parametrize("command", ["map", "report", "export"])
def test_nothing_is_published_before_the_auditor_has_passed_it(said, campaign, command):
    result = said(command, campaign)
    assert result.code == 4
    assert "PUB051" in result.err
    assert list((campaign / "public").iterdir()) == []


def test_a_verdict_holds_for_its_own_plan_and_count_alone(said, copied, use_plan):
    use_plan(copied, TABLES.replace('name = "category"', 'name = "categories"'))
    before = snapshot(copied / "public")
    for command in ("map", "report", "export"):
        assert said(command, copied).code == 4
    assert snapshot(copied / "public") == before
    result = said("verify", copied, "--json")
    assert result.code == 0
    assert not result.json["current"]


def test_counts_changed_since_they_were_protected_and_wider_rounding_are_told(published):
    verdict = figures_of(published)[0].release.verdict
    page = published / "internal" / "verdict.html"
    plain = protect.outcome(replace(verdict, moved=0, slack=0), page)[1]
    told = protect.outcome(replace(verdict, moved=3, slack=1), page)[1]
    assert len(told) == len(plain) + 2
    assert any("published: 3." in line for line in told)
    assert any("by 9 at most, instead of 4." in line for line in told)


def test_a_refused_plan_leaves_public_untouched_and_says_why(said, copied, use_plan):
    use_plan(copied, TABLES + REFUSED_TABLE)
    before = snapshot(copied / "public")
    result = said("protect", copied)
    assert result.code == 4
    assert "PRO005" in result.err
    assert snapshot(copied / "public") == before
    page = (copied / "internal" / "verdict.html").read_text(encoding="utf-8")
    assert "Rien n’est publié" in page
    assert "Cases apprises" in page
    assert json.loads((copied / "journal.jsonl").read_text().splitlines()[-1])["act"] == "protect_refused"
    assert said("report", copied).code == 4


def altered(public):
    file = public / "rapport" / "rapport.html"
    file.write_bytes(file.read_bytes().replace(b"<h1>", b"<h1>1 "))
    return "altered"


def foreign(public):
    (public / "carte-interne.svg").write_text("<svg/>", encoding="utf-8")
    return "foreign"


def missing(public):
    (public / "donnees" / "datapackage.json").unlink()
    return "missing"


def forged(public):
    """A changed file together with a manifest that agrees with it."""
    import hashlib

    file, manifest = public / "donnees" / "category.csv", public / "MANIFEST.json"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["files"]["donnees/category.csv"]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(content), encoding="utf-8")
    return "journal"


def illegible(public):
    (public / "MANIFEST.json").write_text("{}", encoding="utf-8")
    return "manifest"


def without_manifest(public):
    (public / "MANIFEST.json").unlink()
    return "foreign"


def emptied(public):
    shutil.rmtree(public)
    public.mkdir()
    return "missing"


@pytest.mark.parametrize(
    "tamper",
    [altered, foreign, missing, forged, illegible, without_manifest, emptied],
    ids=lambda one: one.__name__,
)
def test_tampering_with_public_is_noticed(said, copied, tamper):
    kind = tamper(copied / "public")
    result = said("verify", copied)
    assert result.code == 5
    assert "PUB054" in result.err
    assert kind in result.err


def test_tampering_is_said_in_the_language_chosen(said, copied):
    missing(copied / "public")
    result = said("verify", copied, "--lang", "fr")
    assert "« donnees/datapackage.json » : manquant." in result.err
    assert result.err.splitlines()[-1].startswith("Que faire : ")


def test_publishing_over_a_foreign_file_is_refused(said, copied):
    foreign(copied / "public")
    assert said("export", copied).code == 5
    assert (copied / "public" / "carte-interne.svg").exists()


def test_an_emptied_folder_is_built_again(said, copied):
    emptied(copied / "public")
    assert said("report", copied).code == 0
    assert said("export", copied).code == 0
    assert said("verify", copied).code == 0


def test_an_older_state_of_public_is_noticed(said, copied, use_plan, tmp_path):
    older = shutil.copytree(copied / "public", tmp_path / "older")
    use_plan(copied, TABLES.replace('name = "category"', 'name = "categories"'))
    assert said("protect", copied).code == 0
    assert said("export", copied).code == 0
    assert not (copied / "public" / "rapport").exists(), "files of another release are dropped"
    assert said("verify", copied).code == 0
    shutil.rmtree(copied / "public")
    shutil.copytree(older, copied / "public")
    result = said("verify", copied)
    assert result.code == 5
    assert "older" in result.err


def test_a_release_that_was_tampered_with_in_the_store_is_noticed(said, copied):
    import duckdb

    with duckdb.connect(str(copied / "campaign.duckdb")) as connection:
        connection.execute("UPDATE releases SET release = '{}'::BLOB")
    assert said("verify", copied).code in (4, 5)
    assert said("report", copied).code == 4


def test_an_interrupted_exchange_is_mended(said, copied):
    (copied / "public").rename(copied / ".public.before")
    assert said("export", copied).code == 0
    assert said("verify", copied).code == 0


def test_every_figure_of_the_report_is_a_published_one(published):
    figures, _ = figures_of(published)
    allowed = {row[1] for table in figures.release.tables.values() for row in table.rows}
    adults, children = figures.adults.value, figures.children.value
    text = (published / "public" / "rapport" / "rapport.html").read_text(encoding="utf-8")
    headline = re.search(r'<ul class="headline">(.*?)</ul>', text, re.DOTALL).group(1)
    printed = [
        int(number.replace(NARROW_SPACE, "")) for number in re.findall(r"<b>([\d\u202f]+)</b>", headline)
    ]
    assert printed == [adults + children, adults, children]
    table = text[text.index("Personnes par catégorie") : text.index("</table>")]
    for code in ("EL1", "EL6", "BE7", "unknown"):
        assert figures.cell("adults", category=code).value in allowed
    first = re.findall(r"<tr><th scope=\"row\">[^<]*</th><td>([\d\u202f]+)</td>", table)
    wanted = [figures.cell("adults", category=f"EL{number}").value for number in range(1, 7)]
    assert [int(number.replace(NARROW_SPACE, "")) for number in first[:6]] == wanted


def test_answers_stand_in_the_order_of_the_questionnaire(published):
    text = (published / "public" / "rapport" / "rapport.html").read_text(encoding="utf-8")
    after = text[text.index("Santé (plusieurs réponses)") :]
    asked = [option_label("health", code, "fr") for code in options("health") if code != "dont_know"]
    places = [after.index(f">{each}<") for each in asked]
    assert places == sorted(places)


def test_no_exact_count_of_a_rounded_cell_stands_anywhere_in_public(published):
    """Every number of three digits or more, and every number in a cell of a table, is a multiple of the base."""
    figures, wanted = figures_of(published)
    exact = {int(table.leaves["count"].sum()) for table in wanted.counts.tables if table.measure == "adults"}
    (adults,) = exact
    assert adults % figures.base, "the test needs a total that rounding changes"
    for path, content in snapshot(published / "public").items():
        if path.suffix in {".html", ".svg", ".csv"}:
            text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", content.decode())
            assert not re.search(rf"(?<![\d.,#:]){adults}(?![\d.,])", text), path.name
    for path in set((published / "public" / "donnees").glob("*.csv")) - {
        published / "public/donnees/codes.csv"
    }:
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            value, status = line.rsplit(",", 2)[1:]
            known = {("not_counted", ""), ("true_zero", "0")}
            assert (status == "rounded" and int(value) % figures.base == 0) or (status, value) in known


def test_the_journal_and_the_manifest_hold_no_count_of_persons(published):
    figures, wanted = figures_of(published)
    adults = next(int(t.leaves["count"].sum()) for t in wanted.counts.tables if t.measure == "adults")
    lines = [json.loads(line) for line in (published / "journal.jsonl").read_text().splitlines()]
    for line in lines:
        if line["act"] in {"protect", "publish"}:
            assert adults not in line["facts"].values()
    manifest = json.loads((published / "public" / "MANIFEST.json").read_text(encoding="utf-8"))
    assert set(manifest["verdict"]["attackers"]) == {"outsider", "territory", "service"}
    assert "draws" not in manifest["verdict"]
    assert figures.audit == manifest["verdict"]["digest"]


def test_the_same_cell_keeps_its_value_under_another_plan(said, copied, use_plan):
    before, _ = figures_of(copied)
    assert said("map", copied, "--json").json["removed"] == []
    finer = TABLES.replace(
        'dimensions = { territory = "arrondissement" }', 'dimensions = { territory = "commune" }'
    )
    use_plan(copied, finer)
    assert said("protect", copied).code == 0
    after, _ = figures_of(copied)
    for code in ("81000", "82000", "83000", "84000", "85000"):
        assert after.in_territory("adults", code) == before.in_territory("adults", code)
    assert "arrondissement_before" not in after.release.tables
    assert after.prints("adults", "territory", "commune")
    # Files of two releases never stand side by side, and whoever loses some is told.
    told = said("export", copied, "--lang", "fr").out.splitlines()
    assert {each.name for each in (copied / "public").iterdir()} == {"donnees", "MANIFEST.json"}
    assert len(told) == 2
    assert "les cartes (relancez « map »), le rapport (relancez « report »)" in told[1]
    again = said("report", copied, "--json").json
    assert again["removed"] == []


def test_the_plan_can_be_written_once_and_is_never_overwritten(said, campaign):
    assert said("protect", campaign, "--write-plan").code == 0
    assert "[[table]]" in (campaign / "plan.toml").read_text(encoding="utf-8")
    result = said("protect", campaign, "--write-plan")
    assert result.code == 2
    assert "PUB057" in result.err


def test_a_plan_that_is_not_there_is_a_mistake_of_use(said, campaign):
    settings = campaign / "campaign.toml"
    content = settings.read_text(encoding="utf-8")
    settings.write_text(content.replace('plan = "default"', 'plan = "absent.toml"'), encoding="utf-8")
    result = said("protect", campaign)
    assert result.code == 2
    assert "PUB055" in result.err


def test_verify_says_when_nothing_is_published(said, campaign):
    result = said("--lang", "fr", "verify", campaign)
    assert result.code == 0
    assert "Rien" in result.out


def test_a_signed_release_opens_with_its_own_secret_alone(published):
    campaign = open_campaign(published)
    with campaign.store() as store:
        signed = releases(store)[-1].signed
    with pytest.raises(Exception, match="PRO007"):
        Release.from_bytes(signed, b"another")


def test_the_report_comes_as_page_pdf_and_document_in_the_languages_asked_for(said, copied):
    names = {path.name for path in (copied / "public" / "rapport").iterdir()}
    assert names == {"rapport.html", "rapport.pdf", "rapport.docx", "fiche.html", "fiche.pdf"}
    assert said("report", copied, "--language", "nl").code == 0
    written = {path.name for path in (copied / "public" / "rapport").iterdir()}
    assert written == names | {name.replace(".", "-nl.") for name in names}
    manifest = json.loads((copied / "public" / "MANIFEST.json").read_text(encoding="utf-8"))
    assert {f"rapport/{name}" for name in written} <= set(manifest["files"])
    assert said("verify", copied, "--rebuild").code == 0
    page = (copied / "public" / "rapport" / "rapport.html").read_text(encoding="utf-8")
    assert 'href="rapport-nl.html"' in page
    assert said("report", copied).code == 0
    assert {path.name for path in (copied / "public" / "rapport").iterdir()} == names
    (copied / "public" / "rapport" / "rapport.docx").write_bytes(b"edited")
    assert said("verify", copied).code == 5, "an edited document is the officer's, not public/'s"
