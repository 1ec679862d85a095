"""Codes made by another platform: taken as they are, checked for their form, keyed when the campaign asks for it.

An opaque code is worth what the platform put into it. We cannot tell a keyed pseudonym from an unsalted hash of
initials and birth date, which anyone can undo by trying all names; keying it here protects it from then on.
"""

from __future__ import annotations

import tomllib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from denombrement.dedup.codes.keyed import Keyer
from denombrement.dedup.codes.recipe import RecipeName, recipe_text
from denombrement.dedup.codes.tokens import IdentityTokens
from denombrement.errors import DamagedInput, UsageProblem


class OpaqueRecipe(BaseModel):
    """The form of another platform's codes (a recipe of the kind ``opaque``).

    Attributes:
        alphabet: every character a code may hold.
        shortest, longest: its length in characters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: RecipeName
    kind: Literal["opaque"]
    purpose_fr: str
    purpose_en: str
    alphabet: Annotated[str, Field(min_length=2)]
    shortest: Annotated[int, Field(ge=1)]
    longest: Annotated[int, Field(ge=1)]

    @classmethod
    def load(cls, name: str = "opaque-1") -> OpaqueRecipe:
        """The recipe of that name in the package.

        Raises:
            UsageProblem: ``COD002`` no such recipe, ``COD008`` it is not of the kind ``opaque``.
        """
        return cls.from_toml(recipe_text(name))

    @classmethod
    def from_toml(cls, text: str) -> OpaqueRecipe:
        """A recipe from the text of a campaign's own file.

        Raises:
            UsageProblem: ``COD008``, the text is no such recipe.
        """
        try:
            return cls.model_validate(tomllib.loads(text))
        except (tomllib.TOMLDecodeError, ValidationError) as problem:
            raise UsageProblem("COD008") from problem

    def check(self, text: str) -> str:
        """The code as it is.

        Raises:
            DamagedInput: ``COD007``, wrong length or character.
        """
        if not self.shortest <= len(text) <= self.longest or not set(text) <= set(self.alphabet):
            raise DamagedInput("COD007", shortest=self.shortest, longest=self.longest)
        return text


def opaque_tokens(
    text: str, recipe: OpaqueRecipe, secret: bytes | None = None, campaign_id: str = ""
) -> IdentityTokens:
    """The exact code of a declaration that came with another platform's code; no tokens.

    Args:
        text: the code as it came.
        recipe: its form.
        secret: the campaign's secret to key it under; ``None`` keeps it in clear.
        campaign_id: identifier of the campaign, with ``secret``.

    Raises:
        DamagedInput: ``COD007``, wrong length or character.
        UsageProblem: ``COD001`` secret, ``COD009`` campaign.
    """
    code = recipe.check(text)
    if secret is not None:
        code = Keyer(secret, campaign_id, recipe.name).token("code", [code])
    return IdentityTokens(recipe.name, code, {})
