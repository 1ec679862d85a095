"""The wall around ``public/``: what is in it, from which verdict, and the proof that nothing else is.

``MANIFEST.json`` holds the SHA-256 of every file, the digest of the auditor's verdict on the tables that the files are
made of, and a keyed digest of the journal's head when it was written; the journal line that follows holds the manifest's
own SHA-256.
Content comes in as a :class:`Build` alone, which is made from a release that the auditor passed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from denombrement import __version__
from denombrement.errors import DamagedInput
from denombrement.publication.public.parts import Build, same_part

MANIFEST = "MANIFEST.json"
_FORMAT = "denombrement-public-1"
_BESIDE, _BEFORE = ".public.part", ".public.before"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in ``public/`` that these commands did not leave there.

    Args:
        kind: ``altered``, ``missing``, ``foreign``, ``manifest``, ``journal``, ``older``, ``release`` or ``rebuilt``.
        file: path inside ``public/``, empty where the whole is meant.
    """

    kind: str
    file: str = ""


@dataclass(frozen=True)
class Manifest:
    """What ``public/`` should hold.

    Args:
        campaign: identifier.
        version: of this package.
        release: SHA-256 of the protected release.
        verdict: what may be said of the audit, with ``digest``.
        journal_head: :func:`sealed_head` of the journal's last line before this manifest.
        files: path inside ``public/`` -> ``sha256``, ``bytes`` and the ``part`` that it belongs to.
    """

    campaign: str
    version: str
    release: str
    verdict: Mapping[str, Any]
    journal_head: str
    files: Mapping[str, Mapping[str, Any]]

    def to_bytes(self) -> bytes:
        """The file's content."""
        content = {
            "format": _FORMAT,
            "campaign": self.campaign,
            "version": self.version,
            "release": self.release,
            "verdict": dict(self.verdict),
            "journal_head": self.journal_head,
            "files": {name: dict(self.files[name]) for name in sorted(self.files)},
        }
        return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()

    @property
    def digest(self) -> str:
        """SHA-256 of the file, for the journal."""
        return sha256(self.to_bytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """The inverse of :meth:`to_bytes`.

        Raises:
            DamagedInput: PUB052, not a manifest of ours.
        """
        try:
            content = json.loads(data)
            if content.pop("format") != _FORMAT:
                raise DamagedInput("PUB052", where=MANIFEST)
            return cls(**content)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedInput("PUB052", where=MANIFEST) from error


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def sealed_head(journal_hash: str, secret: bytes) -> str:
    """The journal's head as the public may see it.

    Lines of the journal hold exact totals and little else that is unknown, so that whoever had a line's own hash could
    try all totals that the rounding leaves open until one fits. Keyed, it says nothing to others.

    Args:
        journal_hash: of the journal's last line; empty where there is none.
        secret: the campaign's protection secret.
    """
    return hmac.new(secret, b"journal|" + journal_hash.encode(), hashlib.sha256).hexdigest()


def read_manifest(public: Path) -> Manifest | None:
    """The manifest of a folder; None when nothing was ever published there.

    Raises:
        DamagedInput: PUB052, it cannot be read.
    """
    file = public / MANIFEST
    return Manifest.from_bytes(file.read_bytes()) if file.is_file() else None


def problems(public: Path, journaled: Collection[str]) -> Iterator[Problem]:
    """What is wrong with a folder; nothing when it holds what the commands wrote and no more.

    Args:
        public: the folder.
        journaled: SHA-256 of every manifest that the journal tells of.
    """
    if public.is_symlink():
        yield Problem("altered")
        return
    present = {file.relative_to(public).as_posix(): file for file in _entries(public)}
    written = present.pop(MANIFEST, None)
    if written is None:
        yield from (Problem("foreign", name) for name in sorted(present))
        return
    if not _is_plain(written):
        yield Problem("altered", MANIFEST)
        return
    try:
        manifest = Manifest.from_bytes(written.read_bytes())
    except DamagedInput:
        yield Problem("manifest", MANIFEST)
        return
    if sha256(written.read_bytes()) not in journaled:
        yield Problem("journal", MANIFEST)
    yield from _differences(present, manifest.files)


def _differences(present: Mapping[str, Path], files: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    for name in sorted(present.keys() | files.keys()):
        if name not in files:
            # A folder of ours that was emptied tells nothing more than the files that it misses.
            if not any(each.startswith(f"{name}/") for each in files):
                yield Problem("foreign", name)
        elif name not in present:
            yield Problem("missing", name)
        elif not _is_plain(present[name]) or sha256(present[name].read_bytes()) != files[name]["sha256"]:
            yield Problem("altered", name)


def next_manifest(before: Manifest | None, build: Build, journal_head: str) -> Manifest | None:
    """The manifest after a build; None when it would hold the same files of the same release.

    Files of another release are dropped: what stands in one folder comes from one set of tables.
    """
    kept = before.files if before is not None and before.release == build.release else {}
    others = {name: each for name, each in kept.items() if not same_part(str(each["part"]), build.part)}
    ours = {
        name: {"sha256": sha256(content), "bytes": len(content), "part": build.part}
        for name, content in build.files.items()
    }
    files = {**others, **ours}
    if before is not None and dict(before.files) == files and before.version == __version__:
        return None
    return Manifest(build.campaign, __version__, build.release, build.verdict, journal_head, files)


def raise_wall(public: Path, manifest: Manifest, build: Build) -> list[Path]:
    """Replaces ``public/`` by the files of a manifest, all at once.

    Returns:
        The paths of the build's files.
    """
    beside = public.with_name(_BESIDE)
    shutil.rmtree(beside, ignore_errors=True)
    for name in manifest.files:
        target = beside / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(build.files[name] if name in build.files else (public / name).read_bytes())
    (beside / MANIFEST).write_bytes(manifest.to_bytes())
    before = public.with_name(_BEFORE)
    shutil.rmtree(before, ignore_errors=True)
    if public.exists():
        public.rename(before)
    beside.rename(public)
    shutil.rmtree(before, ignore_errors=True)
    return [public / name for name in sorted(build.files)]


def mend_interrupted(public: Path) -> None:
    """Puts the folder back that an interrupted exchange left aside."""
    before = public.with_name(_BEFORE)
    if before.is_dir() and not public.exists():
        before.rename(public)


def _entries(public: Path) -> Iterator[Path]:
    """Everything but folders that hold something: links, pipes and empty folders were not put there by us either."""
    for path in public.rglob("*"):
        if path.is_symlink() or not path.is_dir() or not any(path.iterdir()):
            yield path


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
