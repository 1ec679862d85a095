"""``denombrement review``: the human's part, on a local page, in a sheet, or for one pair."""

from __future__ import annotations

import getpass
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from denombrement.cli.common import OpenCampaign, campaign_argument, common_options, emit, open_campaign
from denombrement.cli.language import say, spoken
from denombrement.dedup.linkage.constraints import Pair
from denombrement.dedup.review.answers import (
    DIFFERENT,
    SAME,
    UNSURE,
    WITHDRAWN,
    identities,
    keep_answers,
    ordered_pair,
    standing_answers,
)
from denombrement.dedup.review.contradictions import find_contradictions
from denombrement.dedup.review.queue import Queue, build_queue
from denombrement.errors import Undecided

_FILE = click.Path(path_type=Path, dir_okay=False)
_BY_HAND = {"same": SAME, "different": DIFFERENT, "unsure": UNSURE, "undo": WITHDRAWN}


@click.command("review", help=say("review"))
@campaign_argument
@click.option("--export", "export_file", type=_FILE, help=say("review_export"))
@click.option("--import", "import_file", type=_FILE, help=say("review_import"))
@click.option("--phone", "phone_file", type=_FILE, help=say("review_phone"))
@click.option("--same", nargs=2, multiple=True, help=say("review_pair"))
@click.option("--different", nargs=2, multiple=True, help=say("review_pair"))
@click.option("--unsure", nargs=2, multiple=True, help=say("review_pair"))
@click.option("--undo", nargs=2, multiple=True, help=say("review_undo"))
@click.option("--who", default="", help=say("review_who"))
@click.option("--no-browser", is_flag=True, help=say("review_no_browser"))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help=say("review_port"))
@common_options
def command(
    path: Path,
    export_file: Path | None,
    import_file: Path | None,
    phone_file: Path | None,
    *,
    who: str,
    port: int,
    no_browser: bool,
    as_json: bool,
    **by_hand: tuple[Pair, ...],
) -> int:
    """Answers by sheet or by hand where asked; else opens the page."""
    campaign, name = open_campaign(path), who or getpass.getuser()
    if export_file or phone_file:
        result, lines = _write_sheets(campaign, export_file, phone_file)
    elif import_file:
        result, lines = _take_sheet(campaign, import_file, name)
    elif any(by_hand.values()):
        result, lines = _answer_by_hand(campaign, by_hand, name)
    else:
        result, lines = _sit(campaign, name, port, open_browser=not no_browser)
    with campaign.store() as store:
        contradictions = len(find_contradictions(standing_answers(store).decisions))
    if contradictions:
        lines.append(say("review_contradictions", number=contradictions))
    emit({**result, "contradictions": contradictions}, lines, as_json=as_json)
    return Undecided.exit_code if contradictions else 0


def _write_sheets(
    campaign: OpenCampaign, export_file: Path | None, phone_file: Path | None
) -> tuple[dict[str, Any], list[str]]:
    from denombrement.dedup.review.phone import phone_sheet
    from denombrement.dedup.review.sheet import review_sheet

    with campaign.store() as store:
        queue, known = build_queue(store), identities(store)
    outputs = []
    if export_file:
        export_file.write_bytes(review_sheet(queue, _names(campaign), known, spoken()))
        outputs.append(export_file)
    if phone_file:
        phone_file.write_bytes(phone_sheet(queue, campaign.services, spoken()))
        outputs.append(phone_file)
    lines = [say("review_written", pairs=len(queue.pairs), file=file) for file in outputs]
    return {"pairs": len(queue.pairs), "outputs": [str(file) for file in outputs]}, lines


def _take_sheet(campaign: OpenCampaign, file: Path, who: str) -> tuple[dict[str, Any], list[str]]:
    from denombrement.dedup.review.sheet import read_sheet

    with campaign.store() as store:
        read = read_sheet(file.read_bytes(), build_queue(store), identities(store))
        keep_answers(store, read.answers, who=who, mark=campaign.keyring.answer_mark)
    facts = {
        "answered": len(read.answers),
        "unanswered": read.unanswered,
        "unknown": read.unknown,
        "changed": read.changed,
    }
    return facts, [say("review_imported", **facts)]


def _answer_by_hand(
    campaign: OpenCampaign, by_hand: Mapping[str, tuple[Pair, ...]], who: str
) -> tuple[dict[str, Any], list[str]]:
    answers = {ordered_pair(*pair): _BY_HAND[option] for option, pairs in by_hand.items() for pair in pairs}
    with campaign.store() as store:
        keep_answers(store, answers, who=who, mark=campaign.keyring.answer_mark)
        queue = build_queue(store)
    return _summary(queue, {}, len(answers))


def _sit(
    campaign: OpenCampaign, who: str, port: int, *, open_browser: bool
) -> tuple[dict[str, Any], list[str]]:
    from denombrement.dedup.review.server import ReviewServer
    from denombrement.dedup.review.session import ReviewSession

    with campaign.store() as store:
        queue, known = build_queue(store), identities(store)

    def keep(answers: Mapping[Pair, str]) -> None:
        # Opened for each answer, so that other commands can run beside the page.
        with campaign.store() as store:
            keep_answers(store, answers, who=who, known=known, mark=campaign.keyring.answer_mark)

    session = ReviewSession(queue, _names(campaign), keep)
    with ReviewServer(session, port=port) as server:
        click.echo(say("review_open", address=f"{server.address}?lang={spoken()}"), err=True)
        click.echo(say("review_stop"), err=True)
        if open_browser:
            webbrowser.open(f"{server.address}?lang={spoken()}")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo(err=True)
    return _summary(queue, session.given, session.answered)


def _summary(queue: Queue, given: Mapping[Pair, str], answered: int) -> tuple[dict[str, Any], list[str]]:
    now = queue.expected(given)
    left = sum(each.pair not in given for each in queue.pairs)
    facts = {"answered": answered, "open": left, "low": now.low, "high": now.high}
    return facts, [say("review_done", **facts)]


def _names(campaign: OpenCampaign) -> dict[str, str]:
    return {identifier: service.name for identifier, service in campaign.services.items()}
