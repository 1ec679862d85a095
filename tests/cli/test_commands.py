"""The command line: what officers type, what they read, what machines get, which exit code."""

import functools
import json
import re
import stat
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from denombrement.cli.demo import reasons_text
from denombrement.cli.group import COMMANDS
from denombrement.cli.language import choose_language, say
from denombrement.cli.simulate import MAILBOX
from denombrement.intake.model import reason_text
from denombrement.synthetic.truth import REASONS

ROOT = Path(__file__).parents[2]
LIST = "service;situation;sexe;âge;commune\nexemple-cpas;EL1.1;Homme;40;Arlon\n"


def simulated(said, campaign, persons=60, seed=7):
    return said("simulate", campaign, "--persons", persons, "--seed", seed, "--json")


def test_new_makes_a_whole_folder_with_tight_permissions(campaign):
    names = {path.name for path in campaign.iterdir()}
    assert names >= {
        "campaign.toml",
        "services.csv",
        "keys",
        "inbox",
        "internal",
        "public",
        "campaign.duckdb",
    }
    assert stat.S_IMODE((campaign / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE(campaign.stat().st_mode) == 0o700
    assert "journal.jsonl" in names


def test_new_never_overwrites_and_says_how_to_go_on(said, campaign):
    result = said("--lang", "fr", "new", campaign, "--night", "2023-10-19")
    assert result.code == 2
    assert "CAM010" in result.err
    assert "Que faire" in result.err


@pytest.mark.parametrize(("arguments", "code"), [
    (["new", "x", "--night", "hier"], "CAM014"),
    (["status", "nowhere"], "CAM001"),
    (["count", "nowhere", "--json"], "CAM001"),
])  # fmt: skip
def test_mistakes_of_use_exit_with_two(said, tmp_path, monkeypatch, arguments, code):
    monkeypatch.chdir(tmp_path)
    result = said(*arguments)
    assert result.code == 2
    assert code in result.err
    if "--json" in arguments:
        assert result.json["error"]["code"] == code


def test_a_passphrase_can_be_typed(said, campaign, monkeypatch):
    monkeypatch.delenv("DENOMBREMENT_PASSPHRASE_FILE")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", lambda *_, **__: "quatre mots sans rapport")
    assert said("intake", campaign).code == 0


def test_an_unknown_option_is_a_mistake_of_use(said):
    assert said("count", "--colour").code == 2
    assert said("dance").code == 2


def test_without_a_passphrase_nothing_is_guessed(said, campaign, monkeypatch):
    monkeypatch.delenv("DENOMBREMENT_PASSPHRASE_FILE")
    assert "CAM011" in said("intake", campaign).err
    assert "CAM011" in said("intake", campaign, "--passphrase-file", campaign / "none.txt").err


def test_the_whole_path_on_an_invented_province(said, campaign):
    facts = simulated(said, campaign).json
    assert facts["returns"] > 60
    taken = said("intake", campaign, campaign / MAILBOX, "--json")
    assert taken.code == (3 if taken.json["quarantined"] else 0)
    assert taken.json["by_status"]["current"] >= facts["services"] // 2
    again = said("intake", campaign, campaign / MAILBOX, "--json").json
    assert set(again["by_status"]) <= {"unchanged"}
    from_inbox = said("intake", campaign, "--json").json
    assert set(from_inbox["by_status"]) <= {"unchanged"}
    status = said("status", campaign, "--json").json
    assert (status["communes_total"], status["communes_participating"]) == (44, 34)
    counted = said("count", campaign, "--json").json
    assert counted["adults_low"] <= counted["adults"] <= counted["adults_high"]
    assert counted["children_low"] <= counted["children"] <= counted["children_high"]
    assert sum(row["adults"] for row in counted["by_category"].values()) == counted["adults"]
    assert sum(row["children"] for row in counted["by_category"].values()) == counted["children"]
    assert all((campaign.parent / path).exists() for path in counted["outputs"])
    assert said("journal", campaign, "--verify", "--json").json["intact"] is True
    report = (campaign / "internal" / "rapport.html").read_text(encoding="utf-8")
    assert "ne pas diffuser" in report
    assert "34 communes sur 44" in report


def test_counting_twice_gives_the_same_tables_to_the_byte(said, campaign):
    simulated(said, campaign)
    said("intake", campaign, campaign / MAILBOX)
    said("count", campaign)
    first = {path: path.read_bytes() for path in (campaign / "internal" / "tableaux").iterdir()}
    said("count", campaign)
    assert {path: path.read_bytes() for path in first} == first
    assert len(first) == 5


def test_sentences_are_french_or_english(said, campaign):
    simulated(said, campaign, persons=20)
    said("intake", campaign, campaign / MAILBOX, "--lang", "fr")
    assert "communes sur 44 ont participé" in said("status", campaign, "--lang", "fr").out
    assert "of 44 communes took part" in said("status", campaign, "--lang", "en").out
    french = said("count", campaign, "--lang", "fr").out
    assert "Adultes" in french
    assert "Dans l’espace public" in french
    assert "intact" in said("journal", campaign, "--lang=fr").out


def test_a_list_with_a_wrong_row_comes_back_as_a_correction_sheet(said, campaign, tmp_path):
    from python_calamine import CalamineWorkbook

    file = tmp_path / "liste.csv"
    file.write_text(LIST + "exemple-cpas;Marker-sous-un-pont;Homme;40;Arlon\n", encoding="utf-8")
    result = said("intake", campaign, file)
    assert result.code == 3
    sheet = campaign / "internal" / "corrections" / "exemple-cpas.xlsx"
    book = CalamineWorkbook.from_path(str(sheet))
    assert book.sheet_names == ["FR", "NL", "DE", "EN"]
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python()
        assert rows[1][0] == "l. 3"
        assert rows[1][4] == "REC001"
        assert "Marker" not in str(rows)
    file.write_text(LIST, encoding="utf-8")
    assert said("intake", campaign, file, "--replace").code == 0
    assert not sheet.exists()


def test_intake_and_status_say_which_service_has_what_to_correct_and_where_to_read_it(
    said, campaign, tmp_path
):
    file = tmp_path / "liste.csv"
    wrong = "exemple-cpas;Marker-sous-un-pont;Homme;40;Arlon\n"
    file.write_text(LIST + wrong + wrong, encoding="utf-8")
    sheet = campaign / "internal" / "corrections" / "exemple-cpas.xlsx"
    lines = [
        say("set_aside"),
        say("set_aside_service", service="exemple-cpas", number=2, where=say("set_aside_file", file=sheet)),
        say("set_aside_reason", number=2, code="REC001", text=reason_text("REC001", "en")),
    ]
    for command in (["intake", campaign, file], ["status", campaign]):
        told = said(*command, "--lang", "en").out
        assert told.splitlines()[-3:] == lines
        assert "Marker" not in told
        found = said(*command, "--json").json["set_aside"]
        assert found == {"exemple-cpas": {"number": 2, "reasons": {"REC001": 2}, "file": str(sheet)}}
    assert "La réponse ne figure pas dans la liste." in said("status", campaign, "--lang", "fr").out
    sheet.unlink()
    assert say("set_aside_no_file") in said("status", campaign, "--lang", "fr").out
    assert said("status", campaign, "--json").json["set_aside"]["exemple-cpas"]["file"] is None
    file.write_text(LIST, encoding="utf-8")
    said("intake", campaign, file, "--replace")
    assert said("status", campaign, "--json").json["set_aside"] == {}


def test_the_columns_of_status_hold_whatever_the_length_of_identifiers(said, campaign):
    services = campaign / "services.csv"
    text = services.read_text(encoding="utf-8-sig")
    long = "maison-d-accueil-de-la-semois"
    services.write_text(text + text.splitlines()[1].replace("exemple-cpas", long) + "\n", encoding="utf-8")
    name = text.splitlines()[1].split(";")[1]
    told = [line for line in said("status", campaign, "--lang", "fr").out.splitlines() if name in line]
    assert len(told) > 1
    assert any(long in line for line in told)
    assert len({line.index(name) for line in told}) == 1


def test_files_are_kept_untouched_under_their_digest(said, campaign, tmp_path):
    import hashlib

    file = tmp_path / "liste.csv"
    file.write_text(LIST, encoding="utf-8")
    said("intake", campaign, file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert (campaign / "inbox" / f"{digest}.csv").read_bytes() == file.read_bytes()


def test_what_a_crash_left_half_written_hides_no_file(said, campaign, tmp_path):
    import hashlib

    file = tmp_path / "liste.csv"
    file.write_text(LIST, encoding="utf-8")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (campaign / "inbox" / f"{digest}.part").write_bytes(b"half")
    assert said("intake", campaign, file).code == 0
    assert (campaign / "inbox" / f"{digest}.csv").read_bytes() == file.read_bytes()
    assert said("intake", campaign).code == 0


def test_a_damaged_store_is_made_anew_from_the_inbox(said, campaign, tmp_path):
    file = tmp_path / "liste.csv"
    file.write_text(LIST, encoding="utf-8")
    said("intake", campaign, file)
    (campaign / "campaign.duckdb").unlink()
    assert said("intake", campaign, "--json").json["declarations"] == 1
    assert said("journal", campaign, "--verify").code == 0


def test_a_file_with_names_is_not_kept(said, campaign, tmp_path):
    file = tmp_path / "noms.csv"
    file.write_text("service;situation;sexe;nom\nexemple-cpas;EL1.1;Homme;Marker\n", encoding="utf-8")
    result = said("intake", campaign, file, "--service", "exemple-cpas")
    assert "INT109" in result.out
    assert list((campaign / "inbox").iterdir()) == []


def test_an_unknown_service_is_refused_before_anything_is_read(said, campaign):
    assert "INT102" in said("intake", campaign, "--service", "nowhere").err


def test_schema_writes_its_files_and_notices_drift(said, tmp_path):
    result = said("schema", "--out", tmp_path, "--json")
    assert result.code == 0
    assert "specimen.html" in str(result.json["outputs"])
    assert said("schema", "--out", tmp_path, "--check").code == 0
    (tmp_path / "schemas" / "codebook.md").write_text("x", encoding="utf-8")
    result = said("schema", "--out", tmp_path, "--check")
    assert result.code == 2
    assert "codebook.md" in result.err


def test_the_specimen_page_is_the_page_of_today():
    """Its definition is packed by a library whose output may differ: both are unpacked."""
    from denombrement.cli.specimens import PAGE_SPECIMEN, page_specimen

    committed = (ROOT / "forms" / PAGE_SPECIMEN).read_text(encoding="utf-8")
    packed = re.compile(r'(id="definition">)([^<]*)(</script>)')
    fresh = page_specimen()
    assert packed.sub(r"\1\3", committed) == packed.sub(r"\1\3", fresh)
    assert unpacked(packed.search(committed)[2]) == unpacked(packed.search(fresh)[2])


def unpacked(text):
    """The number of bytes that fill the last group, then eleven signs, "<" left out, for nine bytes."""
    signs = [ord(sign) - (33 if sign > "<" else 32) for sign in text[1:]]
    groups = [
        functools.reduce(lambda sum_, sign: sum_ * 94 + sign, signs[at : at + 11], 0)
        for at in range(0, len(signs), 11)
    ]
    data = b"".join(group.to_bytes(9) for group in groups)
    return zlib.decompress(data[: len(data) - int(text[0])])


def test_a_defect_says_where_and_nothing_of_what(said, campaign, monkeypatch):
    def broken(*_):
        raise ValueError("Marker Dupont 14/03/1987")

    monkeypatch.setattr("denombrement.cli.status.participation", broken)
    result = said("status", campaign)
    assert result.code == 1
    assert "Marker" not in result.err + result.out
    assert "ValueError" in result.err


def test_leaving_in_the_middle_is_no_defect(said, campaign, monkeypatch):
    def leave(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("denombrement.cli.status.participation", leave)
    assert said("status", campaign).code == 130


def test_every_command_has_help_in_both_languages(said):
    for language in ("fr", "en"):
        listing = said("--lang", language, "--help")
        assert listing.code == 0
        for name in COMMANDS:
            assert name in listing.out
            assert said("--lang", language, name, "--help").code == 0


def test_the_language_comes_from_the_option_then_from_the_locale():
    assert choose_language(["--lang", "fr"], {"LANG": "en_GB"}) == "fr"
    assert choose_language(["count", "--lang=en"], {"LANG": "fr_BE"}) == "en"
    assert choose_language([], {"LC_ALL": "", "LANG": "fr_BE.UTF-8"}) == "fr"
    assert choose_language(["--lang"], {}) == "en"
    assert say("adults") == "adults"


def test_help_imports_none_of_the_heavy_libraries():
    script = (
        "import sys; sys.argv = ['denombrement', '--help']\n"
        "from denombrement.cli.main import run\n"
        "run(['--help'])\n"
        "heavy = {'duckdb', 'pandas', 'numpy', 'pyarrow', 'pydantic', 'matplotlib', 'joserfc', 'jinja2'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))\n"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.strip().endswith("HEAVY []")


def test_demo_ends_with_one_object_that_holds_the_count_beside_the_truth(said, tmp_path):
    result = said("demo", "--out", tmp_path / "demo", "--persons", 80, "--seed", 3, "--json")
    assert result.code == 0
    found = result.json
    for key in ("adults", "adults_low", "adults_high", "children", "children_low", "children_high", "by_category",
                "communes_participating", "communes_total", "declarations", "quarantined", "outputs"):  # fmt: skip
        assert key in found
    truth = found["truth"]
    assert truth["adults"] == 80
    assert found["communes_participating"] == truth["communes_participating"]
    assert found["method"] == "linkage"
    assert found["adults_low"] <= found["adults"] <= found["adults_high"]
    assert abs(found["adults"] - truth["adults"]) <= abs(truth["exact_code"]["adults"] - truth["adults"])
    assert json.loads((tmp_path / "demo" / "truth.json").read_text()) == truth


def test_causes_are_words_and_the_weightiest_comes_first():
    choose_language(["--lang=en"])
    found = {"day_missing": 1, "day_month_swapped": 0, "same_code_as_another": -9}
    assert reasons_text(found) == "two persons with the same code -9, day of birth missing +1"


def test_every_cause_of_a_difference_has_words():
    said_by_cause = {reason: reasons_text({reason: 1}) for reason in REASONS}
    assert len(set(said_by_cause.values())) == len(REASONS)
    assert not any("_" in words for words in said_by_cause.values())


def test_a_count_by_exact_code_equals_an_independent_recount_with_every_difference_explained(said, campaign):
    simulated(said, campaign, persons=150, seed=11)
    said("intake", campaign, campaign / MAILBOX)
    found = said("count", campaign, "--json").json
    truth = json.loads((campaign / "truth.json").read_text())
    assert found["method"] == "exact_code"
    assert found["adults"] == truth["exact_code"]["adults"]
    assert found["adults"] - truth["adults"] == sum(truth["differences"].values())


def test_links_of_other_declarations_are_not_used(said, campaign, tmp_path):
    simulated(said, campaign, persons=40)
    said("intake", campaign, campaign / MAILBOX)
    report = said("dedup", campaign, "--json")
    assert report.code in {0, 3}
    assert report.json["persons_low"] <= report.json["persons_high"] <= report.json["declarations"]
    assert said("count", campaign, "--json").json["method"] == "linkage"
    service = next(iter(said("status", campaign, "--json").json["services"]))
    late = tmp_path / "late.csv"
    late.write_text(LIST.replace("exemple-cpas", service), encoding="utf-8")
    said("intake", campaign, late, "--replace")
    assert said("count", campaign, "--json").json["method"] == "exact_code"


def test_boundaries_are_refused_where_they_are_none(said, campaign, tmp_path):
    file = tmp_path / "not.geojson"
    file.write_text("{}", encoding="utf-8")
    result = said("boundaries", "add", campaign, file, "--credit", "x")
    assert result.code in {2, 5}
    assert not (campaign / "boundaries.json").exists()


def test_forms_writes_one_page_a_service_for_its_eyes_alone(said, campaign):
    services = campaign / "services.csv"
    text = services.read_text(encoding="utf-8-sig")
    services.write_text(text + "abri;Abri;night_shelter;81001;refused;\n", encoding="utf-8-sig")
    result = said("forms", campaign, "--address", "bureau@exemple.be", "--json")
    assert result.code == 0
    assert result.json["pages"] == 1
    others = {path.name for path in (campaign / "forms").iterdir()}
    languages = ("fr", "nl", "de", "en")
    assert others >= {f"classeur-{each}.xlsx" for each in languages} | {
        f"papier-{each}.pdf" for each in languages
    }
    assert "xlsform.xlsx" in others
    site = campaign / "forms" / "page" / "exemple-cpas"
    assert {path.name for path in site.iterdir()} == {"index.html", "worker.js"}
    assert (campaign / "forms" / "script-sha256.txt").read_text().strip() in (site / "index.html").read_text(
        "utf-8"
    )
    page = campaign / "forms" / "exemple-cpas.html"
    assert page.stat().st_mode & 0o077 == 0
    html = page.read_text(encoding="utf-8")
    assert "bureau@exemple.be" in html
    assert len(html.encode()) <= 150_000


GEO = ROOT.parent / "shared" / "geo"


@pytest.mark.skipif(
    not GEO.is_dir(), reason="the boundary files beside the project are absent: ../shared/geo"
)
def test_real_boundaries_once_added_are_what_the_maps_are_drawn_on(said, campaign):
    simulated(said, campaign, persons=30)
    said("intake", campaign, campaign / MAILBOX)
    file = GEO / "communes_luxembourg_leger.geojson"
    added = said(
        "boundaries", "add", campaign, file, "--credit", "Statbel, secteurs statistiques 2011", "--json"
    )
    assert added.code == 0
    assert added.json["communes"] == 44
    said("count", campaign)
    drawing = (campaign / "internal" / "cartes" / "carte_taux.svg").read_text(encoding="utf-8")
    assert "EPSG:3812" in drawing
    assert "Statbel" in drawing


def test_a_code_written_on_paper_becomes_tokens_and_is_not_stored(said, campaign, tmp_path):
    import duckdb

    file = tmp_path / "liste.csv"
    line = "exemple-cpas;EL1.1;Homme;40;Arlon;JE-BER-14031987-M\n"
    file.write_text("service;situation;sexe;âge;commune;code\n" + line, encoding="utf-8")
    assert said("intake", campaign, file).code == 0
    with duckdb.connect(str(campaign / "campaign.duckdb"), read_only=True) as store:
        found = store.execute(
            "SELECT identity_status, length(code), opaque_code FROM declarations"
        ).fetchall()
    assert found == [("coded", 22, None)]
    (campaign / "keys" / "campaign.secret").unlink()
    assert said("intake", campaign, file, "--replace").code == 0


def test_submissions_encrypted_by_odk_need_their_key(said, campaign, tmp_path):
    file = tmp_path / "key.pem"
    file.write_text("not a key", encoding="utf-8")
    result = said("intake", campaign, tmp_path, "--odk-key", file)
    assert result.code == 2
    assert "INT201" in result.err
