"""The parts of ``public/`` and how each is built: there is no way to hand in content from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from denombrement.errors import ProtectionRefusal
from denombrement.publication.public.figures import Figures
from denombrement.publication.shapes import Geometry

PARTS = {
    "cartes": "denombrement.publication.public.maps",
    "rapport": "denombrement.publication.public.report",
    "donnees": "denombrement.publication.public.open_data",
}
Maker = Callable[[Figures, Geometry], dict[str, bytes]]


class _Seal:
    """Held by this module alone."""


_SEAL = _Seal()


@dataclass(frozen=True)
class Build:
    """The files of one part, made from passed tables.

    Args:
        part: one of ``PARTS``.
        campaign: identifier.
        release: digest that names the release.
        verdict: what may be said of the audit, and its digest.
        files: path inside ``public/`` -> content.
        seal: held by :func:`build_part`.

    Raises:
        ProtectionRefusal: PUB053, content that :func:`build_part` did not make.
    """

    part: str
    campaign: str
    release: str
    verdict: Mapping[str, Any]
    files: Mapping[str, bytes]
    seal: _Seal = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise ProtectionRefusal("PUB053")


def build_part(part: str, figures: Figures, geometry: Geometry) -> Build:
    """The files of a part, the same each time.

    Args:
        part: ``cartes``, ``rapport`` or ``donnees``.
        figures: from protected tables.
        geometry: tiles or boundaries of the night's communes.
    """
    maker: Maker = import_module(PARTS[part]).build
    return Build(
        part,
        figures.coverage.campaign,
        figures.audit,
        figures.verdict(),
        {f"{part}/{name}": content for name, content in maker(figures, geometry).items()},
        _SEAL,
    )
