"""``denombrement purge``: secret, codes and tokens destroyed, certificate written; the count stays possible."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from denombrement.cli.common import OpenCampaign, campaign_argument, common_options, emit, open_campaign
from denombrement.cli.forms import FORMS_FOLDER
from denombrement.cli.language import say
from denombrement.cli.simulate import MAILBOX
from denombrement.counts.campaign_count import count_campaign
from denombrement.dedup.campaign_links import is_purged
from denombrement.dedup.review.purge import purge_store, rewrite_store
from denombrement.errors import UsageProblem
from denombrement.intake.store import Store
from denombrement.journal import Entry

CERTIFICATE = "certificat-de-purge.txt"
_KEYS = ("campaign.secret", "tokens.key")


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
    emit(result, [say("purge_done", file=certificate), say("purge_remains")], as_json=as_json)


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
    places = (folder.path / FORMS_FOLDER, folder.inbox, folder.path / MAILBOX)
    found = [folder.keys / name for name in _KEYS]
    found += [file for place in places if place.is_dir() for file in sorted(place.rglob("*"))]
    return [file for file in found if file.is_file()]


def _digests(campaign: OpenCampaign, files: Sequence[Path]) -> Mapping[str, str]:
    """SHA-256 of what is removed; of the keys only that they were there: their digest is of no use but to a guesser."""
    return {
        file.relative_to(campaign.folder.path).as_posix(): (
            "-" if file.parent == campaign.folder.keys else hashlib.sha256(file.read_bytes()).hexdigest()
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
        "",
        say("certificate_digest", digest=facts["removed"]),
        say("certificate_act", number=act.number, hash=act.hash),
        say("certificate_head", number=head.number, hash=head.hash),
        "",
        say("certificate_files"),
        *facts["files"],
    ]
    return "\n".join(lines) + "\n"
