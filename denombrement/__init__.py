"""denombrement: from sealed forms to published figures of a homelessness count."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Found on first use: importing the package must stay instant.
_LIBRARY = ("CampaignData", "code_label", "column_label", "compare", "labelled", "open_campaign")


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the library names
    if name in _LIBRARY:
        return getattr(import_module("denombrement.library"), name)
    raise AttributeError(name)


def __dir__() -> list[str]:
    return [*globals(), *_LIBRARY]
