"""Submissions encrypted as ODK Collect does it, by Java's own ciphers, opened and read by intake."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from denombrement.errors import DamagedInput, UsageProblem
from denombrement.intake.readers.odk_encryption import load_private_key, open_submission, open_submissions
from denombrement.intake.readers.odk_xml import read_xml, submissions_as_records

ENCRYPT = Path(__file__).parent / "java" / "Encrypt.java"
FORM, VERSION, INSTANCE = "luxembourg-2023-abc123", "2023101901", "uuid:5fb2cb0e-9d6c-4b43-9d31-0c2f1f7b1a01"
ANSWERS = f"""<data id="{FORM}" version="{VERSION}" xmlns:orx="http://openrosa.org/xforms">
<page_identity><note_night/><identity_status>coded</identity_status><opaque_code>JE-BER-14031987-M</opaque_code></page_identity>
<page_situation><situation>EL6.12</situation><commune_night>be81001</commune_night></page_situation>
<page_person><sex>man</sex><age_years>36</age_years></page_person>
<page_household><has_children>yes</has_children>
<children><birth_year>2019</birth_year><link>direct</link></children></page_household>
<page_life><income>work pension</income></page_life>
<orx:meta><orx:instanceID>{INSTANCE}</orx:instanceID></orx:meta></data>""".encode()


def pem(key, passphrase=None):
    protection = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def encrypt(key, tmp_path_factory):
    public = b64encode(
        key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()

    def encrypted(attachments=()):
        folder = tmp_path_factory.mktemp("submission")
        (folder / "submission.xml").write_bytes(ANSWERS)
        for name, content in attachments:
            (folder / name).write_bytes(content)
        subprocess.run(
            ["java", ENCRYPT, public, FORM, VERSION, INSTANCE, folder], check=True, capture_output=True
        )
        files = {each.name: each.read_bytes() for each in folder.iterdir() if each.suffix == ".enc"}
        return (folder / "manifest.xml").read_bytes(), files

    return encrypted


@pytest.fixture(scope="module")
def alone(encrypt):
    return encrypt()


@pytest.fixture(scope="module")
def with_files(encrypt):
    return encrypt([(f"photo{number:02d}.jpg", bytes([number]) * (number * 7)) for number in range(18)])


def test_what_java_encrypted_is_opened_whole(alone, with_files, key):
    # 18 attachments: the vector's bytes have all grown once, and two of them twice.
    for manifest, files in (alone, with_files):
        opened = open_submission(manifest, files, key)
        assert opened.xml == ANSWERS
        assert (opened.form, opened.version, opened.instance) == (FORM, VERSION, INSTANCE)


def test_a_submission_reaches_intake(alone, key, desk):
    manifest, files = alone
    data = submissions_as_records([open_submission(manifest, files, key).xml])
    (envoi,) = desk.reader("cpas-arlon")("odk.json", data)
    (taken,) = envoi.taken
    made = taken.declaration
    assert (made.situation, made.commune_night, made.sex, made.age_years) == ("EL6.12", "81001", "man", 36)
    assert made.income == ("work", "pension")
    assert [child.birth_year for child in made.children] == [2019]
    assert made.identity.opaque_code == "JE-BER-14031987-M"


def test_a_folder_gives_what_opens_and_names_what_does_not(alone, with_files, key):
    files = [(f"a/{name}", content) for name, content in alone[1].items()]
    files += [("a/submission.xml", alone[0]), ("b/submission.xml", with_files[0]), ("a/notes.xml", b"<x/>")]
    opened, failed = open_submissions(files, key)
    assert [each.xml for each in opened] == [ANSWERS]
    assert [(place, problem.code) for place, problem in failed] == [("b/submission.xml", "INT203")]


def refused(manifest, files, key):
    with pytest.raises(DamagedInput) as caught:
        open_submission(manifest, files, key)
    return caught.value.code


def test_damage_is_noticed(alone, key):
    manifest, files = alone
    content = files["submission.xml.enc"]
    codes = set()
    for place in range(0, len(content), 97):
        broken = bytearray(content)
        broken[place] ^= 1
        codes.add(refused(manifest, {"submission.xml.enc": bytes(broken)}, key))
    codes.add(refused(manifest, {"submission.xml.enc": content[:-1]}, key))
    codes.add(refused(manifest, {"submission.xml.enc": content[:-16]}, key))
    codes.add(refused(manifest, {"submission.xml.enc": b""}, key))
    assert codes <= {"INT204", "INT205"}
    assert refused(manifest, {}, key) == "INT203"


def test_files_of_two_submissions_are_not_mixed(alone, encrypt, key):
    _, others = encrypt()
    assert refused(alone[0], others, key) in {"INT204", "INT205"}


def test_another_version_of_the_form_is_not_what_was_signed(alone, key):
    manifest, files = alone
    assert refused(manifest.replace(VERSION.encode(), b"1", 1), files, key) == "INT205"


def test_another_key_does_not_open_it(alone):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert refused(*alone, other) == "INT204"


def test_a_key_of_another_length_is_refused(alone, key):
    # The signature's 16 bytes put where the key should be.
    manifest, files = alone
    text = manifest.decode()
    wrapped = text.split("<base64EncryptedKey>")[1].split("<")[0]
    signature = text.split("<base64EncryptedElementSignature>")[1].split("<")[0]
    assert refused(text.replace(wrapped, signature).encode(), files, key) == "INT204"


@pytest.mark.parametrize(
    "text",
    [
        b"", b"not XML", b"<data>", b"<data encrypted='yes'/>", b"\xff\xfe<\0d\0",
        b"<!DOCTYPE data [<!ENTITY a 'b'>]><data encrypted='yes'>&a;</data>",
        (b"<data encrypted='yes'><base64EncryptedKey>AA==</base64EncryptedKey><instanceID>i</instanceID>"
        b"<instanceID>j</instanceID><encryptedXmlFile>s</encryptedXmlFile></data>"),
        (b"<data encrypted='no'><base64EncryptedKey>AA==</base64EncryptedKey><instanceID>i</instanceID>"
        b"<encryptedXmlFile>s</encryptedXmlFile></data>"),
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_refused(text, key):
    assert refused(text, {}, key) == "INT202"


def test_a_key_that_is_no_base64_is_refused(alone, key):
    manifest, files = alone
    wrapped = manifest.split(b"<base64EncryptedKey>")[1].split(b"<")[0]
    assert refused(manifest.replace(wrapped, b"*" + wrapped[1:]), files, key) == "INT204"


def test_private_keys_are_read_with_their_passphrase(key):
    assert load_private_key(pem(key)).private_numbers() == key.private_numbers()
    assert load_private_key(pem(key, "quatre mots"), "quatre mots").key_size == 2048
    curve = pem(ec.generate_private_key(ec.SECP256R1()))
    for content, passphrase in (
        (pem(key, "quatre mots"), "autre"),
        (pem(key, "x"), None),
        (b"", None),
        (curve, None),
    ):
        with pytest.raises(UsageProblem, match="INT201"):
            load_private_key(content, passphrase)


def test_an_empty_child_stays_a_child_and_the_envelope_is_left_out():
    root = b"<data><children/><children><link>direct</link></children><meta><instanceID/></meta><sex>x</sex></data>"
    assert submissions_as_records([root]) == b'{"results":[{"children":[{},{"link":"direct"}],"sex":"x"}]}'
    assert read_xml(b"<a><b/></a>").tag == "a"


def test_the_command_takes_in_a_folder_of_encrypted_submissions(alone, key, tmp_path, monkeypatch, capsys):
    from denombrement.cli.main import run

    phrase, folder, key_file = tmp_path / "phrase.txt", tmp_path / "odk", tmp_path / "key.pem"
    phrase.write_text("quatre mots sans rapport", encoding="utf-8")
    monkeypatch.setenv("DENOMBREMENT_PASSPHRASE_FILE", str(phrase))
    manifest, files = alone
    folder.mkdir()
    (folder / "manifest.xml").write_bytes(manifest)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    key_file.write_bytes(pem(key))
    campaign = str(tmp_path / "campaign")
    assert run(["new", campaign, "--night", "2023-10-19"]) == 0
    capsys.readouterr()
    command = [
        "intake",
        campaign,
        str(folder),
        "--odk-key",
        str(key_file),
        "--service",
        "exemple-cpas",
        "--json",
    ]
    run(command)
    taken = json.loads(capsys.readouterr().out)
    assert [each["file"].endswith(".json") for each in taken["files"]] == [True]
    assert taken["files"][0]["error"] is None or taken["files"][0]["error"]["code"] == "INT102"
    files_of_another = {name: content[:-40] for name, content in files.items()}
    for name, content in files_of_another.items():
        (folder / name).write_bytes(content)
    assert run(command) == 5
