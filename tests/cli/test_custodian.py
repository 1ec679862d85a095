"""With a custodian the officer's computer never holds the secret, and everything from intake to purge works without it."""

import base64
import json
import shutil

import pytest

from denombrement.cli.purge import CERTIFICATE
from denombrement.cli.simulate import MAILBOX

KIT = "kit-gardien"


@pytest.fixture
def officer(said, tmp_path):
    folder = tmp_path / "officer" / "luxembourg"
    made = said("new", folder, "--night", "2023-10-19", "--name", "Essai", "--custodian", "Marie", "--json")
    assert (made.code, made.json["custodian"]) == (0, "Marie")
    return folder


@pytest.fixture
def custodian(said, officer, tmp_path):
    """The kit as the officer hands it over, on the custodian's computer, with its pages made."""
    assert said("forms", officer, "--medium", "page", "--json").json["pages"] == 0
    kit = tmp_path / "custodian"
    shutil.copytree(officer / KIT, kit)
    assert said("forms", kit, "--medium", "page", "--json").json["pages"] == 1
    return kit


def secret_of(kit):
    return base64.urlsafe_b64decode((kit / "keys" / "campaign.secret").read_bytes())


def holders(folder, secret):
    """Files that hold the secret in any of the ways in which a program would write it."""
    plain = base64.b64encode(secret)
    written = {secret, plain, plain.rstrip(b"="), secret.hex().encode()}
    written |= {base64.urlsafe_b64encode(secret), base64.urlsafe_b64encode(secret).rstrip(b"=")}
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in files if any(form in file.read_bytes() for form in written)]


def test_the_whole_of_a_count_leaves_no_secret_with_the_officer(said, officer, custodian):
    said("simulate", custodian, "--persons", 30, "--seed", 7)
    shutil.copy(custodian / "services.csv", officer / "services.csv")
    assert said("intake", officer, custodian / MAILBOX).code in {0, 3}
    assert said("dedup", officer, "--self-test", "--json").json["injected"] >= 1
    assert said("dedup", officer).code in {0, 3}
    assert said("count", officer, "--json").json["method"] == "linkage"
    pages = said("forms", officer, "--medium", "page", "--json").json
    assert pages["pages"] == 0
    secret = secret_of(custodian)
    assert holders(officer, secret) == []
    assert "campaign.secret" in holders(custodian, secret)
    assert any(name.endswith(".html") for name in holders(custodian, secret))


def test_the_officer_is_sent_to_the_custodian_for_what_needs_the_secret(said, officer):
    assert not (officer / "keys" / "campaign.secret").exists()
    assert "CAM015" in said("simulate", officer, "--persons", 10).err
    assert "Marie" in said("forms", officer, "--medium", "page", "--lang", "fr").out
    refused = said("forms", officer / KIT, "--medium", "page")
    assert "CAM016" in refused.err
    assert not (officer / KIT / "keys" / "campaign.secret").exists()


def test_the_kit_opens_no_return_and_a_new_list_of_services_keeps_its_secret(said, officer, custodian):
    assert not list((custodian / "keys").glob("*.private.pem"))
    before = secret_of(custodian)
    for file in (custodian / "keys").iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name
    services = officer / "services.csv"
    services.write_text(services.read_text(encoding="utf-8-sig") + "abri;Abri;night_shelter;81001;invited;\n")
    said("forms", officer, "--medium", "page")
    shutil.copytree(officer / KIT, custodian, dirs_exist_ok=True)
    assert said("forms", custodian, "--medium", "page", "--json").json["pages"] == 2
    assert secret_of(custodian) == before


def test_each_purges_what_is_in_hand_and_says_what_is_not(said, officer, custodian):
    said("simulate", custodian, "--persons", 12, "--seed", 7)
    shutil.copy(custodian / "services.csv", officer / "services.csv")
    said("intake", officer, custodian / MAILBOX)
    said("dedup", officer)
    assert "Marie" in said("purge", officer, "--yes", "--lang", "fr").out
    assert "Marie" in (officer / CERTIFICATE).read_text(encoding="utf-8")
    assert not (officer / KIT / "keys" / "tokens.key").exists()
    secret = secret_of(custodian)
    done = said("purge", custodian, "--yes", "--json").json
    assert any(line.endswith("keys/campaign.secret") for line in done["files"])
    assert holders(custodian, secret) == []
    kept = (custodian / CERTIFICATE).read_bytes()
    assert said("purge", custodian, "--yes").code == 0
    assert (custodian / CERTIFICATE).read_bytes() == kept


def test_making_forms_leaves_a_line_in_the_journal(said, campaign, officer):
    for folder, pages, kit in ((campaign, 1, False), (officer, 0, True)):
        said("forms", folder, "--medium", "page")
        line = json.loads((folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()[-1])
        assert (line["act"], line["facts"]) == ("forms", {"pages": pages, "kit": kit, "media": ["page"]})
    assert said("journal", campaign, "--verify").code == 0


def test_codes_written_by_hand_are_neither_read_nor_kept_without_the_secret(said, officer, tmp_path):
    written = tmp_path / "papier.csv"
    written.write_text(
        "declaration_id,code,situation,sex,age_years\n1,JE-BER-14031987-M,EL1.1,man,36\n", encoding="utf-8"
    )
    refused = said("intake", officer, written, "--service", "exemple-cpas", "--json").json
    assert refused["files"][0]["error"]["code"] == "INT113"
    assert refused["declarations"] == 0
    everything = b"".join(file.read_bytes() for file in officer.rglob("*") if file.is_file())
    assert b"14031987" not in everything
    opaque = tmp_path / "plateforme.csv"
    opaque.write_text(
        "declaration_id,opaque_code,situation,sex,age_years\n1,KUL-0042,EL1.1,man,36\n", encoding="utf-8"
    )
    assert said("intake", officer, opaque, "--service", "exemple-cpas", "--json").json["declarations"] == 1
