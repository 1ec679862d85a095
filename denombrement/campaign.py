"""A campaign: one count, its night, territory, services and choices, and the folder that holds it."""

from __future__ import annotations

import csv
import io
import re
import secrets
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from denombrement.errors import DamagedInput, UsageProblem
from denombrement.reference import commune
from denombrement.survey.questionnaire import option_lists, options
from denombrement.survey.record import CampaignId, RecipeName
from denombrement.survey.rules import RuleContext

SERVICE_COLUMNS = ("id", "name", "type", "commune", "state", "contact")
DEFAULT_RESOLUTION = ("exact_night", "own_register", "person_present", "most_severe")
MAXIMUM_SERVICES_BYTES = 5_000_000
# A commune of another year; none of the territory; a territory that is no commune.
_WRONG_COMMUNE = {"REF014": "CAM007", "REF010": "CAM008", "REF013": "CAM008"}
# What each column takes: an option list, or in words.
_ALLOWED = {
    "id": "A-Z a-z 0-9 - _",
    "type": "service_type",
    "commune": "NIS (81001)",
    "state": "service_state",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Publication(_Frozen):
    """What the controller chose about what may leave: profile and plan of disclosure control."""

    profile: str = "rounding-5"
    plan: str = "default"


class Campaign(_Frozen):
    """The content of ``campaign.toml``.

    ``night`` is the date of the reference night's evening; ``territory`` the NIS code of the province; ``resolution``
    the ordered rules that settle which declaration of a person is believed.
    """

    format: Literal["1"] = "1"
    id: CampaignId
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    night: date
    territory: Annotated[str, StringConstraints(pattern="^[0-9]{5}$")] = "80000"
    languages: tuple[Literal["fr", "nl", "de", "en"], ...] = ("fr", "nl", "de", "en")
    recipe: RecipeName = "denombrement-1"
    resolution: tuple[str, ...] = DEFAULT_RESOLUTION
    custodian: Annotated[str, StringConstraints(max_length=120)] = ""
    publication: Publication = Field(default_factory=Publication)

    @property
    def rule_context(self) -> RuleContext:
        """The dates that the questionnaire's rules refer to."""
        return RuleContext(self.night)


@dataclass(frozen=True, slots=True)
class Service:
    """A partner of the count. ``contact`` is never published.

    ``state`` is what the officer knows before any return: invited, promised, refused.
    """

    id: str
    name: str
    type: str
    commune: str
    state: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class CampaignFolder:
    """Where the parts of a campaign are on disk."""

    path: Path

    @property
    def settings(self) -> Path:
        """``campaign.toml``."""
        return self.path / "campaign.toml"

    @property
    def services(self) -> Path:
        """``services.csv``."""
        return self.path / "services.csv"

    @property
    def keys(self) -> Path:
        """Keys and secret; tight permissions."""
        return self.path / "keys"

    @property
    def inbox(self) -> Path:
        """Returns as received, named by their SHA-256."""
        return self.path / "inbox"

    @property
    def store(self) -> Path:
        """The DuckDB store."""
        return self.path / "campaign.duckdb"

    @property
    def journal(self) -> Path:
        """The hash-chained journal."""
        return self.path / "journal.jsonl"

    @property
    def internal(self) -> Path:
        """Tables and maps for the team."""
        return self.path / "internal"

    @property
    def public(self) -> Path:
        """What may leave: protected only."""
        return self.path / "public"

    def load(self) -> Campaign:
        """Reads ``campaign.toml``.

        Raises:
            UsageProblem: CAM001 where the folder is not a campaign.
            DamagedInput: CAM002 where the settings cannot be understood.
        """
        if not self.settings.is_file():
            raise UsageProblem("CAM001", where=self.path.name)
        return read_campaign(self.settings.read_text(encoding="utf-8"))

    def load_services(self) -> dict[str, Service]:
        """Services by id, as the officer's ``services.csv`` gives them.

        Raises:
            DamagedInput: CAM003 to CAM008; the file is missing, unreadable, or a line is wrong.
        """
        if not self.services.is_file() or self.services.stat().st_size > MAXIMUM_SERVICES_BYTES:
            raise DamagedInput("CAM003", where=self.services.name)
        return read_services(decode_text(self.services.read_bytes()), self.load().night)


def new_campaign_id(name: str, night: date) -> str:
    """A readable identifier that no two campaigns share."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:24] or "campaign"
    return f"{words}-{night.year}-{secrets.token_hex(3)}"


def read_campaign(text: str) -> Campaign:
    """Campaign from the text of ``campaign.toml``.

    Raises:
        DamagedInput: CAM002 naming the setting that is wrong.
    """
    try:
        return Campaign.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        raise DamagedInput("CAM002", where="campaign.toml", setting="TOML") from None
    except ValidationError as error:
        setting = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise DamagedInput("CAM002", where="campaign.toml", setting=setting) from None


def campaign_text(campaign: Campaign) -> str:
    """``campaign.toml`` with a comment on every choice, in French for the officer."""
    languages = ", ".join(f'"{each}"' for each in campaign.languages)
    resolution = ", ".join(f'"{each}"' for each in campaign.resolution)
    return f"""# Une campagne de dénombrement. Chaque choix a un sens par défaut ; « denombrement status » dit où l'on en est.
format = "1"
id = "{campaign.id}"
name = {_quoted(campaign.name)}

# La nuit de référence, nommée par la date du soir.
night = {campaign.night.isoformat()}

# Code NIS du territoire (80000 : province de Luxembourg).
territory = "{campaign.territory}"
languages = [{languages}]

# Recette du code d'identification. La changer après l'envoi des formulaires rend les codes incomparables.
recipe = "{campaign.recipe}"

# Quelle fiche croire quand deux services se contredisent ; la première règle qui tranche l'emporte.
resolution = [{resolution}]

# Qui garde le secret, si ce n'est pas la personne qui compte (vide : la même personne).
custodian = {_quoted(campaign.custodian)}

[publication]
# Profil de protection et plan de publication : un choix du responsable du traitement.
profile = "{campaign.publication.profile}"
plan = "{campaign.publication.plan}"
"""


def read_services(text: str, night: date | None = None) -> dict[str, Service]:
    """Services by id from CSV text, comma or semicolon.

    Args:
        text: the content of ``services.csv``.
        night: the reference night, on which each commune must exist; not checked without one.

    Raises:
        DamagedInput: CAM004 (columns), CAM005 (a wrong code, with line and column), CAM006 (an id twice), CAM007 (a
            commune of another year), CAM008 (no commune of the territory).
    """
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    missing = [column for column in SERVICE_COLUMNS[:-1] if column not in (rows.fieldnames or ())]
    if missing:
        raise DamagedInput("CAM004", where="services.csv", columns=", ".join(missing))
    services: dict[str, Service] = {}
    for line, row in enumerate(rows, start=2):
        service = _service(row, line)
        if service.id in services:
            raise DamagedInput("CAM006", where="services.csv", line=line)
        if night is not None:
            _check_commune(service.commune, night, line)
        services[service.id] = service
    return services


def services_text(services: Iterable[Service]) -> str:
    """``services.csv``: semicolons, as a Belgian spreadsheet opens it without asking."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(SERVICE_COLUMNS)
    for each in services:
        writer.writerow([each.id, each.name, each.type, each.commune, each.state, each.contact])
    return out.getvalue()


def decode_text(data: bytes) -> str:
    """Text of a file that a spreadsheet wrote: UTF-8 with or without BOM, else Windows-1252."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _service(row: dict[str, str | None], line: int) -> Service:
    cells = {column: (row.get(column) or "").strip() for column in SERVICE_COLUMNS}
    wrong = [
        column
        for column, is_right in (
            ("id", re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", cells["id"]) is not None),
            ("type", cells["type"] in options("service_type")),
            ("commune", re.fullmatch(r"[0-9]{5}", cells["commune"]) is not None),
            ("state", cells["state"] in options("service_state")),
        )
        if not is_right
    ]
    if wrong:
        known = _ALLOWED[wrong[0]]
        allowed = ", ".join(options(known)) if known in option_lists() else known
        raise DamagedInput("CAM005", where="services.csv", line=line, column=wrong[0], allowed=allowed)
    return Service(**cells)


def _check_commune(nis: str, night: date, line: int) -> None:
    try:
        commune(nis, night)
    except UsageProblem as problem:
        if problem.code not in _WRONG_COMMUNE:
            raise
        facts = {"nis": nis, **problem.facts}
        raise DamagedInput(_WRONG_COMMUNE[problem.code], where="services.csv", line=line, **facts) from None


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char for char in escaped if char.isprintable()) + '"'
