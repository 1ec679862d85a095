"""Text of unknown encoding: UTF-8, UTF-16 (with or without its mark), UTF-32, else Windows-1252.

A byte that is not UTF-8 is read as Windows-1252 on its own, so that a file pasted together from both
is read right: an accented Windows-1252 letter is almost never valid UTF-8 by chance.
"""

from __future__ import annotations

import codecs
import re

from denombrement.errors import DamagedInput

# Longest first: the mark of UTF-32 starts with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 4_096
_FALLBACK = "denombrement-windows-1252"
_CONTROL_BYTES = re.compile(rb"[\x01-\x08\x0e-\x19\x1b-\x1f]")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x19\x1b-\x1f]")


def decode_text(data: bytes) -> str:
    """The text of a file, without its byte order mark.

    Raises:
        DamagedInput: ``INT003`` control characters: not a text; ``INT017`` in none of the encodings; ``INT018``
            NUL characters, which a cut copy or a full disk leaves behind.
    """
    encoding = _encoding(data)
    is_bytewise = encoding.startswith("utf-8")
    if is_bytewise and _CONTROL_BYTES.search(data):
        raise DamagedInput("INT003")
    try:
        text = data.decode(encoding, _FALLBACK if is_bytewise else "strict")
    except UnicodeDecodeError as problem:
        raise DamagedInput("INT017") from problem
    if _CONTROL.search(text):
        raise DamagedInput("INT003")
    if "\0" in text:
        raise DamagedInput("INT018", where=f"l. {text.count(chr(10), 0, text.index(chr(0))) + 1}")
    return text.lstrip("\ufeff")


def _encoding(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    # Western text in UTF-16 has a zero byte in nearly every pair.
    sample = data[: _SAMPLE_BYTES // 2 * 2]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(data) % 2 == 0 and max(even, odd) > len(sample) // 4:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252"), error.end


codecs.register_error(_FALLBACK, _as_windows_1252)
