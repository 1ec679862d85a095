"""How the questionnaire travels inside the page: small, and safe between HTML tags; ``encoding.js`` reads it back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

_SIGNS = "".join(chr(code) for code in range(32, 127)).replace("<", "")
_GROUP_BYTES, _GROUP_SIGNS = 9, 11


class Words(tuple[str, ...]):
    """One text of the page, in the order of the campaign's languages."""

    __slots__ = ()


def packed(definition: Mapping[str, Any]) -> str:
    """Printable text of compressed JSON, the texts language by language: words and rules weigh two fifths.

    A text that reads as in the first language is left empty in the others.
    """
    ranks: dict[Words, int] = {}
    skeleton = {name: _without_texts(part, ranks) for name, part in definition.items()}
    first, *others = (list(texts) for texts in zip(*ranks, strict=True))
    spared = [
        ["" if text == of_first else text for text, of_first in zip(each, first, strict=True)]
        for each in others
    ]
    whole = {**skeleton, "words": [first, *spared]}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return printable(zlib.compress(text.encode(), level=9))


def printable(data: bytes) -> str:
    """How many bytes fill the last group, then eleven signs for nine bytes: those of ASCII that print, without ``<``.

    A tenth smaller than Base64, and safe between HTML tags.
    """
    filling = -len(data) % _GROUP_BYTES
    padded = data + bytes(filling)
    groups = (padded[place : place + _GROUP_BYTES] for place in range(0, len(padded), _GROUP_BYTES))
    return str(filling) + "".join(_signs(int.from_bytes(group)) for group in groups)


def _signs(number: int) -> str:
    signs = []
    for _ in range(_GROUP_SIGNS):
        number, rank = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[rank])
    return "".join(reversed(signs))


def _without_texts(value: object, ranks: dict[Words, int]) -> object:
    """The value without its texts, each an array of all languages: ``"$"`` for the next, ``{"$": rank}`` for one again."""
    if isinstance(value, Words):
        if value in ranks:
            return {"$": ranks[value]}
        ranks[value] = len(ranks)
        return "$"
    if isinstance(value, Mapping):
        return {name: _without_texts(part, ranks) for name, part in value.items()}
    return [_without_texts(part, ranks) for part in value] if isinstance(value, list) else value
