"""What intake set aside, by service and reason: codes, numbers and the sheet to open, never a value of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from denombrement.campaign import CampaignFolder
from denombrement.cli.language import say, spoken
from denombrement.intake.model import reason_text
from denombrement.intake.store import Store

SHEETS_FOLDER = "corrections"
_REASONS = (
    "SELECT q.service, q.reason, count(*) FROM quarantine q "
    "SEMI JOIN (SELECT sha256, service FROM returns WHERE status = 'current') r USING (sha256, service) "
    "GROUP BY ALL ORDER BY ALL"
)


@dataclass(frozen=True)
class SetAside:
    """Records of one service's current return that are in no figure.

    Args:
        number: how many.
        reasons: code -> how many for it.
        file: sheet that says where each stands and what is wrong; None where there is none any more.
    """

    number: int
    reasons: Mapping[str, int]
    file: Path | None


def correction_sheet(folder: CampaignFolder, service: str) -> Path:
    """Where a service's correction sheet stands."""
    return folder.internal / SHEETS_FOLDER / f"{service}.xlsx"


def set_aside(store: Store, folder: CampaignFolder) -> dict[str, SetAside]:
    """By service, whatever the run that set it aside: what services still have to correct."""
    reasons: dict[str, dict[str, int]] = {}
    for service, reason, number in store.rows(_REASONS):
        reasons.setdefault(service, {})[reason] = number
    return {
        service: SetAside(sum(found.values()), found, _there(correction_sheet(folder, service)))
        for service, found in reasons.items()
    }


def _there(file: Path) -> Path | None:
    return file if file.is_file() else None


def set_aside_json(found: Mapping[str, SetAside]) -> dict[str, Any]:
    """The same for a machine."""
    return {
        "set_aside": {
            service: {**asdict(each), "file": str(each.file) if each.file else None}
            for service, each in found.items()
        }
    }


def set_aside_lines(found: Mapping[str, SetAside]) -> list[str]:
    """One line a service, then one a reason."""
    lines = [say("set_aside")] if found else []
    for service, each in found.items():
        where = say("set_aside_file", file=each.file) if each.file else say("set_aside_no_file")
        lines.append(say("set_aside_service", service=service, number=each.number, where=where))
        lines += [
            say("set_aside_reason", code=code, number=number, text=reason_text(code, spoken()))
            for code, number in each.reasons.items()
        ]
    return lines
