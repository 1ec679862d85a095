"""What the publishing commands share: the protected release kept in the store, and the way through the wall."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from denombrement.cli.common import OpenCampaign
from denombrement.cli.count import BOUNDARIES_FILE
from denombrement.counts.campaign_count import count_campaign
from denombrement.errors import DamagedInput, ProtectionRefusal, UsageProblem
from denombrement.intake.store import Store
from denombrement.protection.plan import PublicationPlan
from denombrement.protection.profiles import Profile, load_profile
from denombrement.publication.public import wall
from denombrement.publication.public.figures import Coverage, Figures
from denombrement.publication.public.planned import PlannedCounts, campaign_plan_text, planned_counts

if TYPE_CHECKING:
    from denombrement.publication.shapes import Geometry

SECRET_FILE, PLAN_FILE = "protection.key", "plan.toml"
DEFAULT_PLAN = "default"
SECRET_BYTES = 32
_RELEASES = "CREATE TABLE IF NOT EXISTS releases (number INTEGER PRIMARY KEY, counts VARCHAR, coverage VARCHAR, release BLOB)"


@dataclass(frozen=True)
class Intended:
    """What the campaign would publish now.

    Args:
        plan: which tables.
        profile: how they are protected.
        counts: the count tables behind them.
        coverage: facts that concern no person.
    """

    plan: PublicationPlan
    profile: Profile
    counts: PlannedCounts
    coverage: Coverage

    @property
    def digest(self) -> str:
        """SHA-256 of counts, plan, profile and facts: a verdict holds for one of these alone."""
        whole = self.counts.digest(self.plan, self.profile) + self.coverage.to_json()
        return hashlib.sha256(whole.encode()).hexdigest()


def intended(campaign: OpenCampaign, store: Store) -> Intended:
    """Counts the campaign and lays out what its plan asks for."""
    plan = load_plan(campaign)
    profile = load_profile(campaign.settings.publication.profile)
    count = count_campaign(store, campaign.settings, campaign.services)
    return Intended(plan, profile, planned_counts(count, plan), Coverage.of(count))


def load_plan(campaign: OpenCampaign) -> PublicationPlan:
    """The campaign's own plan, or the one that comes with the package.

    Raises:
        UsageProblem: PUB055, the settings name a plan that is not there; PRO003, it is no plan.
    """
    name = campaign.settings.publication.plan
    if name == DEFAULT_PLAN:
        return PublicationPlan.from_toml(campaign_plan_text())
    file = campaign.folder.path / Path(name).name
    if not file.is_file():
        raise UsageProblem("PUB055", plan=Path(name).name)
    return PublicationPlan.from_toml(file.read_text(encoding="utf-8"))


def protection_secret(campaign: OpenCampaign, store: Store) -> bytes:
    """The campaign's protection secret, made at first use, readable by its owner alone.

    Raises:
        ProtectionRefusal: PUB056, it is gone although tables were protected with it.
    """
    file = campaign.folder.keys / SECRET_FILE
    if not file.is_file():
        if releases(store):
            raise ProtectionRefusal("PUB056", where=SECRET_FILE)
        campaign.folder.keys.mkdir(mode=0o700, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(SECRET_BYTES), encoding="utf-8")
    return bytes.fromhex(file.read_text(encoding="utf-8").strip())


def releases(store: Store) -> list[tuple[int, str, str, bytes]]:
    """Every release kept, oldest first: number, digest of what was intended, facts, signed tables."""
    if not store.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'releases'"):
        return []
    return [
        (int(number), str(counts), str(coverage), bytes(release))
        for number, counts, coverage, release in store.rows("SELECT * FROM releases ORDER BY number")
    ]


def keep_release(store: Store, digest: str, coverage: Coverage, release: bytes) -> None:
    """Adds a release to those kept; to be called inside an act."""
    store.rows(_RELEASES)
    ((number,),) = store.rows("SELECT coalesce(max(number), 0) + 1 FROM releases")
    store.rows("INSERT INTO releases VALUES (?, ?, ?, ?)", [number, digest, coverage.to_json(), release])


def passed_figures(campaign: OpenCampaign, store: Store) -> Figures:
    """The figures that may be published now.

    Raises:
        ProtectionRefusal: PUB051, the auditor has not passed the present count, plan and profile.
    """
    kept = releases(store)
    if not kept or kept[-1][1] != intended(campaign, store).digest:
        raise ProtectionRefusal("PUB051")
    _, _, coverage, release = kept[-1]
    return Figures.of(release, protection_secret(campaign, store), Coverage.from_json(coverage))


def publish(campaign: OpenCampaign, part: str) -> list[Path]:
    """Builds one part from the passed release and lets it through the wall.

    Raises:
        ProtectionRefusal: PUB051, nothing was passed for the present count.
        DamagedInput: PUB054, ``public/`` holds something that the commands did not put there.
    """
    from denombrement.publication.public.parts import build_part

    public = campaign.folder.public
    with campaign.store() as store:
        figures = passed_figures(campaign, store)
        wall.mend_interrupted(public)
        refuse_problems(list(wall.problems(public, journaled_manifests(store))))
        build = build_part(part, figures, geometry(campaign))
        before = wall.read_manifest(public)
        head = store.last_entry()
        manifest = wall.next_manifest(before, build, head.hash if head else "")
        if manifest is None:
            return [public / name for name in sorted(build.files)]
        with store.act("publish") as facts:
            facts.update({"part": part, "files": len(build.files), "manifest": manifest.digest})
            facts["release"] = build.release
        return wall.raise_wall(public, manifest, build)


def journaled_manifests(store: Store) -> list[str]:
    """SHA-256 of every manifest that the journal tells of, oldest first."""
    return [str(entry.facts["manifest"]) for entry in store.verify_journal() if entry.act == "publish"]


def refuse_problems(found: list[wall.Problem]) -> None:
    """Raises PUB054 where something is wrong."""
    if found:
        first = found[0]
        raise DamagedInput("PUB054", problems=len(found), file=first.file or "public", kind=first.kind)


def geometry(campaign: OpenCampaign) -> Geometry:
    """Real boundaries where the campaign has them, tiles otherwise."""
    from denombrement.publication.boundaries import load_boundaries
    from denombrement.publication.tiles import load_tiles

    kept = campaign.folder.path / BOUNDARIES_FILE
    return load_boundaries(kept) if kept.is_file() else load_tiles(campaign.settings.night)


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """A file beside, renamed to its place when all of it is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    yield beside
    beside.replace(path)
