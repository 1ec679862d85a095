"""The phonetic key: a consonant skeleton by the rules of ``phonetic.toml``.

Our own folding, kept short so that it can be checked by eye and repeated in JavaScript. It is one blur among
several: two different names may share it (Martin, Morton), which the linkage weighs by how often a key occurs.
"""

from __future__ import annotations

import re
from functools import cache

from denombrement.dedup.codes.tables import name_tables


def phonetic_key(core: str) -> str:
    """The skeleton of a name's core; the core itself when nothing else would remain.

    >>> phonetic_key("mohammed") == phonetic_key("muhamad")
    True
    """
    key = core
    for pattern, into in _rules():
        key = pattern.sub(into, key)
    return key or core


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), into.replace("$", "\\")) for pattern, into in name_tables().phonetic)
