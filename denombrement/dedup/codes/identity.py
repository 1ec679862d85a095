"""What is typed about one person, and goes no further than the desk where it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from denombrement.errors import DamagedInput

Sex = Literal["woman", "man", "x", "dont_know"]
SEXES: tuple[str, ...] = get_args(Sex)


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """One person's identity as typed. It is never stored, logged or sent; its ``repr`` is silent on purpose.

    Attributes:
        given_name, family_name: free text in any script; empty, ``None`` or a placeholder (*inconnu*) is missing.
        birth_year, birth_month, birth_day: each may be unknown (``None``).
        sex: ``woman``, ``man``, ``x`` or ``dont_know`` (missing for codes).

    Raises:
        DamagedInput: ``COD004``, another value of ``sex``.
    """

    given_name: str | None = None
    family_name: str | None = None
    birth_year: int | None = None
    birth_month: int | None = None
    birth_day: int | None = None
    sex: Sex = "dont_know"

    def __post_init__(self) -> None:
        if self.sex not in SEXES:
            raise DamagedInput("COD004", known=", ".join(SEXES))

    def __repr__(self) -> str:
        return "Identity(…)"
