"""Two short codes for paper, which must not be confused.

The **file mark** (*repère*, ``K7MQ4T``) is for the person's own file at the service: six characters drawn from the
tokens. It finds the declaration again and is safe to write down, since nobody can make it from a name.

The **mnemonic** (``JE-BER-14031987-M``) is for a paper form filled in where there is no computer: the letters, the
birth date and the sex that the exact code needs, in clear. Risk: whoever has the name and the birth date in hand can
make it too, and so recognise the person on the sheet; with a list of residents it can be turned into names. The sheet
travels in a closed envelope, is entered the same week and destroyed; the mnemonic itself is never stored or sent: it
is turned into tokens where it is typed. It has no full names, hence fewer tokens and a weaker link.
"""

from __future__ import annotations

import hashlib
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache

from denombrement.dedup.codes.dates import BirthDate, resolve_birth_date
from denombrement.dedup.codes.identity import Identity
from denombrement.dedup.codes.keyed import Keyer, framed
from denombrement.dedup.codes.normalise import normalised_words
from denombrement.dedup.codes.recipe import Recipe
from denombrement.dedup.codes.tables import read_text
from denombrement.dedup.codes.tokens import IdentityTokens, date_parts, keyed_parts, part_values
from denombrement.errors import DamagedInput

MARK_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MARK_CHARACTERS = 6
_BITS_PER_CHARACTER = 5
_DIGITS = "0123456789"
_DATE_CHARACTERS = 8


@dataclass(frozen=True)
class MnemonicSigns:
    """The signs of ``mnemonic.toml``."""

    missing: str
    separator: str
    sex_written: dict[str, str]
    sex_read: dict[str, str]


@cache
def mnemonic_signs() -> MnemonicSigns:
    """The signs, read once."""
    return MnemonicSigns(**tomllib.loads(read_text("mnemonic.toml")))


def file_mark(made: IdentityTokens) -> str:
    """The mark for the person's paper file: six characters without I, L, O, U.

    Among 200 declarations of a service, two share a mark once in 50,000 services.
    """
    named = [made.recipe, "code", made.code or ""]
    for name, token in made.tokens.items():
        named += [name, token]
    digest = hashlib.sha256(b"".join(map(framed, ["file-mark", *named]))).digest()
    number = int.from_bytes(digest[:4], "big") >> (32 - _BITS_PER_CHARACTER * MARK_CHARACTERS)
    shifts = range(_BITS_PER_CHARACTER * (MARK_CHARACTERS - 1), -1, -_BITS_PER_CHARACTER)
    return "".join(MARK_ALPHABET[(number >> shift) % len(MARK_ALPHABET)] for shift in shifts)


def write_mnemonic(identity: Identity, recipe: Recipe) -> str:
    """The mnemonic of an identity; ``0`` stands for whatever is missing.

    Raises:
        DamagedInput: ``COD003`` impossible date, ``COD005`` name too long.
    """
    signs = mnemonic_signs()
    values = part_values(identity, recipe)
    letters = [
        values.get(name, "").upper().ljust(width, signs.missing)
        for name, width in _letter_widths(recipe).items()
    ]
    date = resolve_birth_date(identity.birth_year, identity.birth_month, identity.birth_day)
    digits = f"{date.day or 0:02d}{date.month or 0:02d}{date.year or 0:04d}"
    return signs.separator.join([*letters, digits, signs.sex_written[identity.sex]])


def mnemonic_tokens(text: str, secret: bytes, campaign_id: str, recipe: Recipe) -> IdentityTokens:
    """The code and the tokens that a mnemonic can give: letters, date and sex, no full names.

    Args:
        text: as copied from the paper; case, accents, spaces and hyphens do not matter.
        secret: the campaign's 32-byte secret.
        campaign_id: identifier of the campaign.
        recipe: the recipe whose letters were written.

    Raises:
        DamagedInput: ``COD006`` unreadable, ``COD003`` impossible date.
        UsageProblem: ``COD001`` secret, ``COD009`` campaign.
    """
    return keyed_parts(mnemonic_parts(text, recipe), Keyer(secret, campaign_id, recipe.name), recipe)


def mnemonic_parts(text: str, recipe: Recipe) -> dict[str, str]:
    """The parts of the recipe that a mnemonic holds.

    Raises:
        DamagedInput: ``COD006`` unreadable, ``COD003`` impossible date.
    """
    signs = mnemonic_signs()
    signs_typed = "".join(_sign(character) for character in unicodedata.normalize("NFKD", text))
    widths = _letter_widths(recipe)
    expected = sum(widths.values()) + _DATE_CHARACTERS + 1
    letters, digits, sex = (
        signs_typed[: -_DATE_CHARACTERS - 1],
        signs_typed[-_DATE_CHARACTERS - 1 : -1],
        signs_typed[-1:],
    )
    if len(signs_typed) != expected or not set(digits) <= set(_DIGITS) or sex not in signs.sex_read:
        raise DamagedInput("COD006", given=len(signs_typed), expected=expected)
    values = date_parts(_date_of(digits), signs.sex_read[sex], recipe)
    for name, width in widths.items():
        known = letters[:width].replace(signs.missing, "")
        letters = letters[width:]
        if known:
            values[name] = known
    return values


def _letter_widths(recipe: Recipe) -> dict[str, int]:
    return {name: len(recipe.parts[name].positions) for name in recipe.mnemonic.letters}


def _sign(character: str) -> str:
    return character if character in _DIGITS else "".join(normalised_words(character))


def _date_of(digits: str) -> BirthDate:
    day, month, year = (int(number) or None for number in (digits[:2], digits[2:4], digits[4:]))
    return resolve_birth_date(year, month, day)
