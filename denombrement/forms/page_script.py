"""The page's one script: our JavaScript modules joined in the order of their imports.

All share one scope, so their top-level names differ (a test holds them to it). Each module goes through the same steps:
functions that no module calls are left out, ``import`` and ``export`` fall away since the scope is shared, and
:mod:`~denombrement.forms.script_compaction` takes out comments and needless spaces. The text is the same for every
service and every campaign: so is its hash, which can be published.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources

from denombrement.errors import DamagedInput
from denombrement.forms.script_compaction import compact

ENTRY = "main"
# The one way in which our modules import and export. Any other is refused, not joined by half.
_IMPORT = re.compile(r'^import \{ [\w, ]+ \} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) \w)", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(import|export)\b", re.MULTILINE)
_FUNCTION = re.compile(r"^export (?:async )?function (\w+)", re.MULTILINE)


def web_text(name: str) -> str:
    """Text of a file of the page."""
    return (resources.files("denombrement.forms") / "web" / name).read_text(encoding="utf-8")


@cache
def page_script() -> str:
    """The script of every page.

    Raises:
        DamagedInput: FRM010 where a module imports, exports or quotes in a way that the joiner does not know.
    """
    texts = {name: web_text(f"{name}.js") for name in _order(ENTRY)}
    whole = "".join(texts.values())
    modules = "".join(_joinable(name, _without_unused(text, whole)) for name, text in texts.items())
    return f'\n(()=>{{"use strict";\n{modules}}})();\n'


@cache
def page_style() -> str:
    """The style sheet of every page, without needless spaces."""
    return re.sub(r"\s*([{};,]|: )\s*", lambda sign: sign[1].strip(), web_text("style.css")).strip()


def content_hash(text: str) -> str:
    """What a content security policy names to allow a text: ``sha256-…``."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def script_hash() -> str:
    """The published hash: a page whose policy names another one is not ours."""
    return content_hash(page_script())


def _order(name: str, above: tuple[str, ...] = ()) -> list[str]:
    """A module and all that it needs, each after what it imports itself; ``above`` are the modules that led to it."""
    if name in above:
        raise DamagedInput("FRM010", where=f"{name}.js")
    found: list[str] = []
    for needed in _IMPORT.findall(web_text(f"{name}.js")):
        found += [each for each in _order(needed, (*above, name)) if each not in found]
    return [*found, name]


def _without_unused(text: str, whole: str) -> str:
    """Leaves out functions that only tests call: their names stand once in all modules, where they are defined.

    A name in a comment or a text counts as a call: too much stays rather than too little.
    """
    for name in _FUNCTION.findall(text):
        if len(re.findall(rf"\b{name}\b", whole)) == 1:
            text = _definition(name).sub("", text)
    return text


def _definition(name: str) -> re.Pattern[str]:
    """A function at the left margin, to the first ``}`` at the left margin: what stands in it is indented."""
    return re.compile(rf"^export (?:async )?function {name}\(.*?^}}\n", flags=re.MULTILINE | re.DOTALL)


def _joinable(name: str, text: str) -> str:
    """A module as it stands in the page, under its name."""
    body = _EXPORT.sub("", _IMPORT.sub("", text))
    if _LEFT_OVER.search(body):
        raise DamagedInput("FRM010", where=f"{name}.js")
    return f"// {name}.js\n{compact(body, f'{name}.js')}"
