"""``denombrement verify``: proof that ``public/`` holds what these commands wrote, and nothing else."""

from __future__ import annotations

from pathlib import Path

import click

from denombrement.cli.common import OpenCampaign, campaign_argument, common_options, emit, open_campaign
from denombrement.cli.language import say
from denombrement.cli.publishing import (
    geometry,
    intended,
    journaled_manifests,
    last_release,
    protection_secret,
    published_entries,
    refuse_problems,
    releases,
)
from denombrement.errors import ProtectionRefusal
from denombrement.intake.store import Store
from denombrement.publication.public import wall
from denombrement.publication.public.figures import Figures


@click.command("verify", help=say("verify"))
@campaign_argument
@click.option("--rebuild", is_flag=True, help=say("verify_rebuild"))
@common_options
def command(path: Path, *, rebuild: bool, as_json: bool) -> None:
    """Checks, and with ``--rebuild`` makes every file again to compare it."""
    campaign = open_campaign(path)
    with campaign.store() as store:
        refuse_problems(find_problems(campaign, store, rebuild=rebuild))
        manifest = wall.read_manifest(campaign.folder.public)
        kept = last_release(store)
        current = kept is not None and kept.intended == intended(campaign, store).digest
    files = len(manifest.files) if manifest else 0
    lines = [say("verify_done", files=files) if files else say("verify_nothing")]
    if files and not current:
        lines.append(say("verify_outdated"))
    emit({"files": files, "intact": True, "current": current}, lines, as_json=as_json)


def find_problems(campaign: OpenCampaign, store: Store, *, rebuild: bool) -> list[wall.Problem]:
    """Everything in ``public/`` that the journal and the kept releases do not account for.

    Raises:
        DamagedInput: CAM101 to CAM103, the journal itself is damaged.
    """
    public = campaign.folder.public
    journaled = journaled_manifests(store)
    found = list(wall.problems(public, journaled))
    if found:
        return found
    manifest = wall.read_manifest(public)
    if manifest is None:
        return [wall.Problem("missing", wall.MANIFEST)] if journaled else []
    if manifest.digest != journaled[-1]:
        found.append(wall.Problem("older", wall.MANIFEST))
    elif manifest.journal_head != _sealed_before(campaign, store):
        found.append(wall.Problem("journal", wall.MANIFEST))
    figures = _figures_of(campaign, store, manifest.release)
    if figures is None:
        found.append(wall.Problem("release", wall.MANIFEST))
    elif rebuild:
        found += _differences(campaign, manifest, figures)
    return found


def _sealed_before(campaign: OpenCampaign, store: Store) -> str:
    """The journal's head before its last line about public files, as the manifest should have it."""
    before = published_entries(store)[-1].previous
    return wall.sealed_head(before, protection_secret(campaign, store))


def _figures_of(campaign: OpenCampaign, store: Store, digest: str) -> Figures | None:
    """The kept release that a manifest names, if its signature holds."""
    for kept in reversed(releases(store)):
        try:
            figures = kept.figures(protection_secret(campaign, store))
        except ProtectionRefusal:
            continue
        if figures.audit == digest:
            return figures
    return None


def _differences(campaign: OpenCampaign, manifest: wall.Manifest, figures: Figures) -> list[wall.Problem]:
    from denombrement.publication.public.parts import build_part

    parts = {str(each["part"]) for each in manifest.files.values()}
    again = {
        name: wall.sha256(content)
        for part in sorted(parts)
        for name, content in build_part(part, figures, geometry(campaign)).files.items()
    }
    names = sorted(again.keys() | manifest.files.keys())
    return [
        wall.Problem("rebuilt", name)
        for name in names
        if again.get(name) != manifest.files.get(name, {}).get("sha256")
    ]
