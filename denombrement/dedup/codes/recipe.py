"""Recipes: which parts of an identity are keyed, as data.

A recipe is a TOML file of this package (``recipes/``) or of a campaign. Its name travels with every code and is part
of what is keyed, so that tokens of two recipes never agree.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from denombrement.dedup.codes.normalise import NameForms
from denombrement.dedup.codes.tables import read_text
from denombrement.errors import UsageProblem

NAME_FIELDS = ("given_name", "family_name")
DATE_DIGITS = {"birth_year": 4, "birth_month": 2, "birth_day": 2}
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
RecipeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*[0-9]$")]


class Part(BaseModel):
    """What is read from one field.

    Attributes:
        field: the field of :class:`~denombrement.dedup.codes.identity.Identity` it is read from.
        form: which form of a name (see :class:`~denombrement.dedup.codes.normalise.NameForms`).
        positions: the characters taken, 1 the first, -1 the last; all of them when empty.
        filler: stands for a character that the name is too short to have; without it nothing does.
        at_most: greater numbers leave the part out (a day that cannot be a month).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Literal["given_name", "family_name", "birth_year", "birth_month", "birth_day", "sex"]
    form: Literal["joined", "core", "word_1", "word_2", "phonetic"] | None = None
    positions: tuple[int, ...] = ()
    filler: Annotated[str, Field(max_length=1)] = ""
    at_most: int | None = None

    @model_validator(mode="after")
    def _form_is_for_names(self) -> Self:
        if (self.form is not None) != (self.field in NAME_FIELDS):
            raise ValueError("form")
        if 0 in self.positions:
            raise ValueError("positions")
        return self

    def of_name(self, forms: NameForms) -> str | None:
        """This part of a name, ``None`` when the name has no such word."""
        if self.form in {"word_1", "word_2"}:
            number = int(self.form[-1])
            return self.pick(forms.words[number - 1]) if len(forms.words) >= number else None
        return self.pick(getattr(forms, str(self.form)))

    def of_number(self, value: int) -> str | None:
        """This part of a year, a month or a day."""
        if self.at_most is not None and value > self.at_most:
            return None
        return self.pick(f"{value:0{DATE_DIGITS[self.field]}d}")

    def pick(self, text: str) -> str:
        """The characters at ``positions``."""
        if not self.positions:
            return text
        return "".join(self._character(text, position) for position in self.positions)

    def _character(self, text: str, position: int) -> str:
        index = position - 1 if position > 0 else len(text) + position
        return text[index] if 0 <= index < len(text) else self.filler


class Token(BaseModel):
    """One keyed value: its parts, and the domain within which it can agree with another token."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Word
    parts: Annotated[tuple[Word, ...], Field(min_length=1)]
    purpose: str
    domain: Word = ""

    @model_validator(mode="before")
    @classmethod
    def _own_domain(cls, values: dict[str, object]) -> dict[str, object]:
        return {"domain": values.get("name"), **values}


class Mnemonic(BaseModel):
    """The letters of the code that can be written on paper; the birth date and the sex follow them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    letters: tuple[Word, Word]


class Recipe(BaseModel):
    """A recipe of the kind ``identity``: parts, tokens in order, mnemonic.

    Attributes:
        name: ends with the version (``denombrement-1``); travels with every code.
        tokens: the first is ``code``, the exact code.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: RecipeName
    kind: Literal["identity"]
    purpose_fr: str
    purpose_en: str
    parts: dict[Word, Part]
    mnemonic: Mnemonic
    tokens: Annotated[tuple[Token, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        names = [token.name for token in self.tokens]
        if names[0] != "code" or len(set(names)) != len(names):
            raise ValueError("tokens")
        used = {part for token in self.tokens for part in token.parts} | set(self.mnemonic.letters)
        if not used <= self.parts.keys():
            raise ValueError("parts")
        by_domain: dict[str, int] = {}
        if any(
            by_domain.setdefault(token.domain, len(token.parts)) != len(token.parts) for token in self.tokens
        ):
            raise ValueError("domain")
        fields = [self.parts[name].field for name in self.mnemonic.letters]
        if sorted(fields) != sorted(NAME_FIELDS) or not all(
            self.parts[n].positions for n in self.mnemonic.letters
        ):
            raise ValueError("mnemonic")
        return self

    @property
    def token_names(self) -> tuple[str, ...]:
        """Names of the tokens in order, ``code`` first."""
        return tuple(token.name for token in self.tokens)

    @classmethod
    def load(cls, name: str = "denombrement-1") -> Recipe:
        """The recipe of that name in the package.

        Raises:
            UsageProblem: ``COD002``, no such recipe; ``COD008``, it is not of the kind ``identity``.
        """
        return _load(name)

    @classmethod
    def from_toml(cls, text: str) -> Recipe:
        """A recipe from the text of a campaign's own file.

        Raises:
            UsageProblem: ``COD008``, the text is no recipe.
        """
        try:
            return cls.model_validate(tomllib.loads(text))
        except (tomllib.TOMLDecodeError, ValidationError) as problem:
            raise UsageProblem("COD008") from problem


def recipe_names() -> tuple[str, ...]:
    """Names of the recipes in the package."""
    folder = resources.files(__package__) / "recipes"
    return tuple(
        sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))
    )


def recipe_text(name: str) -> str:
    """The TOML text of a recipe of the package.

    Raises:
        UsageProblem: ``COD002``, no such recipe.
    """
    if name not in recipe_names():
        raise UsageProblem("COD002", known=", ".join(recipe_names()))
    return read_text("recipes", f"{name}.toml")


@cache
def _load(name: str) -> Recipe:
    return Recipe.from_toml(recipe_text(name))
