"""``denombrement count``: persons counted once, with tables, maps and a report for the team."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from denombrement.cli.common import (
    OpenCampaign,
    campaign_argument,
    common_options,
    emit,
    open_campaign,
    progress,
)
from denombrement.cli.language import say, spoken
from denombrement.cli.links_in_force import answers_not_applied, warning_lines
from denombrement.counts.campaign_count import CampaignCount, count_campaign, keep_count
from denombrement.counts.dimensions import UNKNOWN
from denombrement.errors import Undecided
from denombrement.reference import label

if TYPE_CHECKING:
    import pandas as pd

BOUNDARIES_FILE = "boundaries.json"
WARNING_FILE = "INTERNE-NE-PAS-DIFFUSER.txt"
WARNING_TEXT = (
    "Ce dossier contient des chiffres exacts, dont de petits nombres qui peuvent désigner quelqu’un.\n"
    "Il reste dans l’équipe. Seul le dossier public/ peut sortir.\n"
)


@click.command("count", help=say("count"))
@campaign_argument
@click.option("--alternatives", "with_alternatives", is_flag=True, help=say("count_alternatives"))
@common_options
def command(path: Path, *, with_alternatives: bool, as_json: bool) -> int:
    """Counts, writes the internal outputs, prints the figures."""
    campaign = open_campaign(path)
    result, outputs = run_count(campaign, quiet=as_json)
    summary = result.summary()
    waiting = answers_not_applied(campaign, summary["method"])
    summary["answers_not_applied"] = waiting
    lines = count_lines(summary, campaign.folder.internal)
    if with_alternatives:
        table, files = write_alternatives(campaign, result)
        outputs += files
        summary["alternatives"] = table.to_dict("records")
        lines += alternatives_lines(table, files)
    summary["outputs"] = [str(output) for output in outputs]
    emit(summary, lines, as_json=as_json)
    unsettled = summary["quarantined"] or summary["undecided"] or waiting
    return Undecided.exit_code if unsettled else 0


def run_count(campaign: OpenCampaign, *, quiet: bool = False) -> tuple[CampaignCount, list[Path]]:
    """Counts a campaign and writes its internal tables, maps and report."""
    with campaign.store() as store:
        result = count_campaign(store, campaign.settings, campaign.services)
        keep_count(store, result)
    return result, write_internal(campaign, result, quiet=quiet)


def write_alternatives(campaign: OpenCampaign, result: CampaignCount) -> tuple[pd.DataFrame, list[Path]]:
    """The count under other choices, and whom services share, as internal tables."""
    from denombrement.counts.alternatives import alternatives, service_overlap

    with campaign.store() as store:
        table = alternatives(store, campaign.settings, campaign.services, result)
    folder = campaign.folder.internal / "tableaux"
    files = [
        _write(folder / f"{stem}.csv", frame.to_csv(index=with_index, sep=";"), mark=True)
        for stem, frame, with_index in (
            ("variantes", table, False),
            ("personnes_communes_aux_services", service_overlap(result), True),
        )
    ]
    return table, files


def alternatives_lines(table: pd.DataFrame, files: Sequence[Path]) -> list[str]:
    """One line a choice, the one in force first."""
    names = list(table.columns)
    codes = names[names.index("total") + 1 :]
    said = [say("alternatives_unknown") if code == UNKNOWN else code for code in codes]
    heads = [say("alternatives_adults"), say("alternatives_children"), *said]
    lines = ["", f"{say('alternatives_title'):46}" + "".join(f"{head:>9}" for head in heads)]
    for row in table.to_dict("records"):
        numbers = [row["adults"], row["children"], *(row[code] for code in codes)]
        lines.append(f"  {_choice(row):44}" + "".join(f"{number:9}" for number in numbers))
    return [*lines, say("alternatives_note"), *(f"  {file}" for file in files)]


def _choice(row: Mapping[Hashable, Any]) -> str:
    if row["kind"] == "rule_first":
        return say("alternatives_rule_first", rule=say(f"explain_rule_{row['choice']}"))
    chance = row["choice"].replace(".", ",") if spoken() == "fr" else row["choice"]
    return say(f"alternatives_{row['kind']}", choice=chance)


def write_internal(campaign: OpenCampaign, result: CampaignCount, *, quiet: bool = False) -> list[Path]:
    """Tables, maps and report in ``internal/``, each written beside and renamed."""
    from denombrement.publication.boundaries import load_boundaries
    from denombrement.publication.internal import internal_maps, internal_report, internal_tables
    from denombrement.publication.maps import save_map
    from denombrement.publication.tiles import load_tiles

    folder = campaign.folder.internal
    kept = campaign.folder.path / BOUNDARIES_FILE
    geometry = load_boundaries(kept) if kept.is_file() else load_tiles(campaign.settings.night)
    maps = internal_maps(result, geometry)
    outputs = [_write(folder / WARNING_FILE, WARNING_TEXT)]
    for stem, table in internal_tables(result).items():
        outputs.append(
            _write(folder / "tableaux" / f"{stem}.csv", table.to_csv(index=False, sep=";"), mark=True)
        )
    with progress(list(maps.items()), say("count_progress"), as_json=quiet) as bar:
        for stem, figure in bar:
            outputs += save_map(figure, folder / "cartes", stem)
    outputs.append(_write(folder / "rapport.html", internal_report(result, maps)))
    return outputs


def count_lines(summary: dict[str, Any], folder: Path) -> list[str]:
    """The figures in sentences."""
    lines = [
        *warning_lines(summary["method"], summary.get("answers_not_applied", 0), "count"),
        say("count_adults", adults=summary["adults"], low=summary["adults_low"], high=summary["adults_high"]),
        say(
            "count_children",
            children=summary["children"],
            low=summary["children_low"],
            high=summary["children_high"],
        ),
    ]
    for code, numbers in summary["by_category"].items():
        lines.append(f"  {numbers['adults']:5} {numbers['children']:5}  {label(code, spoken())}")
    lines += [
        say(
            "count_declarations",
            declarations=summary["declarations"],
            merged=summary["merged"],
            outside=sum(summary["outside"].values()),
        ),
        say(
            "status_communes",
            participating=summary["communes_participating"],
            total=summary["communes_total"],
        ),
        say("count_outputs", folder=folder),
    ]
    return lines


def _write(path: Path, text: str, *, mark: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    # A spreadsheet on Windows shows accents only where the file bears its mark.
    beside.write_text(text, encoding="utf-8-sig" if mark else "utf-8")
    return beside.replace(path)
