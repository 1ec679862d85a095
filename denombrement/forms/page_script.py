"""The page's one script: our JavaScript modules joined in the order of their imports.

All share one scope, so their top-level names differ (a test holds them to it). Only comments, needless spaces and line
ends are left out, for the page has to stay under 150 kB: every function can still be read. The text is the same for every
service and every campaign: so is its hash, which can be published.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources

from denombrement.errors import DamagedInput

ENTRY = "main"
_IMPORT = re.compile(r'^import \{ [\w, ]+ \} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) \w)", re.MULTILINE)
# What spaces may not be taken out of: texts and regular expressions; and what may go: comments.
_TEXT = r'"(?:[^"\\\n]|\\.)*"'
_REGEX = r"(?:(?<=[(,=>:\[!&|?{};\n])|(?<=return)) ?/(?![/*])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/"
_COMMENT = r"(?P<comment>(?:^|(?<=[ ;{},]))//[^\n]*$)"
_WRAP = r"(?P<wrap>,\n?(?=[)\]}])|;\n?(?=\})|(?P<open>[,(\[;{]|=>)\n|\n(?=[)\].}]))"
_ONE = r"(?<![\w)])\((?P<one>\w+)\)(?= =>)"
_SPACES = r"(?P<spaces> *(?P<sign>=>|[=<>!?:)}\]&|*%]+|[,(\[;{]|(?<= )[-+/](?= [^-+/]))(?: *(?![ /])|))"
_PIECE = re.compile(f"{_TEXT}|{_COMMENT}|{_REGEX}|(?P<tick>`)|{_ONE}|{_WRAP}|{_SPACES}", re.MULTILINE)
_CONSTANTS = re.compile(r'^(const (?:[^\n"`]|"[^"\n]*"|`[^`\n]*`)*);\nconst ', re.MULTILINE)
_FUNCTION = re.compile(r"^export (?:async )?function (\w+)", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(import|export)\b", re.MULTILINE)


def web_text(name: str) -> str:
    """Text of a file of the page."""
    return (resources.files("denombrement.forms") / "web" / name).read_text(encoding="utf-8")


@cache
def page_script() -> str:
    """The script of every page.

    Raises:
        DamagedInput: FRM010 where a module imports or exports in a way that the joiner does not know.
    """
    texts = {name: web_text(f"{name}.js") for name in _order(ENTRY, ())}
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


def _order(name: str, above: tuple[str, ...]) -> list[str]:
    if name in above:
        raise DamagedInput("FRM010", where=f"{name}.js")
    found: list[str] = []
    for needed in _IMPORT.findall(web_text(f"{name}.js")):
        found += [each for each in _order(needed, (*above, name)) if each not in found]
    return [*found, name]


def compact(text: str) -> str:
    """A module without comments, indentation and the spaces around signs; its lines stay."""
    lines = _one_list("\n".join(line.strip() for line in text.splitlines()))
    done: list[str] = []
    place = 0
    while found := _PIECE.search(lines, place):
        done.append(lines[place : found.start()])
        end = found.end()
        if found["tick"]:
            end = _template_end(lines, found.start())
            done.append(lines[found.start() : end])
        elif found["one"]:
            done.append(found["one"])
        elif found["wrap"]:
            done.append(found["open"] or "")
        elif found["spaces"]:
            done.append(found["sign"])
        elif found["comment"] is None:
            done.append(found[0])
        place = end
    return re.sub(r" *\n\s*", "\n", "".join([*done, lines[place:]]).strip()) + "\n"


def _one_list(lines: str) -> str:
    """Constants of one line that follow one another, under one ``const``."""
    while (joined := _CONSTANTS.sub(r"\1, ", lines)) != lines:
        lines = joined
    return lines


def _template_end(text: str, start: int) -> int:
    """Where the template that begins at ``start`` ends; templates within its ``${…}`` included."""
    place = start + 1
    while text[place] != "`":
        if text[place] == "\\":
            place += 2
        elif text.startswith("${", place):
            place = _hole_end(text, place + 2)
        else:
            place += 1
    return place + 1


def _hole_end(text: str, place: int) -> int:
    depth = 1
    while depth:
        if text[place] == "`":
            place = _template_end(text, place)
            continue
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        place += 1
    return place


def _without_unused(text: str, whole: str) -> str:
    """Leaves out functions that only tests call."""
    for name in _FUNCTION.findall(text):
        if len(re.findall(rf"\b{name}\b", whole)) == 1:
            text = re.sub(
                rf"^export (?:async )?function {name}\(.*?^}}\n", "", text, flags=re.MULTILINE | re.DOTALL
            )
    return text


def _joinable(name: str, text: str) -> str:
    body = _EXPORT.sub("", _IMPORT.sub("", text))
    if _LEFT_OVER.search(body):
        raise DamagedInput("FRM010", where=f"{name}.js")
    return f"// {name}.js\n{compact(body)}"
