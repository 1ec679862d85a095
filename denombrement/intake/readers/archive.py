"""Members of a zipped workbook, each inflated under one common bound before any other library opens the archive."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from denombrement.errors import DamagedInput
from denombrement.intake.readers.tables import ReadLimits

_LOCAL_HEADER_BYTES = 30
_ENCRYPTED_FLAG = 0x1


def inflated_members(data: bytes, limits: ReadLimits) -> Iterator[tuple[str, bytes]]:
    """Name and content of each member, one at a time, inflated under the common bound whatever its header claims.

    Args:
        data: an archive whose directory `identify` could read.
        limits: bounds on members and bytes.

    Raises:
        DamagedInput: ``INT008`` too many members; ``INT009`` locked; ``INT010`` damaged, or another size than it
            claims; ``INT011`` all members together exceed the limit once inflated.
    """
    left_bytes = limits.inflated_bytes
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
    if len(members) > limits.members:
        raise DamagedInput("INT008")
    if sum(member.file_size for member in members) > limits.inflated_bytes:
        raise DamagedInput("INT011", limit_bytes=limits.inflated_bytes)
    for member in members:
        content = _inflated(data, member, left_bytes, limits)
        left_bytes -= len(content)
        yield member.filename, content


def check_well_formed(name: str, content: bytes) -> None:
    """Refuse a damaged XML part: the spreadsheet library waits for ever for the end of a table that is not closed.

    Raises:
        DamagedInput: ``INT010`` not well-formed, or with declarations of its own, which no workbook needs.
    """
    if not name.lower().endswith((".xml", ".rels")):
        return
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DamagedInput("INT010")
    try:
        expat.ParserCreate().Parse(content, True)  # noqa: FBT003 - the whole content, says expat's own flag
    except expat.ExpatError as problem:
        raise DamagedInput("INT010") from problem


def _inflated(data: bytes, member: zipfile.ZipInfo, left_bytes: int, limits: ReadLimits) -> bytes:
    if member.flag_bits & _ENCRYPTED_FLAG:
        raise DamagedInput("INT009")
    start = _content_start(data, member.header_offset)
    packed = data[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        content = _inflate(packed, left_bytes, limits)
    else:
        raise DamagedInput("INT010")
    if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
        raise DamagedInput("INT010")
    return content


def _content_start(data: bytes, offset: int) -> int:
    header = data[offset : offset + _LOCAL_HEADER_BYTES]
    if len(header) < _LOCAL_HEADER_BYTES or not header.startswith(b"PK\x03\x04"):
        raise DamagedInput("INT010")
    name_bytes, extra_bytes = struct.unpack_from("<HH", header, 26)
    return offset + _LOCAL_HEADER_BYTES + int(name_bytes) + int(extra_bytes)


def _inflate(packed: bytes, left_bytes: int, limits: ReadLimits) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(packed, left_bytes + 1)
    except zlib.error as problem:
        raise DamagedInput("INT010") from problem
    if len(content) > left_bytes:
        raise DamagedInput("INT011", limit_bytes=limits.inflated_bytes)
    if not inflater.eof:
        raise DamagedInput("INT010")
    return content
