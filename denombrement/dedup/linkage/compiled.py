"""The compiler of the inner loops, with its cache in the user's own folder and renewed with the source."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config


def cache_folder(environment: dict[str, str] | None = None) -> str:
    """Where compiled code is kept: a changed kernel must never meet code compiled from its older callees."""
    values = dict(os.environ) if environment is None else environment
    if chosen := values.get("NUMBA_CACHE_DIR"):
        return chosen
    root = Path(values.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("kernel_*.py")):
        digest.update(source.read_bytes())
    return str(root / "denombrement" / f"compiled-{digest.hexdigest()[:12]}")


setattr(config, "CACHE_DIR", cache_folder())  # noqa: B010 - numba does not declare it

# The counting of references is an option that numba has and does not declare.
LEAN: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}

Function = TypeVar("Function", bound=Callable[..., Any])


def njit(function: Function) -> Function:
    """Compiles. `nogil` lets several chains run on several cores; `fastmath` stays off: same input, same figures."""
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


def njit_lean(function: Function) -> Function:
    """Compiles a function that creates no array.

    numba counts references to every array that a call passes on, which costs twenty times what the model's own
    arithmetic does. Without an array of its own a function needs no such counts.
    """
    return cast("Function", numba.njit(**LEAN)(function))
