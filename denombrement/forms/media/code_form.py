"""The form of the code that is written by hand: the letters, the birth date and the sex of the recipe's mnemonic.

A mnemonic is personal data in clear (``JE-BER-14031987-M``): it belongs on a sheet in a closed envelope, or in a form
that is encrypted on the device. See ``denombrement.dedup.codes.mnemonic``, which reads it back.
"""

from __future__ import annotations

from dataclasses import dataclass

_DATE_DIGITS = 8
_SEXES = "FMX0"
_EXAMPLE_LETTERS = ("JE", "BER")


@dataclass(frozen=True, slots=True)
class CodeForm:
    """How many letters of the given name, then of the family name, a recipe's mnemonic has.

    ``0`` stands for whatever is missing; the sex is F, M, X or 0.
    """

    given_letters: int = 2
    family_letters: int = 3

    @property
    def boxes(self) -> tuple[int, ...]:
        """Numbers of boxes on paper: letters, letters, day, month, year, sex."""
        return (self.given_letters, self.family_letters, 2, 2, 4, 1)

    @property
    def pattern(self) -> str:
        """Regular expression of the whole code, hyphens optional, capitals or not."""
        letters = "-?".join(f"[A-Za-z0]{{{number}}}" for number in (self.given_letters, self.family_letters))
        return f"{letters}-?[0-9]{{{_DATE_DIGITS}}}-?[{_SEXES}{_SEXES[:-1].lower()}]"

    @property
    def facts(self) -> dict[str, str | int]:
        """What the text ``how_code`` says of it."""
        return {"example": self.example, "given": self.given_letters, "family": self.family_letters}

    @property
    def example(self) -> str:
        """An invented code of this form."""
        given, family = (
            (letters * 9)[:number]
            for letters, number in zip(
                _EXAMPLE_LETTERS, (self.given_letters, self.family_letters), strict=True
            )
        )
        return f"{given}-{family}-14031987-M"


# The recipe denombrement-1, which campaigns use unless they choose another.
DEFAULT_CODE_FORM = CodeForm()
