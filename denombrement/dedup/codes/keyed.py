"""The keyed function: HMAC-SHA-256 under the campaign's secret, cut to 128 bits.

What is keyed is ``recipe, campaign, domain, part, part…``, each preceded by its length in bytes (four bytes, most
significant first): no two different lists give the same message, so that a token of one campaign, recipe or field
never meets one of another. 128 bits leave a chance of 10⁻²⁶ that any two of a million values collide.
"""

from __future__ import annotations

import binascii
import hmac
from collections.abc import Iterable, Sequence

from denombrement.errors import UsageProblem

SECRET_BYTES = 32
TOKEN_BYTES = 16
TOKEN_CHARACTERS = 22
_LENGTH_BYTES = 4
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Keyer:
    """Makes the tokens of one campaign under one recipe.

    Args:
        secret: the campaign's secret, 32 random bytes.
        campaign_id: the campaign's identifier, not empty.
        recipe_name: the recipe's name.

    Raises:
        UsageProblem: ``COD001``, the secret has not 32 bytes; ``COD009``, the campaign has no identifier.
    """

    def __init__(self, secret: bytes, campaign_id: str, recipe_name: str) -> None:
        if len(secret) != SECRET_BYTES:
            raise UsageProblem("COD001", expected=SECRET_BYTES)
        if not campaign_id:
            raise UsageProblem("COD009")
        self._secret = secret
        self._head = framed(recipe_name) + framed(campaign_id)

    def token(self, domain: str, parts: Sequence[str]) -> str:
        """The token of some parts in a domain: 22 characters of base64url."""
        return self.framed_tokens(domain, [b"".join(map(framed, parts))])[0]

    def framed_tokens(self, domain: str, messages: Iterable[bytes]) -> list[str]:
        """Tokens of messages whose parts are framed already, in their order."""
        head, secret = self._head + framed(domain), self._secret
        return [_text(hmac.digest(secret, head + message, "sha256")) for message in messages]


def framed(text: str) -> bytes:
    """The text in UTF-8 after its length in bytes."""
    data = text.encode()
    return len(data).to_bytes(_LENGTH_BYTES, "big") + data


def _text(digest: bytes) -> str:
    encoded = binascii.b2a_base64(digest[:TOKEN_BYTES], newline=False)
    return encoded[:TOKEN_CHARACTERS].translate(_URL_SAFE).decode("ascii")
