"""Code and tokens of one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from denombrement.dedup.codes.dates import BirthDate, resolve_birth_date
from denombrement.dedup.codes.identity import Identity
from denombrement.dedup.codes.keyed import Keyer
from denombrement.dedup.codes.normalise import NameForms, name_forms
from denombrement.dedup.codes.recipe import Recipe
from denombrement.dedup.codes.tables import FieldName

PartValues = Mapping[str, str]
_NAMES: tuple[FieldName, ...] = ("given_name", "family_name")


@dataclass(frozen=True, slots=True)
class IdentityTokens:
    """All that leaves the desk about who a person is; the sex travels in clear in the declaration.

    Attributes:
        recipe: name of the recipe.
        code: the exact code, ``None`` when one of its parts is missing.
        tokens: name -> token, in the recipe's order, absent ones left out; ``code`` is not among them.
    """

    recipe: str
    code: str | None
    tokens: dict[str, str]


def identity_tokens(identity: Identity, secret: bytes, campaign_id: str, recipe: Recipe) -> IdentityTokens:
    """The code and the tokens of one identity.

    Args:
        identity: what was typed.
        secret: the campaign's 32-byte secret.
        campaign_id: identifier of the campaign; the same person has other tokens in another one.
        recipe: which tokens.

    Raises:
        DamagedInput: ``COD003`` impossible date, ``COD005`` name too long.
        UsageProblem: ``COD001`` secret, ``COD009`` campaign.
    """
    return keyed_parts(part_values(identity, recipe), Keyer(secret, campaign_id, recipe.name), recipe)


def part_values(identity: Identity, recipe: Recipe) -> dict[str, str]:
    """The parts of the recipe that this identity has, in clear: for the desk alone."""
    date = resolve_birth_date(identity.birth_year, identity.birth_month, identity.birth_day)
    forms: dict[str, NameForms | None] = {
        field: name_forms(getattr(identity, field), field) for field in _NAMES
    }
    values = date_parts(date, identity.sex, recipe)
    for name, part in recipe.parts.items():
        form = forms.get(part.field)
        value = None if form is None else part.of_name(form)
        if value is not None:
            values[name] = value
    return values


def date_parts(date: BirthDate, sex: str, recipe: Recipe) -> dict[str, str]:
    """The parts of the recipe that are read from the birth date and the sex."""
    numbers = {"birth_year": date.year, "birth_month": date.month, "birth_day": date.day}
    values = {}
    for name, part in recipe.parts.items():
        number = numbers.get(part.field)
        value = None if number is None else part.of_number(number)
        if part.field == "sex" and sex != "dont_know":
            value = sex
        if value is not None:
            values[name] = value
    return values


def keyed_parts(values: PartValues, keyer: Keyer, recipe: Recipe) -> IdentityTokens:
    """The tokens whose parts are all there."""
    tokens = {
        token.name: keyer.token(token.domain, [values[part] for part in token.parts])
        for token in recipe.tokens
        if all(part in values for part in token.parts)
    }
    return IdentityTokens(recipe.name, tokens.pop("code", None), tokens)
