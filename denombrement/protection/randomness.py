"""Chance that nobody outside can repeat: every number comes from a secret, the cell's name and a label.

The same secret, draw and cell give the same numbers whatever the order of the tables, so a release can be rebuilt
from what the campaign keeps; without the secret the directions of the rounding say nothing.
"""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
from numpy.typing import NDArray

_RESOLUTION = 2.0**32


def uniforms(secret: bytes, label: str, size: int) -> NDArray[np.float64]:
    """Numbers in ]0, 1[ of one stream: SHAKE-256 of HMAC-SHA-256(secret, label).

    Args:
        secret: the campaign's protection secret.
        label: what the numbers are for (a cell's name, a draw).
        size: how many.
    """
    key = hmac.new(secret, label.encode(), hashlib.sha256).digest()
    raw = np.frombuffer(hashlib.shake_256(key).digest(4 * size), dtype="<u4")
    return (raw.astype(np.float64) + 0.5) / _RESOLUTION
