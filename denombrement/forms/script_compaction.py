"""A JavaScript module of the page without what only its authors need: comments, indentation, spaces, line ends.

The page has to stay under 150 kB and still be read by whoever wants to check it: names stay, and each function keeps its
line. This is no parser. It reads a module once from left to right, and at each place the first rule of :data:`RULES`
that fits says what stays. The rules hold for the way in which our own modules are written, not for any JavaScript:

- texts are in double quotes or in templates, and a template ends on its line;
- comments are ``//``;
- every statement ends in ``;`` or in the ``}`` of a block;
- no list has a hole, no two signs stand so that they would make another one without their space.

Tests hold the modules to it, and have a browser run programs before and after.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from denombrement.errors import DamagedInput

_TEXT = r'"(?:[^"\\\n]|\\.)*"'
# A slash begins a regular expression where a value is awaited: after a sign that opens or asks for one, or `return`.
# Elsewhere it divides. A slash within [brackets] does not end it.
_VALUE_AWAITED = r"(?:(?<=[(,=>:\[!&|?{};\n])|(?<=return))"
_REGULAR_EXPRESSION = rf"{_VALUE_AWAITED} ?/(?![/*])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is found at a place, and the part of it that stays: a group of the pattern, or nothing."""

    name: str
    pattern: str
    stays: str | None


# The order matters: what is quoted is recognised before the spaces and signs in it could be. Where no rule fits, a sign
# stays as it is: too much may stay (a line end after ` {`, whose space came first), never too little.
RULES = (
    # Quoted: every sign counts, so all of it stays.
    Rule("text", _TEXT, stays="text"),
    # To the end of the line. Only where a comment may stand: `"https://"` is a text, and was one before.
    Rule("comment", r"(?:^|(?<=[ ;{},]))//[^\n]*$", stays=None),
    Rule("regular_expression", _REGULAR_EXPRESSION, stays="regular_expression"),
    # Only its first sign: its end is looked for by `_template_end`, since templates nest.
    Rule("template", "`", stays="template"),
    # `(x) =>` is `x =>`. Not after a name or a parenthesis, where it would be a call.
    Rule("lone_parameter", r"(?<![\w)])\((?P<parameter>\w+)\)(?= =>)", stays="parameter"),
    # `[a, b,]` is `[a, b]`: a comma before the end of a list adds nothing, as long as no list has a hole.
    Rule("last_comma", r",\n?(?=[)\]}])", stays=None),
    # A block ends its last statement.
    Rule("last_semicolon", r";\n?(?=\})", stays=None),
    # No statement ends in these, or `;` has ended it: the line end is a mere space.
    Rule("line_end_after", r"(?P<opening>[,(\[;{]|=>)\n", stays="opening"),
    # No statement begins with these, so the one before goes on, or ends at the `}` as it would at the line end.
    Rule("line_end_before", r"\n(?=[)\].}])", stays=None),
    # Spaces around signs. Before a slash they stay: it could make `</`, `*/` or `//` of two signs. `-`, `+` and `/` lose
    # theirs between two operands only: `a - -b` is not `a--b`.
    Rule(
        "spaces",
        r" *(?P<sign>=>|[=<>!?:)}\]&|*%]+|[,(\[;{]|(?<= )[-+/](?= [^-+/]))(?: *(?![ /])|)",
        stays="sign",
    ),
)
_PIECE = re.compile("|".join(f"(?P<{rule.name}>{rule.pattern})" for rule in RULES), re.MULTILINE)
_STAYS = {rule.name: rule.stays for rule in RULES}

# A whole statement on a line, before another of its kind. Nothing but its end is a semicolon: a line of two statements
# must not give the second to the first one's `const`.
_CONSTANTS = re.compile(r'^(const (?:[^\n"`;]|"[^"\n]*"|`[^`\n]*`)*);\nconst ', re.MULTILINE)
_BLANK = re.compile(r" *\n\s*")
_IN_TEMPLATE = re.compile(r"\\.|\$\{|`|\n")
_IN_HOLE = re.compile(rf"{_TEXT}|{_REGULAR_EXPRESSION}|[`{{}}\n]")


def compact(text: str, where: str = "") -> str:
    """A module without comments, indentation, and the spaces and line ends that nothing needs.

    Args:
        text: the module, written as the docstring above says.
        where: its name, for the error.

    Raises:
        DamagedInput: FRM010 where a template does not end on its line: its spaces could not be told from ours.
    """
    lines = "\n".join(line.strip() for line in text.splitlines())
    return _BLANK.sub("\n", _squeezed(_with_shared_const(lines), where)).strip() + "\n"


def _with_shared_const(lines: str) -> str:
    """Constants of one line that follow one another, under one ``const``: the same names in the same scope and order."""
    while (joined := _CONSTANTS.sub(r"\1, ", lines)) != lines:
        lines = joined
    return lines


def _squeezed(lines: str, where: str) -> str:
    done: list[str] = []
    place = 0
    while found := _PIECE.search(lines, place):
        done.append(lines[place : found.start()])
        place = found.end()
        if found["template"]:
            place = _template_end(lines, place, where)
            done.append(lines[found.start() : place])
        elif stays := _STAYS[str(found.lastgroup)]:
            done.append(found[stays])
    return "".join([*done, lines[place:]])


def _template_end(text: str, place: int, where: str) -> int:
    """Where the template ends whose first sign stands before ``place``."""
    while (found := _IN_TEMPLATE.search(text, place)) and found[0] != "\n":
        if found[0] == "`":
            return found.end()
        place = _hole_end(text, found.end(), where) if found[0] == "${" else found.end()
    raise DamagedInput("FRM010", where=where)


def _hole_end(text: str, place: int, where: str) -> int:
    """Where the hole ends whose ``${`` stands before ``place``: at its own ``}``, not at one of an object or a text."""
    depth = 1
    while (found := _IN_HOLE.search(text, place)) and found[0] != "\n":
        place = _template_end(text, found.end(), where) if found[0] == "`" else found.end()
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if not depth:
            return place
    raise DamagedInput("FRM010", where=where)
