"""``denombrement twin``: invented persons for teaching, made from protected tables alone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from denombrement.cli.common import (
    OpenCampaign,
    campaign_argument,
    common_options,
    emit,
    open_campaign,
    write_internal,
)
from denombrement.cli.language import say, spoken
from denombrement.cli.publishing import passed_figures
from denombrement.cli.research import LABEL_LANGUAGES, file_facts, write_beside
from denombrement.errors import ProtectionRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from denombrement.protection.tables import ProtectedTable
    from denombrement.publication.research.twin import Twin
    from denombrement.publication.research.twin_quality import TwinRisk, TwinUtility

FOLDER, STEM, QUALITY_FILE = "jumeau-synthetique", "jumeau_synthetique", "jumeau-qualite.txt"
OTHER_SEEDS = 20
QUASI, SENSITIVE = ("sex", "age_band", "territory", "nationality", "household"), "category"


@click.command("twin", help=say("twin"))
@campaign_argument
@click.option("--seed", type=int, default=1, show_default=True, help=say("twin_seed"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help=say("twin_out"))
@click.option("--labels", type=click.Choice(LABEL_LANGUAGES), default="fr", help=say("research_labels"))
@common_options
def command(path: Path, seed: int, out: Path | None, labels: str, *, as_json: bool) -> None:
    """Draws the twin, writes it, and prints for the team what it is good for and what it gives away."""
    from denombrement.publication.research.twin import twin_of

    campaign = open_campaign(path)
    folder = _folder(campaign, out)
    with campaign.store() as store:
        figures = passed_figures(campaign, store)
    tables = figures.release.tables
    twin = twin_of(tables, seed)
    utility, risk = _quality(campaign, twin, tables, seed)
    outputs = _write(campaign, folder, twin, labels)
    with campaign.store() as store, store.act("twin") as facts:
        facts.update({"seed": seed, "release": figures.audit, "persons": len(twin.frame)})
    told = _told(utility, risk, len(twin.kept), len(twin.left))
    write_internal(campaign.folder.internal / QUALITY_FILE, told)
    result = {
        "persons": len(twin.frame),
        "kept": twin.kept,
        "left": twin.left,
        "utility": asdict(utility),
        "risk": asdict(risk),
        "outputs": [str(each) for each in outputs],
    }
    lines = [say("twin_done", persons=len(twin.frame), folder=folder), *told, say("twin_quality_internal")]
    emit(result, lines, as_json=as_json)


def _folder(campaign: OpenCampaign, out: Path | None) -> Path:
    folder = (campaign.folder.internal / FOLDER if out is None else out).resolve()
    if folder.is_relative_to(campaign.folder.public.resolve()):
        raise ProtectionRefusal("PUB084")
    return folder


def _quality(
    campaign: OpenCampaign, twin: Twin, tables: Mapping[str, ProtectedTable], seed: int
) -> tuple[TwinUtility, TwinRisk]:
    from denombrement.library.campaign import open_campaign as open_data
    from denombrement.library.twins import persons_as_twin
    from denombrement.publication.research.twin import twin_of
    from denombrement.publication.research.twin_quality import twin_risk, twin_utility

    persons = persons_as_twin(open_data(campaign.folder.path).persons, list(twin.frame.columns))
    others = [twin_of(tables, seed + 1 + other) for other in range(OTHER_SEEDS)]
    quasi = [name for name in QUASI if name in twin.frame.columns]
    return twin_utility(twin, tables, persons), twin_risk(twin, others, persons, quasi, SENSITIVE)


def _told(utility: TwinUtility, risk: TwinRisk, kept: int, left: int) -> list[str]:
    first, second = utility.worst_pair
    return [
        say("twin_utility", kept=kept, left=left, largest=utility.largest_difference),
        say("twin_pairs", mean=_shown(100 * utility.mean_distance), worst=_shown(100 * utility.worst_distance),
            first=first, second=second),
        say("twin_met", met=risk.met_by_chance, unique=risk.unique_persons, others=_shown(risk.met_by_others)),
        say("twin_guess", guessed=_shown(risk.guessed_percent), without=_shown(risk.guessed_without_percent)),
    ]  # fmt: skip


def _shown(value: float) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if spoken() == "fr" else text


def _write(campaign: OpenCampaign, folder: Path, twin: Twin, language: str) -> list[Path]:
    from denombrement.library.twins import twin_file
    from denombrement.publication.research.codebook import ddi_codebook

    settings = campaign.settings
    file = twin_file(twin, settings.night, language)
    facts = file_facts(
        settings, STEM, title=say("twin_title", name=settings.name), id=f"{settings.id}-twin",
        universe=say("twin_universe"), access=say("twin_access"),
    )  # fmt: skip
    texts = {"codebook.xml": ddi_codebook(file, facts, language), "LISEZMOI.md": _readme(facts, twin)}
    outputs = write_beside(folder, file, facts, texts)
    # Only what this command writes is replaced: the folder may be anywhere.
    folder.mkdir(parents=True, exist_ok=True)
    written = [each.replace(folder / each.name) for each in outputs]
    outputs[0].parent.rmdir()
    return written


def _readme(facts: Mapping[str, str], twin: Twin) -> str:
    lines = [f"# {facts['title']}", "", f"**{facts['universe']}**", "", facts["access"], ""]
    lines += [say("twin_keeps"), "", *(f"- {name}" for name in twin.kept), ""]
    lines += [say("twin_leaves"), ""]
    return "\n".join(lines)
