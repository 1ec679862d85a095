"""``denombrement yearly``: the figures of an administration's yearly form, defined as data; in ``internal/`` alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from denombrement.cli.common import campaign_argument, common_options, emit, open_campaign, write_text
from denombrement.cli.language import say, spoken

if TYPE_CHECKING:
    import pandas as pd

    from denombrement.library.yearly import YearlyProfile

FOLDER = "declaration-annuelle"
DEFAULT_PROFILE = "relais-social"


@click.command("yearly", help=say("yearly"))
@campaign_argument
@click.option("--profile", default=DEFAULT_PROFILE, show_default=True, help=say("yearly_profile"))
@common_options
def command(path: Path, profile: str, *, as_json: bool) -> None:
    """Counts the lines of the form and writes them as CSV, exact and internal."""
    from denombrement.library.campaign import open_campaign as open_data
    from denombrement.library.yearly import labelled_figures, load_profile, yearly_figures

    form = load_profile(profile)
    campaign, data = open_campaign(path), open_data(path)
    figures = labelled_figures(form, yearly_figures(form, data.persons, data.sightings), spoken())
    with campaign.store() as store, store.act("yearly") as facts:
        facts.update({"profile": form.name, "digest": form.digest, "lines": len(figures)})
    output = _write(campaign.folder.internal, form, figures)
    numbers = [None if is_empty else int(number) for is_empty, number in _numbers(figures)]
    rows = list(zip(figures["table"], figures["line"], numbers, strict=True))
    result = {"profile": form.name, "digest": form.digest, "figures": rows, "outputs": [str(output)]}
    lines = [
        form.titles[spoken()],
        *_told(figures),
        say("yearly_night", night=campaign.settings.night.isoformat()),
        say("estimate_internal", file=output),
    ]
    emit(result, lines, as_json=as_json)


def _numbers(figures: pd.DataFrame) -> list[tuple[bool, int]]:
    """Whether each figure is empty, and the figure."""
    column = figures["persons"]
    return list(zip(column.isna(), column.fillna(0), strict=True))


def _told(figures: pd.DataFrame) -> list[str]:
    told, title = [], ""
    for row, (is_empty, number) in zip(figures.itertuples(), _numbers(figures), strict=True):
        if row.title != title:
            title = str(row.title)
            told.append(title)
        shown = say("yearly_not_asked") if is_empty else str(number)
        told.append(f"  {shown:>6}  {row.label}")
    return told


def _write(internal: Path, form: YearlyProfile, figures: pd.DataFrame) -> Path:
    file = internal / FOLDER / f"{Path(form.name).name}.csv"
    columns = ["table", "line", "title", "label", "persons"]
    return write_text(file, figures[columns].to_csv(index=False, sep=";"), "utf-8-sig")
