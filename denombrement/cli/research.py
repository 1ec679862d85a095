"""``denombrement research``: the file of persons for researchers, recoded, in ``internal/`` alone."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from denombrement import __version__
from denombrement.cli.common import campaign_argument, common_options, emit
from denombrement.cli.common import open_campaign as open_folder
from denombrement.cli.language import say
from denombrement.errors import ProtectionRefusal
from denombrement.publication.research.plan import default_plan

if TYPE_CHECKING:
    from denombrement.campaign import Campaign
    from denombrement.library.campaign import CampaignData
    from denombrement.publication.research.recoding import Recoded
    from denombrement.publication.research.variables import ResearchFile

FOLDER = "recherche"
LABEL_LANGUAGES = ("fr", "nl", "de", "en")


@click.command("research", help=say("research"))
@campaign_argument
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help=say("research_out"))
@click.option("--labels", type=click.Choice(LABEL_LANGUAGES), default="fr", help=say("research_labels"))
@common_options
def command(path: Path, out: Path | None, labels: str, *, as_json: bool) -> None:
    """Recodes, writes every format and both codebooks, prints the risk before and after."""
    from denombrement.library import open_campaign
    from denombrement.publication.research.codebook import risk_dict

    campaign = open_campaign(path)
    folder = inside_internal(campaign, out)
    recoded, file = _recoded_file(campaign, labels)
    outputs = write_research(campaign, recoded, file, folder, labels)
    _record(path, recoded, outputs)
    risks = {"before": risk_dict(recoded.before), "after": risk_dict(recoded.after)}
    result: dict[str, Any] = {
        **risks, "levels": recoded.levels, "hidden": recoded.hidden, "outputs": [str(each) for each in outputs],
    }  # fmt: skip
    plan = default_plan()
    lines = [
        say("research_goal", k=plan.k, l=plan.least_diversity),
        *(say(f"research_{when}", **risk) for when, risk in risks.items()),
        say("research_hidden", hidden=recoded.hidden, persons=recoded.after.persons),
        say("research_done", folder=folder),
    ]
    emit(result, lines, as_json=as_json)


def _record(path: Path, recoded: Recoded, outputs: Sequence[Path]) -> None:
    """One line in the journal: that persons were written to files, how coarse, and the digests of the files."""
    plan = default_plan()
    files = [f"{hashlib.sha256(each.read_bytes()).hexdigest()} {each.name}" for each in outputs]
    with open_folder(path).store() as store, store.act("research") as facts:
        facts.update({"k": plan.k, "l": plan.least_diversity, "levels": recoded.levels, "files": files})
        facts.update({"persons": recoded.after.persons, "hidden": recoded.hidden})


def inside_internal(campaign: CampaignData, out: Path | None) -> Path:
    """The folder to write to.

    Raises:
        ProtectionRefusal: PUB082, it is not inside ``internal/``.
    """
    internal = campaign.folder.internal.resolve()
    folder = (internal / FOLDER if out is None else out).resolve()
    if not folder.is_relative_to(internal) or folder == internal:
        raise ProtectionRefusal("PUB082")
    return folder


def write_research(
    campaign: CampaignData, recoded: Recoded, file: ResearchFile, folder: Path, language: str
) -> list[Path]:
    """Writes beside, then takes the place of the former folder."""
    from denombrement.publication.research.codebook import ddi_codebook, markdown_codebook
    from denombrement.publication.research.formats import STEM

    facts = file_facts(
        campaign.settings, STEM, universe=say("research_universe"), access=say("research_access")
    )
    texts = {
        "codebook.xml": ddi_codebook(file, facts, language),
        "codebook.md": markdown_codebook(file, recoded, default_plan(), facts),
    }
    outputs = write_beside(folder, file, facts, texts)
    shutil.rmtree(folder, ignore_errors=True)
    outputs[0].parent.replace(folder)
    return [folder / each.name for each in outputs]


def file_facts(settings: Campaign, stem: str, **others: str) -> dict[str, str]:
    """What the codebooks of a file say of it."""
    return {
        "title": settings.name, "id": settings.id, "file": stem, "version": __version__,
        "night": settings.night.isoformat(), "territory": settings.territory, **others,
    }  # fmt: skip


def write_beside(
    folder: Path, file: ResearchFile, facts: Mapping[str, str], texts: Mapping[str, str]
) -> list[Path]:
    """Writes every format and these texts into an empty folder beside, from which the caller moves them."""
    from denombrement.publication.research.formats import write_formats

    beside = folder.with_name(folder.name + ".part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    outputs = write_formats(file, beside, facts["title"], facts["file"])
    for name, text in texts.items():
        outputs.append(beside / name)
        outputs[-1].write_text(text, encoding="utf-8")
    return outputs


def _recoded_file(campaign: CampaignData, language: str) -> tuple[Recoded, ResearchFile]:
    from denombrement.library.columns import SEVERAL, code_label, column_label
    from denombrement.publication.research.recoding import recode
    from denombrement.publication.research.variables import Wording, research_file
    from denombrement.reference import arrondissements, communes_of
    from denombrement.survey.questionnaire import questions

    plan = default_plan()
    night = campaign.settings.night
    parents = {c.nis: a.nis for a in arrondissements() for c in communes_of(a.nis, night)}
    recoded = recode(campaign.persons, plan, parents)
    several = [each.code for each in questions("declaration") if each.kind == SEVERAL]

    def code(column: str, value: str) -> str:
        return code_label("territory" if column == "arrondissement" else column, value, language)

    words = Wording(
        language, lambda name: column_label(name, language), code, lambda name: _codes(campaign, name)
    )
    return recoded, research_file(recoded, plan, several, words)


def _codes(campaign: CampaignData, name: str) -> tuple[str, ...]:
    """Codes of a column of the file, in order."""
    from denombrement.library.columns import column_codes
    from denombrement.reference import arrondissements
    from denombrement.survey.questionnaire import DONT_KNOW, options, question

    if name == "arrondissement":
        return tuple(each.nis for each in arrondissements())
    fixed = column_codes(name, campaign.settings.night)
    codes = options(question(name).options) if fixed is None else fixed
    return tuple(each for each in codes if each != DONT_KNOW)
