"""No alteration of public/ goes unseen: every byte, every entry, every kind of link."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.publication.public import wall

FILES = {
    "cartes/adultes.svg": b"<svg>205</svg>",
    "donnees/adultes.csv": "commune,value\nLéglise,10\n".encode(),
    "rapport/rapport.html": b"<h1>1 400</h1>",
    "rapport/vide.txt": b"",
}
MANIFEST = wall.Manifest(
    "c-1",
    "0.1.0",
    "release",
    {"passed": True},
    "head",
    {name: {"sha256": wall.sha256(data), "bytes": len(data), "part": "x"} for name, data in FILES.items()},
)


def fresh(folder):
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / wall.MANIFEST).write_bytes(MANIFEST.to_bytes())
    return folder


@pytest.fixture
def public(tmp_path):
    return fresh(tmp_path / "public")


def found(public):
    return [(one.kind, one.file) for one in wall.problems(public, [MANIFEST.digest])]


def test_what_the_commands_wrote_has_no_problem(public):
    assert found(public) == []


NAMES = [*FILES, wall.MANIFEST]


@given(st.sampled_from([name for name in NAMES if FILES.get(name) != b""]), st.data())
@settings(derandomize=True, deadline=None, max_examples=150)
def test_every_changed_byte_is_seen(tmp_path_factory, name, data):
    public = fresh(tmp_path_factory.mktemp("public"))
    content = bytearray((public / name).read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    (public / name).write_bytes(content)
    assert found(public)


@given(st.sampled_from(NAMES), st.binary(min_size=1, max_size=3), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=40)
def test_everything_added_at_either_end_of_a_file_is_seen(tmp_path_factory, name, more, before):
    public = fresh(tmp_path_factory.mktemp("public"))
    content = (public / name).read_bytes()
    (public / name).write_bytes(more + content if before else content + more)
    assert found(public)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_gone_is_missed(public, name):
    (public / name).unlink()
    kinds = {kind for kind, _ in found(public)}
    assert kinds == ({"foreign"} if name == wall.MANIFEST else {"missing"})


@pytest.mark.parametrize("name", NAMES)
def test_a_file_under_another_name_is_missed_and_foreign(public, name):
    (public / name).rename(public / f"{name}.bak")
    assert ("foreign", f"{name}.bak") in found(public)


def test_two_files_that_changed_places_are_seen(public):
    one, other = (public / name for name in ("cartes/adultes.svg", "rapport/rapport.html"))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    assert len(found(public)) == 2


@pytest.mark.parametrize(
    "name", ["a.txt", ".hidden", "cartes/.hidden", "MANIFEST.json.bak", "rapport/neu/é.html", "manifest.json"]
)
def test_an_added_file_is_foreign(public, name):
    (public / name).parent.mkdir(exist_ok=True)
    (public / name).write_bytes(b"")
    assert found(public) == [("foreign", name)]


def test_an_empty_folder_is_foreign_since_its_name_may_tell(public):
    (public / "trois personnes à Herbeumont").mkdir()
    assert found(public) == [("foreign", "trois personnes à Herbeumont")]


@pytest.mark.parametrize("name", NAMES)
def test_a_link_is_seen_even_to_the_same_content(public, tmp_path, name):
    aside = tmp_path / "aside"
    shutil.copy(public / name, aside)
    (public / name).unlink()
    (public / name).symlink_to(aside)
    assert found(public) == [("altered", name)]


def test_links_to_folders_are_seen(public, tmp_path):
    (public / "encore").symlink_to(public / "cartes")
    assert found(public) == [("foreign", "encore")]
    (public / "encore").unlink()
    shutil.move(public / "cartes", tmp_path / "cartes")
    (public / "cartes").symlink_to(tmp_path / "cartes")
    assert found(public) == [("missing", "cartes/adultes.svg")]


def test_a_link_in_place_of_the_whole_folder_is_seen(public, tmp_path):
    aside = tmp_path / "aside"
    public.rename(aside)
    public.symlink_to(aside)
    assert found(public) == [("altered", "")]


def test_a_dangling_link_and_a_pipe_are_seen_without_waiting(public, tmp_path):
    (public / "nowhere").symlink_to(tmp_path / "nowhere")
    os.mkfifo(public / "pipe")
    assert found(public) == [("foreign", "nowhere"), ("foreign", "pipe")]
    (public / "rapport/vide.txt").unlink()
    os.mkfifo(public / "rapport/vide.txt")
    assert ("altered", "rapport/vide.txt") in found(public)


def test_a_folder_in_place_of_a_file_is_seen(public):
    (public / "rapport/vide.txt").unlink()
    (public / "rapport/vide.txt").mkdir()
    assert found(public) == [("altered", "rapport/vide.txt")]


def test_a_manifest_written_otherwise_is_not_the_journal_s(public):
    manifest = public / wall.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text(encoding="utf-8"))), encoding="utf-8")
    assert found(public) == [("journal", wall.MANIFEST)]


def test_a_manifest_that_agrees_with_altered_files_is_not_the_journal_s(public):
    (public / "cartes/adultes.svg").write_bytes(b"<svg>204</svg>")
    manifest = json.loads((public / wall.MANIFEST).read_text(encoding="utf-8"))
    manifest["files"]["cartes/adultes.svg"]["sha256"] = wall.sha256(b"<svg>204</svg>")
    (public / wall.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert ("journal", wall.MANIFEST) in found(public)


def test_the_manifest_of_another_campaign_is_not_the_journal_s(public):
    assert [one.kind for one in wall.problems(public, ["another"])] == ["journal"]
