"""The parts of ``public/`` and how each is built: there is no way to hand in content from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from denombrement.errors import ProtectionRefusal
from denombrement.publication.maps.wording import LANGUAGES
from denombrement.publication.public.figures import Figures
from denombrement.publication.shapes import Geometry

PARTS = {
    "cartes": "denombrement.publication.public.maps",
    "rapport": "denombrement.publication.public.report",
    "donnees": "denombrement.publication.public.open_data",
}
Maker = Callable[[Figures, Geometry, Sequence[str]], dict[str, bytes]]


class _Seal:
    """Held by this module alone."""


_SEAL = _Seal()


@dataclass(frozen=True)
class Build:
    """The files of one part, made from passed tables.

    Args:
        part: one of ``PARTS``, and the languages after a colon where they are others than French alone.
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


def part_name(part: str, languages: Sequence[str]) -> str:
    """A part in some languages, French always first: ``rapport:fr,nl``; French alone goes without saying."""
    others = [each for each in LANGUAGES if each in languages and each != LANGUAGES[0]]
    return f"{part}:{','.join((LANGUAGES[0], *others))}" if others else part


def same_part(one: str, other: str) -> bool:
    """Whether two names are of one part, in whatever languages."""
    return one.partition(":")[0] == other.partition(":")[0]


def build_part(part: str, figures: Figures, geometry: Geometry) -> Build:
    """The files of a part, the same each time.

    Args:
        part: ``cartes``, ``rapport`` or ``donnees``, as :func:`part_name` writes it.
        figures: from protected tables.
        geometry: tiles or boundaries of the night's communes.
    """
    name, _, listed = part.partition(":")
    maker: Maker = import_module(PARTS[name]).build
    made = maker(figures, geometry, tuple(listed.split(",")) if listed else LANGUAGES[:1])
    return Build(
        part,
        figures.coverage.campaign,
        figures.audit,
        figures.verdict(),
        {f"{name}/{file}": content for file, content in made.items()},
        _SEAL,
    )
