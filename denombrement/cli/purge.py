"""``denombrement purge``: secret, codes and tokens destroyed, certificate written; the count stays possible."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from denombrement import __version__
from denombrement.cli.common import OpenCampaign, campaign_argument, common_options, emit, open_campaign
from denombrement.cli.forms import FORMS_FOLDER, KIT_FOLDER
from denombrement.cli.language import say
from denombrement.cli.simulate import MAILBOX
from denombrement.counts.campaign_count import count_campaign
from denombrement.dedup.campaign_links import is_purged
from denombrement.dedup.review.purge import purge_store, rewrite_store
from denombrement.errors import UsageProblem
from denombrement.intake.keyring import SECRET_FILE, TOKENS_FILE
from denombrement.intake.store import Store
from denombrement.journal import Entry

CERTIFICATE = "certificat-de-purge.txt"
_KEYS = (SECRET_FILE, TOKENS_FILE)


@click.command("purge", help=say("purge"))
@campaign_argument
@click.option("--yes", "is_sure", is_flag=True, help=say("purge_yes"))
@common_options
def command(path: Path, *, is_sure: bool, as_json: bool) -> None:
    """Purges; an interrupted purge is finished by running it again."""
    if not is_sure:
        raise UsageProblem("LNK915")
    campaign = open_campaign(path)
    files = _doomed(campaign)
    if campaign.is_kit:
        result, lines = _purge_kit(campaign, files)
        emit(result, lines, as_json=as_json)
        return
    with campaign.store() as store:
        _purge(store, campaign, files)
        act = _purge_act(store)
        head = store.last_entry()
    rewrite_store(campaign.folder.store)
    for file in files:
        file.unlink()
    certificate = path / CERTIFICATE
    certificate.write_text(_certificate(campaign, act, head or act), encoding="utf-8")
    result = {**act.facts, "at": act.at, "journal_head": (head or act).hash, "outputs": [str(certificate)]}
    lines = [say("purge_done", file=certificate), say("purge_remains")]
    if campaign.settings.custodian:
        lines.append(say("purge_custodian", custodian=campaign.settings.custodian))
    emit(result, lines, as_json=as_json)


def _purge_kit(campaign: OpenCampaign, files: Sequence[Path]) -> tuple[dict[str, Any], list[str]]:
    """The custodian's part: secret and pages destroyed; there is no store and no journal here."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    removed = [f"{sha256} {name}" for name, sha256 in sorted(_digests(campaign, files).items())]
    for file in files:
        file.unlink()
    certificate = campaign.folder.path / CERTIFICATE
    # Run again, it says what was destroyed first.
    if files or not certificate.is_file():
        lines = [
            say("certificate_title", name=campaign.settings.name, id=campaign.settings.id),
            say("certificate_when", at=at, version=__version__),
            say("certificate_kit"),
            "",
            say("certificate_files"),
            *removed,
        ]
        certificate.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = {"at": at, "files": removed, "outputs": [str(certificate)]}
    return result, [say("purge_done", file=certificate), say("purge_remains")]


def _purge(store: Store, campaign: OpenCampaign, files: Sequence[Path]) -> None:
    if is_purged(store):
        return
    drawn = count_campaign(store, campaign.settings, campaign.services).drawn
    if drawn is None:
        raise UsageProblem("LNK910")
    purge_store(store, intervals=asdict(drawn), removed_files=_digests(campaign, files))


def _doomed(campaign: OpenCampaign) -> list[Path]:
    """Files that hold the secret, or codes: keys, form pages, sealed returns."""
    folder = campaign.folder
    places = (folder.path / FORMS_FOLDER, folder.inbox, folder.path / MAILBOX, folder.path / KIT_FOLDER)
    found = [folder.keys / name for name in _KEYS]
    found += [file for place in places if place.is_dir() for file in sorted(place.rglob("*"))]
    return [file for file in found if file.is_file()]


def _digests(campaign: OpenCampaign, files: Sequence[Path]) -> Mapping[str, str]:
    """SHA-256 of what is removed; of the keys only that they were there: their digest is of no use but to a guesser."""
    return {
        file.relative_to(campaign.folder.path).as_posix(): (
            "-" if file.name in _KEYS else hashlib.sha256(file.read_bytes()).hexdigest()
        )
        for file in files
    }


def _purge_act(store: Store) -> Entry:
    return next(entry for entry in reversed(store.verify_journal()) if entry.act == "purge")


def _certificate(campaign: OpenCampaign, act: Entry, head: Entry) -> str:
    facts: Mapping[str, Any] = act.facts
    lines = [
        say("certificate_title", name=campaign.settings.name, id=campaign.settings.id),
        say("certificate_when", at=act.at, version=act.version),
        say("certificate_removed", codes=facts["codes"], tokens=facts["tokens"], files=len(facts["files"])),
        say("certificate_kept"),
        say("certificate_limits"),
        *(
            [say("purge_custodian", custodian=campaign.settings.custodian)]
            if campaign.settings.custodian
            else []
        ),
        "",
        say("certificate_digest", digest=facts["removed"]),
        say("certificate_act", number=act.number, hash=act.hash),
        say("certificate_head", number=head.number, hash=head.hash),
        "",
        say("certificate_files"),
        *facts["files"],
    ]
    return "\n".join(lines) + "\n"
