"""What the publishing commands share: the protected release kept in the store, and the way through the wall."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from denombrement.cli.common import Decorated, OpenCampaign, emit
from denombrement.cli.count import BOUNDARIES_FILE
from denombrement.cli.language import say
from denombrement.cli.panels import kept_panels
from denombrement.counts.campaign_count import count_campaign
from denombrement.counts.table import TERRITORY
from denombrement.errors import DamagedInput, ProtectionRefusal, UsageProblem
from denombrement.intake.store import Store
from denombrement.journal import Entry
from denombrement.library.panels import is_panel, with_panels
from denombrement.protection.history import ReleaseHistory
from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import Profile, load_profile
from denombrement.protection.release import Release
from denombrement.publication.maps.wording import LANGUAGES
from denombrement.publication.public import wall
from denombrement.publication.public.coverage import Coverage
from denombrement.publication.public.figures import Figures
from denombrement.publication.public.planned import (
    PlannedCounts,
    campaign_plan_text,
    planned_counts,
    with_retired,
)

if TYPE_CHECKING:
    from denombrement.publication.shapes import Geometry

SECRET_FILE, PLAN_FILE = "protection.key", "plan.toml"
DEFAULT_PLAN = "default"
SECRET_BYTES = 32
_RELEASES = """CREATE TABLE IF NOT EXISTS releases (
    number INTEGER PRIMARY KEY, intended VARCHAR, coverage VARCHAR, printed VARCHAR[], planned VARCHAR, release BLOB)"""


@dataclass(frozen=True)
class Kept:
    """One release in the store.

    Args:
        intended: digest of what it was made for.
        coverage: facts beside the tables.
        printed: names of the tables to print.
        planned: every table protected so far.
        signed: the release's file.
    """

    intended: str
    coverage: Coverage
    printed: tuple[str, ...]
    planned: tuple[PlannedTable, ...]
    signed: bytes

    def figures(self, secret: bytes) -> Figures:
        """What may be printed of it."""
        rated = [table.name for table in self.planned if table.rates and table.name in self.printed]
        return Figures.of(self.signed, secret, self.coverage, self.printed, rated=rated)


@dataclass(frozen=True)
class Intended:
    """What the campaign would publish now.

    Args:
        plan: which tables, those of earlier plans included.
        printed: names of the tables that the campaign's own plan prints.
        profile: how they are protected.
        counts: the count tables behind them.
        coverage: facts that concern no person.
        history: what readers have already.
    """

    plan: PublicationPlan
    printed: tuple[str, ...]
    profile: Profile
    counts: PlannedCounts
    coverage: Coverage
    history: ReleaseHistory

    @property
    def digest(self) -> str:
        """SHA-256 of counts, plan, profile and facts: a verdict holds for one of these alone."""
        facts = json.dumps([self.coverage.to_json(), self.printed])
        return hashlib.sha256((self.counts.digest(self.plan, self.profile) + facts).encode()).hexdigest()


def intended(campaign: OpenCampaign, store: Store) -> Intended:
    """Counts the campaign and lays out what its plan asks for."""
    own, before = load_plan(campaign), last_release(store)
    history = ReleaseHistory()
    if before is not None:
        history = Release.from_bytes(before.signed, protection_secret(campaign, store)).history
    earlier = [table for table in (before.planned if before else ()) if not is_panel(table)]
    plan = with_retired(own, earlier)
    count = count_campaign(store, campaign.settings, campaign.services)
    counts = planned_counts(count, plan, _territories(history))
    printed = tuple(each.name for each in own.resolved(counts.tables))
    counts, plan = with_panels(count, counts, plan, kept_panels(store), _territories(history))
    profile = load_profile(campaign.settings.publication.profile)
    return Intended(plan, printed, profile, counts, Coverage.of(count), history)


def _territories(history: ReleaseHistory) -> frozenset[str]:
    """Codes of every territory that an earlier release has a figure of."""
    codes = (pair for known in history.cells for pair in known.cell.codes)
    return frozenset(code for dimension, code in codes if dimension == TERRITORY)


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


def releases(store: Store) -> list[Kept]:
    """Every release kept, oldest first."""
    if not store.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'releases'"):
        return []
    rows = store.rows("SELECT intended, coverage, printed, planned, release FROM releases ORDER BY number")
    return [
        Kept(
            str(digest),
            Coverage.from_json(coverage),
            tuple(printed),
            tuple(PlannedTable(**table) for table in json.loads(planned)),
            bytes(signed),
        )
        for digest, coverage, printed, planned, signed in rows
    ]


def last_release(store: Store) -> Kept | None:
    """The newest release kept."""
    kept = releases(store)
    return kept[-1] if kept else None


def keep_release(store: Store, wanted: Intended, signed: bytes) -> None:
    """Adds a release to those kept; to be called inside an act."""
    store.rows(_RELEASES)
    planned = json.dumps([asdict(table) for table in wanted.plan.tables])
    store.rows(
        "INSERT INTO releases SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ? FROM releases",
        [wanted.digest, wanted.coverage.to_json(), list(wanted.printed), planned, signed],
    )


def passed_figures(campaign: OpenCampaign, store: Store) -> Figures:
    """The figures that may be published now.

    Raises:
        ProtectionRefusal: PUB051, the auditor has not passed the present count, plan and profile.
    """
    kept = last_release(store)
    if kept is None or kept.intended != intended(campaign, store).digest:
        raise ProtectionRefusal("PUB051")
    return kept.figures(protection_secret(campaign, store))


def languages_option(function: Decorated) -> Decorated:
    """``--language``, as often as wanted, beside French."""
    return click.option(
        "--language",
        "languages",
        type=click.Choice([*LANGUAGES, "all"]),
        multiple=True,
        help=say("publish_language"),
    )(function)


@dataclass(frozen=True)
class Published:
    """What one command left in ``public/``.

    Args:
        outputs: files of the part.
        removed: other parts that stood there, made of an earlier release.
    """

    outputs: list[Path]
    removed: tuple[str, ...] = ()


def tell_published(published: Published, done: str, *, as_json: bool) -> None:
    """Prints what was written, and which parts of an earlier protection no longer stand beside it.

    Args:
        published: what to tell.
        done: the sentence about the part itself.
        as_json: for a machine.
    """
    commands = ", ".join(say(f"removed_{part}") for part in published.removed)
    lines = [done, say("publish_removed", parts=commands)] if commands else [done]
    outputs = [str(each) for each in published.outputs]
    emit({"outputs": outputs, "removed": list(published.removed)}, lines, as_json=as_json)


def publish(campaign: OpenCampaign, part: str, languages: Sequence[str] = ()) -> Published:
    """Builds one part from the passed release and lets it through the wall.

    Args:
        campaign: to publish.
        part: one of ``PARTS``.
        languages: beside French; ``all`` for the four.

    Raises:
        ProtectionRefusal: PUB051, nothing was passed for the present count.
        DamagedInput: PUB054, ``public/`` holds something that the commands did not put there.
    """
    from denombrement.publication.public.parts import build_part, part_name

    wanted = LANGUAGES if "all" in languages else languages
    public = campaign.folder.public
    with campaign.store() as store:
        figures = passed_figures(campaign, store)
        wall.mend_interrupted(public)
        refuse_problems(list(wall.problems(public, journaled_manifests(store))))
        build = build_part(part_name(part, wanted), figures, geometry(campaign))
        before = wall.read_manifest(public)
        head = store.last_entry()
        sealed = wall.sealed_head(head.hash if head else "", protection_secret(campaign, store))
        manifest = wall.next_manifest(before, build, sealed)
        if manifest is None:
            return Published([public / name for name in sorted(build.files)])
        with store.act("publish") as facts:
            facts.update({"part": part, "files": len(build.files), "manifest": manifest.digest})
            facts["release"] = build.release
        return Published(wall.raise_wall(public, manifest, build), _removed(before, manifest))


def _removed(before: wall.Manifest | None, after: wall.Manifest) -> tuple[str, ...]:
    """Parts that stood in ``public/`` and no longer do: files of two releases never stand side by side."""
    earlier, now = (
        {str(each["part"]).partition(":")[0] for each in manifest.files.values()} if manifest else set()
        for manifest in (before, after)
    )
    return tuple(sorted(earlier - now))


def journaled_manifests(store: Store) -> list[str]:
    """SHA-256 of every manifest that the journal tells of, oldest first."""
    return [str(entry.facts["manifest"]) for entry in published_entries(store)]


def published_entries(store: Store) -> list[Entry]:
    """The journal's lines about public files, oldest first."""
    return [entry for entry in store.verify_journal() if entry.act == "publish"]


def refuse_problems(found: list[wall.Problem]) -> None:
    """Raises PUB054 where something is wrong."""
    if found:
        first = found[0]
        kind = say(f"problem_{first.kind}")
        raise DamagedInput("PUB054", problems=len(found), file=first.file or "public", kind=kind)


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
