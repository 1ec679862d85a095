"""What a file is, by its content: names and extensions of what people send say little."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from enum import Enum

from denombrement.errors import DamagedInput
from denombrement.intake.readers import compound
from denombrement.intake.readers.text import decode_text


class Kind(Enum):
    """What the readers and `open_sealed` can take."""

    SEALED = "sealed"
    CLEAR_RETURN = "clear_return"
    RECORDS = "records"
    DELIMITED = "delimited"
    DELIMITED_ARCHIVE = "delimited_archive"
    XLSX = "xlsx"
    ODS = "ods"
    XLS = "xls"


@dataclass(frozen=True)
class Identified:
    """A kind, with the decoded text where the file is text."""

    kind: Kind
    text: str = ""


_HEAD_BYTES = 4_096
_SIGNATURES = (
    (b"%PDF", "INT004"),
    (b"\xff\xd8\xff", "INT006"),
    (b"\x89PNG", "INT006"),
    (b"GIF8", "INT006"),
    (b"II*\x00", "INT006"),
    (b"MM\x00*", "INT006"),
    (b"{\\rtf", "INT007"),
    (b"\x1f\x8b", "INT008"),
    (b"7z\xbc\xaf\x27\x1c", "INT008"),
    (b"Rar!", "INT008"),
)
_HEIC = re.compile(rb"....ftyp(?:heic|heix|mif1|heif)", re.DOTALL)
_ZIP = b"PK"
_ATTACHMENTS = "media/"
_ODF_MIMETYPE = "application/vnd.oasis.opendocument."
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|table|meta|div|style)\b", re.IGNORECASE)
_WEB_ARCHIVE = re.compile(r"mime-version:", re.IGNORECASE)
_SEALED_COMPACT = re.compile(r"eyJ[\w-]+(?:\.[\w-]*){4}\s*")


def identify(data: bytes) -> Identified:
    """What the file is.

    Raises:
        DamagedInput: ``INT002`` empty; ``INT003`` unknown binary; ``INT004`` PDF; ``INT005`` web page; ``INT006`` picture;
            ``INT007`` text document; ``INT008`` archive; ``INT009`` password; ``INT010`` damaged; ``INT014``
            encrypted by ODK; ``INT015`` XML; ``INT016`` workbook of another kind; ``INT017``, ``INT018`` not a text.
    """
    head = data[:_HEAD_BYTES]
    if head.startswith(b'{"protected"') and b'"ciphertext"' in head:
        # Sealed returns are most of what arrives and large: no need to decode them to know them.
        return Identified(Kind.SEALED)
    if not data.strip(b"\0 \t\r\n"):
        raise DamagedInput("INT002")
    for signature, code in _SIGNATURES:
        if data.startswith(signature):
            raise DamagedInput(code)
    if _HEIC.match(data):
        raise DamagedInput("INT006")
    if data.startswith(_ZIP):
        return Identified(_kind_of_zip(data))
    if data.startswith(compound.SIGNATURE):
        return Identified(_kind_of_compound(data))
    return _kind_of_text(decode_text(data))


def _kind_of_zip(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mimetype = _mimetype(archive, names)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError) as problem:
        raise DamagedInput("INT010") from problem
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if mimetype == f"{_ODF_MIMETYPE}spreadsheet" and "content.xml" in names:
        return Kind.ODS
    if "encrypted-package" in names:
        raise DamagedInput("INT009")
    if "xl/workbook.bin" in names or "Index/Document.iwa" in names:
        raise DamagedInput("INT016")
    if _is_central_export(names):
        return Kind.DELIMITED_ARCHIVE
    is_document = mimetype.startswith(_ODF_MIMETYPE) or bool(
        names & {"word/document.xml", "ppt/presentation.xml"}
    )
    raise DamagedInput("INT007" if is_document else "INT008")


def _is_central_export(names: set[str]) -> bool:
    """Whether an archive is what ODK Central exports of a form with repeats: ``form.csv`` and ``form-children.csv``."""
    files = {name for name in names if not name.endswith("/") and not name.startswith(_ATTACHMENTS)}
    if not all(name.endswith(".csv") for name in files):
        return False
    stems = {name.removesuffix(".csv") for name in files}
    return any(stem != other and other.startswith(f"{stem}-") for stem in stems for other in stems)


def _mimetype(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" not in names:
        return ""
    with archive.open("mimetype") as member:
        return member.read(len(_ODF_MIMETYPE) * 3).decode("ascii", "replace").strip()


def _kind_of_compound(data: bytes) -> Kind:
    names = compound.stream_names(data)
    if "EncryptedPackage" in names:
        raise DamagedInput("INT009")
    if not names & compound.WORKBOOK_STREAMS:
        raise DamagedInput("INT007")
    return Kind.XLS


def _kind_of_text(text: str) -> Identified:
    start = text.lstrip()[:_HEAD_BYTES]
    if not start:
        raise DamagedInput("INT002")
    if start.startswith("<"):
        raise DamagedInput(_code_of_markup(text, start))
    if _WEB_ARCHIVE.match(start):
        raise DamagedInput("INT005")
    if _SEALED_COMPACT.fullmatch(start):
        return Identified(Kind.SEALED, text)
    if start[0] in "{[":
        return Identified(_kind_of_json(text, start), text)
    return Identified(Kind.DELIMITED, text)


def _code_of_markup(text: str, start: str) -> str:
    if "base64EncryptedKey" in text:
        return "INT014"
    return "INT005" if _HTML.search(start) else "INT015"


def _kind_of_json(text: str, start: str) -> Kind:
    if start[0] == "{" and '"ciphertext"' in text and '"protected"' in text:
        return Kind.SEALED
    if start[0] == "{" and ('"declarations"' in text or '"met_nobody"' in text):
        return Kind.CLEAR_RETURN
    return Kind.RECORDS
