"""Intake killed from outside: running it again ends where an undisturbed run ends."""

import os
import signal
import subprocess
import sys
import time

import pytest

from denombrement.cli.simulate import MAILBOX
from denombrement.intake.store import open_store


def declared(folder):
    with open_store(folder / "campaign.duckdb", folder / "journal.jsonl") as store:
        store.verify_journal()
        return store.rows("SELECT service, declaration_id, situation, code FROM declarations ORDER BY ALL")


@pytest.mark.parametrize("delay_seconds", [0.6, 1.4])
def test_intake_killed_and_run_again_takes_everything_once(said, campaign, delay_seconds):
    said("simulate", campaign, "--persons", 120, "--seed", 5)
    command = [sys.executable, "-c", "from denombrement.cli.main import entry_point; entry_point()", "intake",
               str(campaign), str(campaign / MAILBOX)]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(delay_seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = declared(campaign)
    first = said("intake", campaign, campaign / MAILBOX, "--json").json
    after = declared(campaign)
    assert before in ([], after)
    assert len(after) > 120
    assert set(said("intake", campaign, campaign / MAILBOX, "--json").json["by_status"]) == {"unchanged"}
    assert declared(campaign) == after
    assert first["files"]
