"""One campaign as typed tables: the whole of what a researcher needs to open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denombrement import __version__
from denombrement.campaign import Campaign, CampaignFolder, Service
from denombrement.counts.campaign_count import CampaignCount, count_campaign
from denombrement.counts.counting import ADULTS
from denombrement.counts.dimensions import CATEGORY
from denombrement.counts.table import TERRITORY
from denombrement.errors import ProtectionRefusal, UsageProblem
from denombrement.intake.store import Store, open_store
from denombrement.library.columns import SEVERAL, categorical, in_order, labelled, typed
from denombrement.survey.questionnaire import DONT_KNOW, options, question

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from denombrement.estimation.comparison import CampaignSightings
    from denombrement.estimation.histories import CaptureHistories
    from denombrement.library.places import AbsentCommunes, SilentServices

BOUNDARIES_FILE = "boundaries.json"
PROTECTION_SECRET = "protection.key"  # noqa: S105 - the name of a file
PROJECTION = "EPSG:3812"
# Pseudonyms and numbers of a service's own files are for linkage, not for research.
WITHHELD = ("code", "opaque_code", "recipe", "case_number")
_FIRST = ("person", CATEGORY, "situation", "sex", "age_band", "age_years", TERRITORY)
_LAST = ("believed_service", "believed_declaration", "declarations", "services")


@dataclass(frozen=True)
class _Content:
    """What one reading of the store gives."""

    count: CampaignCount
    declarations: pd.DataFrame
    children: pd.DataFrame
    pairs: pd.DataFrame | None
    release: bytes | None
    journal_head: str
    journal_entries: int


class CampaignData:
    """The tables of one campaign, read once, when first asked for; nothing is ever written.

    Every table bears in ``attrs`` where it comes from (see ``provenance``). Codes are categorical, in the order of ETHOS
    Light and of the form; ``labelled`` turns them into words. Everything but ``protected`` is exact and must stay in
    the team.
    """

    def __init__(self, path: Path, resolution: Sequence[str] | None = None) -> None:
        """Reads the settings and the services of a campaign's folder.

        Args:
            path: the folder.
            resolution: other rules of conflict than the campaign's, to see what they change.

        Raises:
            UsageProblem: CAM001 where the folder is not a campaign.
            DamagedInput: CAM002 to CAM008.
        """
        self.folder = CampaignFolder(path)
        settings = self.folder.load()
        chosen = settings.resolution if resolution is None else tuple(resolution)
        self.settings: Campaign = settings.model_copy(update={"resolution": chosen})
        self._services: dict[str, Service] = self.folder.load_services()

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Campaign, night, journal head (SHA-256), version, method of deduplication, adults with their 95 % interval."""
        content, count = self._content, self._content.count
        return {
            "campaign": self.settings.id,
            "night": self.settings.night.isoformat(),
            "journal_head": content.journal_head,
            "journal_entries": content.journal_entries,
            "version": __version__,
            "method": count.method,
            "resolution": list(self.settings.resolution),
            "adults": count.adults,
            "adults_interval": [count.adults_low, count.adults_high],
            "communes_participating": len(count.participation.participating),
            "communes_total": len(count.participation.communes),
        }

    @cached_property
    def declarations(self) -> pd.DataFrame:
        """One row a declaration of the current returns, with its ``person``; without codes and case numbers."""
        content = self._content
        people = content.count.members[["service", "declaration_id", "person"]]
        frame = content.declarations.merge(people, on=["service", "declaration_id"], how="left")
        frame = frame.drop(columns=[name for name in WITHHELD if name in frame.columns])
        return self._finished(frame)

    @cached_property
    def persons(self) -> pd.DataFrame:
        """One row an adult counted: what was settled of his or her declarations, and the derived dimensions."""
        return self._persons(self._content.count.counted.counted)

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """One row an adult declared and not counted; ``scope`` says why."""
        everyone = self._content.count.counted.persons
        return self._persons(everyone[everyone["scope"] != "counted"])

    @cached_property
    def children(self) -> pd.DataFrame:
        """One row a child as one declaration names it (one child may be named twice: use ``counts`` for figures)."""
        return self._finished(self._content.children)

    @cached_property
    def links(self) -> pd.DataFrame:
        """Scored pairs of declarations: ``first_id``, ``second_id``, ``weight``, ``posterior``, ``undecided``, ``passes``.

        Raises:
            UsageProblem: LIB003, deduplication was not run on the present declarations.
        """
        content = self._content
        if content.pairs is None or content.count.links is None:
            raise UsageProblem("LIB003")
        return self._finished(content.pairs, report=content.count.links.report)

    @cached_property
    def sightings(self) -> pd.DataFrame:
        """One row an adult counted and service that declared it: ``person``, ``service``, ``service_type``."""
        members = self._content.count.members
        seen = members.loc[members["person"].isin(self.persons["person"]), ["person", "service"]]
        types = {each.id: each.type for each in self._services.values()}
        frame = seen.drop_duplicates().reset_index(drop=True)
        return self._finished(frame.assign(service_type=frame["service"].map(types)))

    @cached_property
    def services(self) -> pd.DataFrame:
        """One row a service: ``service``, ``name``, ``service_type``, ``service_territory``, ``answer``; no contact."""
        import pandas as pd

        states = self._content.count.participation.services
        rows = [(each.id, each.name, each.type, states[each.id]) for each in self._services.values()]
        frame = pd.DataFrame(rows, columns=["service", "name", "service_type", "answer"])
        return self._finished(frame.assign(answer=frame["answer"].astype("category")))

    @cached_property
    def communes(self) -> pd.DataFrame:
        """One row a commune of the night: ``territory``, ``participation`` (answered, zero, refused, silent), ``adults``.

        Adults may stand beside a commune that did not take part: services elsewhere met them.
        """
        import pandas as pd

        count = self._content.count
        states = count.participation.communes
        slept = count.counted.counted[TERRITORY].value_counts()
        rows = [(nis, state, int(slept.get(nis, 0))) for nis, state in sorted(states.items())]
        frame = pd.DataFrame(rows, columns=[TERRITORY, "participation", "adults"])
        return self._finished(frame.assign(participation=frame["participation"].astype("category")))

    def counts(
        self, dimensions: Sequence[str] = (CATEGORY,), measure: str = ADULTS, *, margins: bool = False
    ) -> pd.DataFrame:
        """Persons crossed by dimensions, one row a cell, zeros included, communes that did not take part absent.

        Args:
            dimensions: any of ``category``, ``situation``, ``sex``, ``age_band``, ``territory``, ``service_territory``,
                or a question with one answer.
            measure: ``adults``, ``children`` (direct) or ``children_indirect``.
            margins: totals too.

        Returns:
            The dimensions and ``count``; for adults by category alone, ``low`` and ``high`` of the linkage's 95 %
            interval where deduplication was run.

        Raises:
            UsageProblem: CNT910, an unknown dimension.
        """
        count = self._content.count
        table = count.counted.table(list(dimensions), measure)
        frame = table.frame(with_margins=margins)
        for name in dimensions:
            tree = table.hierarchies[name]
            codes = tree.codes if margins else in_order(name, tree.leaves, self.settings.night)
            frame[name] = categorical(frame[name], codes)
        if not margins:
            frame = frame.sort_values(list(dimensions), ignore_index=True)
        if tuple(dimensions) == (CATEGORY,) and measure == ADULTS and count.drawn and not margins:
            ends = {code: (each.low, each.high) for code, each in count.drawn.by_category.items()}
            frame["low"] = [ends.get(code, (0, 0))[0] for code in frame[CATEGORY]]
            frame["high"] = [ends.get(code, (0, 0))[1] for code in frame[CATEGORY]]
        absent = sorted(table.not_counted)
        return self._attributed(
            frame, dimensions=list(dimensions), measure=measure, unit="persons", not_counted=absent
        )

    def answers(self, code: str) -> pd.DataFrame:
        """A question with several answers as persons × options: true, false, or empty where nobody knows.

        Raises:
            UsageProblem: SUR001, no such question; LIB002, it has one answer.
        """
        import pandas as pd

        asked = question(code)
        if asked.kind != SEVERAL:
            raise UsageProblem("LIB002", question=code)
        given = self.persons.set_index("person")[code]
        known = [_known_answers(each) for each in given]
        columns = {
            option: pd.array([None if each is None else option in each for each in known], dtype="boolean")
            for option in options(asked.options)
            if option != DONT_KNOW
        }
        frame = pd.DataFrame(columns, index=given.index)
        return self._attributed(frame, question=code)

    @cached_property
    def protected(self) -> dict[str, pd.DataFrame]:
        """The tables that may leave, by name: dimensions, ``value``, ``status``; from the last release protected.

        Raises:
            ProtectionRefusal: LIB004, nothing was protected yet; PRO007, the release was altered.
        """
        from denombrement.protection.release import Release

        file = self.folder.keys / PROTECTION_SECRET
        if self._content.release is None or not file.is_file():
            raise ProtectionRefusal("LIB004")
        secret = bytes.fromhex(file.read_text(encoding="utf-8").strip())
        release = Release.from_bytes(self._content.release, secret)
        known = {"campaign": self.settings.id, "version": __version__, "protected": True}
        return {
            name: _with_attrs(table.frame(), {**known, "measure": table.measure})
            for name, table in release.tables.items()
        }

    def geometry(self, level: str = "commune") -> gpd.GeoDataFrame:
        """Outlines of the night's ``commune`` or ``arrondissement``: ``territory``, ``label``, ``geometry``.

        Real boundaries where the campaign has them (EPSG:3812), else the tile map, which has no projection; ``attrs``
        hold the credit to print.

        Raises:
            UsageProblem: PUB005, another level.
        """
        from denombrement.library.outlines import outlines
        from denombrement.publication.boundaries import load_boundaries
        from denombrement.publication.tiles import load_tiles

        kept = self.folder.path / BOUNDARIES_FILE
        shapes = load_boundaries(kept) if kept.is_file() else load_tiles(self.settings.night)
        frame = outlines(shapes, level, PROJECTION if kept.is_file() else None)
        frame.attrs.update(self.provenance)
        return frame

    def histories(
        self, grouping: str = "five_systems", categories: Sequence[str] | None = None, draws: int = 20
    ) -> tuple[CaptureHistories, ...]:
        """Capture histories of the adults counted: under the count's partition first, then under draws of the linkage.

        Args:
            grouping: of services into systems (``estimation.grouping.default_groupings``).
            categories: of the persons; all but EL4 and BE7, which other services see, when omitted.
            draws: how many partitions.

        Raises:
            UsageProblem: LIB003, deduplication was not run; EST024, unknown grouping; EST007.
        """
        from denombrement.library.groupings import grouping_named, studied
        from denombrement.library.sightings import capture_draws, declared_in_draws

        content = self._content
        declared = declared_in_draws(content.count, content.declarations, self._services, draws)
        return capture_draws(
            declared, grouping_named(grouping), studied() if categories is None else categories
        )

    def scenarios(self, draws: int = 20_000, seed: int = 1) -> tuple[AbsentCommunes, SilentServices]:
        """What communes that did not take part, and silent services, may hold; never to be added to the count."""
        from denombrement.library.places import absent_communes, silent_services

        count = self._content.count
        return (
            absent_communes(count, draws=draws, seed=seed),
            silent_services(count, self._services, draws=draws, seed=seed),
        )

    def panel(self) -> CampaignSightings:
        """Who saw whom, for ``compare``."""
        from denombrement.library.sightings import campaign_sightings

        return campaign_sightings(self._content.count)

    def labelled(self, frame: pd.DataFrame, language: str = "fr", *, columns: bool = False) -> pd.DataFrame:
        """The frame with labels in place of codes (``denombrement.labelled``)."""
        return labelled(frame, language, columns=columns)

    def summary(self) -> dict[str, Any]:
        """The figures of ``denombrement count --json``."""
        return self._content.count.summary()

    @cached_property
    def _content(self) -> _Content:
        with open_store(self.folder.store, self.folder.journal) as store:
            count = count_campaign(store, self.settings, self._services)
            last = store.last_entry()
            return _Content(
                count=count,
                declarations=store.frame("SELECT * FROM declarations ORDER BY service, declaration_id"),
                children=store.frame("SELECT * FROM children ORDER BY service, declaration_id, rank"),
                pairs=store.frame("SELECT * FROM links ORDER BY first_id, second_id")
                if count.links
                else None,
                release=_last_release(store),
                journal_head=last.hash if last else "",
                journal_entries=last.number if last else 0,
            )

    def _persons(self, frame: pd.DataFrame) -> pd.DataFrame:
        kept = [name for name in frame.columns if name not in WITHHELD]
        middle = [name for name in kept if name not in {*_FIRST, *_LAST}]
        return self._finished(frame[[*_FIRST, *middle, *_LAST]].reset_index(drop=True))

    def _finished(self, frame: pd.DataFrame, **facts: Any) -> pd.DataFrame:  # noqa: ANN401 - JSON values
        return self._attributed(typed(frame, self.settings.night), **facts)

    def _attributed(self, frame: pd.DataFrame, **facts: Any) -> pd.DataFrame:  # noqa: ANN401 - JSON values
        return _with_attrs(frame, {**self.provenance, **facts})


def open_campaign(path: str | Path, *, resolution: Sequence[str] | None = None) -> CampaignData:
    """Opens a campaign's folder for reading.

    Args:
        path: the folder.
        resolution: rules that settle which declaration is believed, in place of the campaign's own.

    Raises:
        UsageProblem: CAM001 where the folder is not a campaign.
        DamagedInput: CAM002 to CAM008 where its settings or its services cannot be read.
    """
    return CampaignData(Path(path), resolution)


def _with_attrs(frame: pd.DataFrame, attrs: dict[str, Any]) -> pd.DataFrame:
    frame.attrs.update(attrs)
    return frame


def _known_answers(given: object) -> frozenset[str] | None:
    """Answers given; None where nobody knows or nobody asked."""
    import pandas as pd

    if not pd.api.types.is_list_like(given):
        return None
    answers = frozenset(str(each) for each in given)  # type: ignore[attr-defined]
    return None if DONT_KNOW in answers or not answers else answers


def _last_release(store: Store) -> bytes | None:
    if not store.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'releases'"):
        return None
    found = store.rows("SELECT release FROM releases ORDER BY number DESC LIMIT 1")
    return bytes(found[0][0]) if found else None
