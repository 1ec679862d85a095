"""Whole campaigns with adults whom nobody saw: the printed ranges against the truth, after intake and deduplication.

``python -m benchmarks.hidden --campaigns 20`` prints JSON. Each campaign is simulated (``simulate --capture``), sealed,
opened, linked and estimated by the commands themselves; the rate of missed matches is that of the campaign, as a review
of all persons met by several systems would find it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson

import denombrement as dn
from benchmarks._tally import Tally
from denombrement.cli.main import run
from denombrement.estimation.assumptions import assumptions
from denombrement.estimation.refusals import OWN_LISTS_CATEGORIES
from denombrement.synthetic import default_parameters, generate
from denombrement.synthetic.capture import grouping_of

NIGHT = "2023-10-19"
PASSPHRASE = "quatre mots sans rapport"  # noqa: S105 - of invented campaigns


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaigns", type=int, default=20)
    parser.add_argument("--persons", type=int, default=700)
    parser.add_argument("--capture", type=float, nargs="+", default=[0.5, 0.45, 0.4])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.process_time()
    tallies: dict[str, Tally] = defaultdict(Tally)
    refused: dict[str, int] = defaultdict(int)
    with tempfile.TemporaryDirectory() as place:
        phrase = Path(place) / "phrase.txt"
        phrase.write_text(PASSPHRASE, encoding="utf-8")
        os.environ["DENOMBREMENT_PASSPHRASE_FILE"] = str(phrase)
        for number in range(arguments.campaigns):
            folder = Path(place) / f"campaign-{number}"
            seed = arguments.seed + number
            found, truth = one_campaign(folder, arguments.persons, seed, arguments.capture)
            if "refused" in found:
                for reason in found["refused"]:
                    refused[reason["reason"]] += 1
                continue
            tally(tallies, found, truth)
    report = {
        "campaigns": arguments.campaigns,
        "persons": arguments.persons,
        "capture": arguments.capture,
        "refused": dict(refused),
        **{name: each.summary() for name, each in tallies.items()},
        "seconds_cpu": round(time.process_time() - started, 1),
    }
    print(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())


def one_campaign(
    folder: Path, persons: int, seed: int, chances: Sequence[float]
) -> tuple[dict[str, Any], int]:
    command("new", folder, "--night", NIGHT, "--name", "Essai")
    capture = [option for chance in chances for option in ("--capture", chance)]
    command("simulate", folder, "--persons", persons, "--seed", seed, *capture)
    command("intake", folder, folder / "mailbox")
    command("dedup", folder)
    command("estimate", folder)
    missed, examined = split_persons(folder, persons, seed, chances)
    answer(folder / "estimate.toml", grouping_of(chances).name, missed, examined)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    studied = sum(
        each["adults"] for code, each in truth["by_category"].items() if code not in OWN_LISTS_CATEGORIES
    )
    return json.loads(command("estimate", folder, "--json").strip().splitlines()[-1]), studied


def command(*arguments: object) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        run([str(each) for each in arguments])
    return said.getvalue()


def split_persons(folder: Path, persons: int, seed: int, chances: Sequence[float]) -> tuple[int, int]:
    """Persons met by several systems: how many the deduplication left split, of how many."""
    province = generate(default_parameters(), persons, seed, date.fromisoformat(NIGHT), capture=chances)
    truth = province.declarations[["service_id", "declaration_id", "person_id"]].astype(str)
    truth = truth.rename(columns={"service_id": "service", "person_id": "true"})
    campaign = dn.open_campaign(folder)
    joined = campaign.declarations[["service", "declaration_id", "person"]].astype(str).merge(truth)
    types = dict(zip(campaign.services["service"], campaign.services["service_type"], strict=True))
    joined["system"] = joined["service"].map(types).map(grouping_of(chances).system_of_type)
    people = joined.groupby("true").agg(systems=("system", "nunique"), found=("person", "nunique"))
    several = people[people["systems"] > 1]
    return int((several["found"] > 1).sum()), len(several)


def answer(file: Path, grouping: str, missed: int, examined: int) -> None:
    text = file.read_text(encoding="utf-8").replace('grouping = "five_systems"', f'grouping = "{grouping}"')
    for each in assumptions():
        text = text.replace(f'{each.code} = ""', f'{each.code} = "holds"')
    text = text.replace("# missed = 0", f"missed = {missed}")
    text = text.replace("# examined = 100", f"examined = {examined}")
    text = text.replace('# source = ""', 'source = "the simulation"')
    file.write_text(text.replace('answered_by = ""', 'answered_by = "the benchmark"'), encoding="utf-8")


def tally(tallies: dict[str, Tally], found: dict[str, Any], truth: int) -> None:
    bound = found["lower_bound"]
    tallies["Chao: lower end ≤ N"].add(truth, bound["lower"], float("inf"), bound["point"])
    for name in ("models", "averaging", "aic"):
        middle = (found[name]["lower"] + found[name]["upper"]) / 2
        tallies[name].add(truth, found[name]["lower"], found[name]["upper"], middle)


if __name__ == "__main__":
    main()
