"""Submissions of ODK and Kobo as XML, turned into the JSON records that the other readers understand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree as ET

import orjson

from denombrement.errors import DamagedInput

# Groups that may come several times: one child must not be taken for answers of the adult.
REPEATS = frozenset({"children"})
_ENVELOPE = frozenset({"meta", "formhub"})


def submissions_as_records(submissions: Iterable[bytes]) -> bytes:
    """The JSON that Kobo's own interface would give for these submissions, for `read_tables`.

    Raises:
        DamagedInput: INT202 where a text is not a submission.
    """
    return orjson.dumps({"results": [_record(read_xml(each)) for each in submissions]})


def read_xml(content: bytes) -> ET.Element:
    """Root of an XML text without declarations of its own, which could swell or fetch other files.

    Raises:
        DamagedInput: INT202 anything else.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
        raise DamagedInput("INT202")
    try:
        return ET.fromstring(content)  # noqa: S314 - no declarations, see above
    except (ET.ParseError, ValueError, LookupError) as problem:
        raise DamagedInput("INT202") from problem


def element_text(root: ET.Element, name: str) -> str:
    """Text of the only element of this name, in whatever namespace; empty where there is none.

    Raises:
        DamagedInput: INT202 where there are several: which one counts would be a guess.
    """
    found = elements_text(root, name)
    if len(found) > 1:
        raise DamagedInput("INT202")
    return found[0] if found else ""


def elements_text(root: ET.Element, name: str) -> list[str]:
    """Texts of all elements of this name, in whatever namespace."""
    return [(each.text or "").strip() for each in root.iter() if _local(each) == name]


def _record(root: ET.Element) -> dict[str, Any]:
    record = _members(root)
    instance = element_text(root, "instanceID")
    return {**record, "_uuid": instance} if instance else record


def _members(element: ET.Element) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for each in element:
        name = _local(each)
        if name in _ENVELOPE:
            continue
        value = _members(each) if len(each) else (each.text or "").strip()
        if name in REPEATS:
            members.setdefault(name, []).append(value if isinstance(value, dict) else {})
        elif value:
            members[name] = value
    return members


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
