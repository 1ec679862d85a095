"""The store and its journal: whole before or whole after, never between."""

import signal
import subprocess
import sys
import time

import pytest

from denombrement.errors import DamagedInput, UsageProblem
from denombrement.intake.store import open_store

WRITER = """
import sys
from pathlib import Path
from denombrement.intake.store import open_store
folder = Path(sys.argv[1])
with open_store(folder / "s.duckdb", folder / "journal.jsonl", create=True) as store:
    print("ready", flush=True)
    for number in range(10_000):
        with store.act("intake") as facts:
            for rank in range(3):
                store.rows("INSERT INTO warnings VALUES (?, ?, NULL, 'x')", [f"s{number}", f"d{rank}"])
            facts["number"] = number
"""


@pytest.fixture
def paths(tmp_path):
    return tmp_path / "s.duckdb", tmp_path / "journal.jsonl"


@pytest.mark.parametrize("delay_seconds", [0.05, 0.2, 0.5])
def test_a_process_killed_at_any_moment_leaves_whole_acts(tmp_path, paths, delay_seconds):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
    writer.stdout.readline()
    time.sleep(delay_seconds)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    with open_store(*paths) as store:
        per_act = store.rows("SELECT service, count(*) FROM warnings GROUP BY service")
        entries = store.verify_journal()
    assert all(number == 3 for _, number in per_act)
    assert len(per_act) == len(entries)


def fail_inside(store):
    with store.act("intake") as facts:
        store.rows("INSERT INTO warnings VALUES ('s', 'd', NULL, 'x')")
        facts["rows"] = 1
        raise ValueError("stop")


def test_an_act_that_fails_leaves_neither_rows_nor_a_line(paths):
    with open_store(*paths, create=True) as store:
        with pytest.raises(ValueError, match="stop"):
            fail_inside(store)
        assert store.rows("SELECT count(*) FROM warnings") == [(0,)]
        assert store.last_entry() is None
    assert not paths[1].exists()


def test_an_act_without_facts_writes_no_line(paths):
    with open_store(*paths, create=True) as store:
        with store.act("look"):
            pass
        assert store.verify_journal() == []


def act(paths, *names):
    with open_store(*paths, create=True) as store:
        for name in names:
            with store.act(name) as facts:
                facts["done"] = True


def test_a_journal_cut_short_is_brought_up_to_the_store(paths):
    act(paths, "new", "intake", "count")
    lines = paths[1].read_text().splitlines()
    paths[1].write_text(lines[0] + "\n" + lines[1][:40])
    with open_store(*paths) as store:
        assert [each.act for each in store.verify_journal()] == ["new", "intake", "count"]
    paths[1].write_text(lines[0][:10])
    with open_store(*paths) as store:
        assert len(store.verify_journal()) == 3


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda lines: [lines[0].replace("new", "old"), *lines[1:]], "CAM101"),
        (lambda lines: [lines[1], lines[0], lines[2]], "CAM102"),
        (lambda lines: [*lines, lines[2]], "CAM102"),
    ],
)
def test_a_journal_that_was_changed_does_not_verify(paths, spoil, code):
    act(paths, "new", "intake", "count")
    paths[1].write_text("\n".join(spoil(paths[1].read_text().splitlines())) + "\n")
    with open_store(*paths) as store, pytest.raises(DamagedInput, match=code):
        store.verify_journal()


def test_a_journal_of_another_campaign_does_not_verify(paths, tmp_path):
    act(paths, "new", "intake")
    other = (tmp_path / "other.duckdb", tmp_path / "other.jsonl")
    act(other, "new", "intake", "count")
    paths[1].write_text(other[1].read_text().replace("x", "x"))
    with open_store(*paths) as store, pytest.raises(DamagedInput, match="CAM103"):
        store.verify_journal()


def test_there_is_no_store_where_none_was_made(paths):
    with pytest.raises(UsageProblem, match="CAM001"), open_store(*paths):
        pass


@pytest.mark.parametrize("content", [b"not a database", b""])
def test_a_file_that_is_no_store_of_ours_is_said_to_be_damaged(paths, content):
    paths[0].write_bytes(content)
    with pytest.raises(DamagedInput, match="CAM104"), open_store(*paths):
        pass


def test_only_its_owner_can_read_the_store(paths):
    act(paths, "new")
    assert paths[0].stat().st_mode & 0o077 == 0
