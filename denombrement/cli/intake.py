"""``denombrement intake``: files in, declarations stored, the rest set aside with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from denombrement.cli.common import (
    OpenCampaign,
    campaign_argument,
    common_options,
    emit,
    open_campaign,
    passphrase,
    passphrase_option,
    progress,
)
from denombrement.cli.language import say, spoken
from denombrement.cli.set_aside import (
    SHEETS_FOLDER,
    correction_sheet,
    set_aside,
    set_aside_json,
    set_aside_lines,
)
from denombrement.dedup.codes import Recipe, mnemonic_tokens
from denombrement.dedup.codes.mnemonic import mnemonic_parts
from denombrement.dedup.review.recovery import recover_answers
from denombrement.errors import DamagedInput, DenombrementError, Undecided, UsageProblem
from denombrement.intake.corrections import correction_sheets
from denombrement.intake.lists import ReadMnemonic
from denombrement.intake.model import FileOutcome, IntakeSummary
from denombrement.intake.reading import FileReader
from denombrement.intake.replay import taken_before
from denombrement.intake.sealing import RECEIPT_CHARACTERS
from denombrement.intake.store import Store
from denombrement.intake.take_in import Intake

MAXIMUM_FILE_BYTES = 134_217_728
_PART = ".part"


@click.command("intake", help=say("intake"))
@campaign_argument
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--service", help=say("intake_service"))
@click.option(
    "--odk-key", type=click.Path(path_type=Path, exists=True, dir_okay=False), help=say("intake_odk_key")
)
@click.option("--replace", "replace_lists", is_flag=True, help=say("intake_replace"))
@passphrase_option
@common_options
def command(
    path: Path,
    files: tuple[Path, ...],
    service: str | None,
    odk_key: Path | None,
    passphrase_file: Path | None,
    *,
    replace_lists: bool,
    as_json: bool,
) -> int:
    """Takes in the files named, or the folder's inbox."""
    campaign = open_campaign(path)
    if odk_key is not None:
        files = (_decrypted(campaign, files, odk_key),)
    summary = take_in(
        campaign,
        list(_listed(files)) if files else _whole(campaign.folder.inbox),
        passphrase(passphrase_file),
        service=service,
        replace_lists=replace_lists,
        quiet=as_json,
    )
    sheets = write_correction_sheets(campaign)
    with campaign.store() as store:
        aside = set_aside(store, campaign.folder)
    result = {**_as_json(summary, sheets), **set_aside_json(aside)}
    emit(result, [*_lines(summary, sheets), *set_aside_lines(aside)], as_json=as_json)
    return Undecided.exit_code if summary.quarantined else 0


def take_in(
    campaign: OpenCampaign,
    files: Sequence[Path],
    secret_phrase: str,
    *,
    service: str | None = None,
    replace_lists: bool = False,
    quiet: bool = False,
) -> IntakeSummary:
    """Takes files into a campaign, keeping each untouched in the inbox under its SHA-256.

    Raises:
        UsageProblem: INT102 where ``service`` is not in ``services.csv``.
    """
    if service is not None and service not in campaign.services:
        raise UsageProblem("INT102")
    keys = campaign.keyring
    reader = FileReader(
        campaign.settings,
        frozenset(campaign.services),
        keys.private_keys(secret_phrase),
        lambda each: keys.service_token(campaign.settings.id, each),
        service,
        _mnemonic_reader(campaign),
    )
    # Made anew where the officer had to remove a damaged one: the inbox holds all that was received.
    with campaign.store(create=True) as store, progress(files, say("intake_progress"), as_json=quiet) as bar:
        keep = _keeper(campaign.folder.inbox)
        before = _replayed(store, files)
        again: list[FileOutcome] = []
        for file, service_before in before.items():
            same = replace(reader, list_service=service_before or service)
            intake = Intake(store, campaign.settings, same, keep=keep, replace_lists=True)
            again += intake.run(_read([file])).files
        intake = Intake(store, campaign.settings, reader, keep=keep, replace_lists=replace_lists)
        summary = _joined(again, intake.run(_read(bar)))
        recovered = recover_answers(store, keys.answer_mark)
    if before or recovered.answers or recovered.waiting:
        facts = {"files": len(before), "answers": recovered.answers, "waiting": recovered.waiting}
        click.echo(say("intake_recovered", **facts), err=True)
    return summary


def _joined(again: Sequence[FileOutcome], after: IntakeSummary) -> IntakeSummary:
    """One summary of what was taken in again and of the rest: the last return of a service is its state."""
    known = {each.sha256 for each in again}
    outcomes = [*again, *(each for each in after.files if each.sha256 not in known)]
    last = {each.service: rank for rank, each in enumerate(outcomes) if each.status == "current"}
    return IntakeSummary(
        tuple(
            replace(each, status="superseded")
            if each.status == "current" and last[each.service] != rank
            else each
            for rank, each in enumerate(outcomes)
        )
    )


def _replayed(store: Store, files: Sequence[Path]) -> dict[Path, str | None]:
    """Files that a lost store held, in the order of that time, with the service of those that are lists."""
    known = taken_before(store)
    if not known:
        return {}
    digests = {file: hashlib.sha256(data).hexdigest() for file in files for _, data in _read([file])}
    held = [file for file in files if digests[file] in known]
    held.sort(key=lambda file: known[digests[file]].rank)
    return {file: known[digests[file]].service for file in held}


def _mnemonic_reader(campaign: OpenCampaign) -> ReadMnemonic:
    """Turns a code written by hand on paper into tokens; where the secret is with a custodian, such a code is refused.

    It is letters and a birth date in clear: kept as it is, it would name somebody.
    """
    recipe = Recipe.load(campaign.settings.recipe)

    def read(text: str) -> Mapping[str, Any] | None:
        try:
            mnemonic_parts(text, recipe)
        except DamagedInput:
            return None
        if not campaign.keyring.holds_secret():
            raise DamagedInput("INT113")
        made = mnemonic_tokens(text, campaign.secret(), campaign.settings.id, recipe)
        return {"code": made.code, "tokens": made.tokens}

    return read


def _decrypted(campaign: OpenCampaign, files: Sequence[Path], key_file: Path) -> Path:
    """One file of the submissions that ODK encrypted, put into the inbox; the first that cannot be opened is an error."""
    from denombrement.intake.readers.odk_encryption import load_private_key, open_submissions
    from denombrement.intake.readers.odk_xml import submissions_as_records

    key = load_private_key(key_file.read_bytes())
    found = [
        (str(each), each.read_bytes())
        for folder in files
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    ]
    opened, failed = open_submissions(found, key)
    for path, error in failed:
        raise DamagedInput(error.code, where=Path(path).name, **error.facts)
    records = submissions_as_records(each.xml for each in opened)
    kept = campaign.folder.inbox / f"{hashlib.sha256(records).hexdigest()}.json"
    kept.write_bytes(records)
    return kept


def write_correction_sheets(campaign: OpenCampaign) -> list[Path]:
    """One workbook a service that has something to correct; sheets of services that have nothing left are removed."""
    folder = campaign.folder.internal / SHEETS_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with campaign.store() as store:
        sheets = correction_sheets(store, campaign.services, campaign.settings)
    for stale in folder.glob("*.xlsx"):
        if stale.stem not in sheets:
            stale.unlink()
    for service, content in sheets.items():
        correction_sheet(campaign.folder, service).write_bytes(content)
    return sorted(folder.glob("*.xlsx"))


def _listed(paths: Iterable[Path]) -> Iterator[Path]:
    for each in paths:
        if each.is_dir():
            yield from _whole(each)
        else:
            yield each


def _whole(folder: Path) -> list[Path]:
    """Files of a folder, without what a process left half written."""
    return sorted(file for file in folder.iterdir() if file.is_file() and file.suffix != _PART)


def _read(files: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        if file.stat().st_size > MAXIMUM_FILE_BYTES:
            raise DamagedInput("INT001", where=file.name, limit_bytes=MAXIMUM_FILE_BYTES)
        yield file.name, file.read_bytes()


def _keeper(inbox: Path) -> Callable[[str, bytes], None]:
    """Keeps a file untouched under its SHA-256, written beside and then renamed."""

    def keep(name: str, data: bytes) -> None:
        digest = hashlib.sha256(data).hexdigest()
        kept = {each.name for each in _whole(inbox) if each.name.startswith(digest)}
        if kept or (inbox / name).is_file():
            return
        beside = inbox / f"{digest}{_PART}"
        beside.write_bytes(data)
        beside.replace(inbox / (digest + Path(name).suffix.lower()[:16]))

    return keep


def _as_json(summary: IntakeSummary, sheets: Sequence[Path]) -> dict[str, Any]:
    return {
        "files": [_file(each) for each in summary.files],
        "by_status": summary.by_status,
        "declarations": summary.declarations,
        "quarantined": summary.quarantined,
        "outputs": [str(sheet) for sheet in sheets],
    }


def _file(outcome: FileOutcome) -> dict[str, Any]:
    error = outcome.error.as_dict(spoken()) if outcome.error else None
    return {
        "file": outcome.file,
        "sha256": outcome.sha256,
        "receipt": outcome.sha256[:RECEIPT_CHARACTERS],
        "status": outcome.status,
        "service": outcome.service,
        "declarations": outcome.declarations,
        "quarantined": outcome.quarantined,
        "vanished": outcome.vanished,
        "error": error,
    }


def _lines(summary: IntakeSummary, sheets: Sequence[Path]) -> list[str]:
    lines = [
        say(
            "intake_done",
            taken=summary.by_status.get("current", 0),
            unchanged=summary.by_status.get("unchanged", 0),
            declarations=summary.declarations,
            quarantined=summary.quarantined,
        )
    ]
    lines += [_received(each) for each in summary.files if each.status == "current"]
    lines += [
        say("intake_vanished", service=each.service, vanished=each.vanished)
        for each in summary.files
        if each.status == "current" and each.vanished
    ]
    for each in summary.files:
        if each.error:
            lines.append(_refusal(each.file, each.error))
            if each.vanished:
                lines.append(say("intake_unheard", service=each.service, number=each.vanished))
    if sheets:
        lines.append(say("intake_sheets", folder=sheets[0].parent))
    return lines


def _received(outcome: FileOutcome) -> str:
    return say(
        "intake_received",
        service=outcome.service,
        declarations=outcome.declarations,
        receipt=outcome.sha256[:RECEIPT_CHARACTERS],
    )


def _refusal(file: str, error: DenombrementError) -> str:
    return f"  {file}: {error.code} {error.text(spoken())} {error.mend(spoken())}"
