"""The templates of the published pages, and French typography for all that they print."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2

NARROW_SPACE = "\u202f"
_TEMPLATES = ("verdict.html.j2", "report.html.j2", "fact_sheet.html.j2", "public.css", "report_body.html.j2")


def french_spaces(text: str) -> str:
    """Narrow no-break spaces where French typography wants them, outside tags and addresses."""
    text = re.sub(r"[ \u00a0](?=[;:!?»%])", NARROW_SPACE, text)
    return re.sub(r"(?<=«)[ \u00a0]", NARROW_SPACE, text)


@cache
def environment() -> jinja2.Environment:
    """Jinja with the package's templates; everything printed is escaped, anything missing is an error."""
    import jinja2

    folder = resources.files("denombrement.publication") / "data"
    found = {name: folder / name for name in _TEMPLATES}
    return jinja2.Environment(
        loader=jinja2.DictLoader({name: file.read_text(encoding="utf-8") for name, file in found.items()}),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
