"""Submissions that ODK Collect, Enketo or KoboToolbox encrypted on the device, opened with the campaign's RSA key.

ODK XForms specification, encryption: a manifest names the files beside it; each is AES-256 in CFB mode, padded (PKCS7);
the key is under RSA-OAEP (SHA-256, MGF1 with SHA-256); the initialisation vector is the MD5 of the instance's id and
the key, whose byte n grows by one before file n. The so-called signature is an MD5 under the *public* key: it finds
damage, but anyone could have written it. Nothing here proves who filled the form in: whoever calls must say so.
"""

from __future__ import annotations

import hashlib
import posixpath
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from denombrement.errors import DamagedInput, UsageProblem
from denombrement.intake.readers.odk_xml import element_text, elements_text, read_xml

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_SUFFIX = ".enc"
_KEY_BYTES = 32
_BLOCK_BITS = 128


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission in clear. ``form`` and ``version`` are what the manifest claims."""

    form: str
    version: str
    instance: str
    xml: bytes


def load_private_key(pem: bytes, passphrase: str | None = None) -> RSAPrivateKey:
    """The RSA private key whose public part stands in the XLSForm's settings.

    Raises:
        UsageProblem: INT201 not an RSA private key in PEM, or a wrong passphrase.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, passphrase.encode() if passphrase else None)
    except (ValueError, TypeError) as problem:
        raise UsageProblem("INT201") from problem
    if not isinstance(key, RSAPrivateKey):
        raise UsageProblem("INT201")
    return key


def open_submission(manifest: bytes, files: Mapping[str, bytes], key: RSAPrivateKey) -> Submission:
    """The answers of one encrypted submission.

    Args:
        manifest: the ``submission.xml`` that says ``encrypted="yes"``.
        files: the encrypted files beside it, by name.
        key: of `load_private_key`.

    Raises:
        DamagedInput: INT202 not such a manifest; INT203 a file is missing; INT204 encrypted for another key, or
            damaged; INT205 the files are not those that the device encrypted.
    """
    about = _Manifest.read(manifest)
    secret = _unwrapped(about.encrypted_key, key)
    if len(secret) != _KEY_BYTES:
        raise DamagedInput("INT204")
    vector = bytearray(hashlib.md5(about.instance.encode() + secret, usedforsecurity=False).digest())
    clear: dict[str, bytes] = {}
    for number, name in enumerate(about.files):
        if name not in files:
            raise DamagedInput("INT203")
        place = number % len(vector)
        vector[place] = (vector[place] + 1) % 256
        clear[name] = _decrypted(files[name], secret, bytes(vector))
    if _unwrapped(about.signature, key) != about.digest(clear):
        raise DamagedInput("INT205")
    return Submission(about.form, about.version, about.instance, clear[about.files[-1]])


def open_submissions(
    files: Iterable[tuple[str, bytes]], key: RSAPrivateKey
) -> tuple[list[Submission], list[tuple[str, DamagedInput]]]:
    """All encrypted submissions of a folder or an archive, and those that could not be opened, with their path.

    Args:
        files: path and content of each file; a manifest's files lie in its own folder.
        key: of `load_private_key`.
    """
    by_folder: dict[str, dict[str, bytes]] = {}
    for path, content in files:
        folder, name = posixpath.split(path)
        by_folder.setdefault(folder, {})[name] = content
    opened: list[Submission] = []
    failed: list[tuple[str, DamagedInput]] = []
    for folder, beside in sorted(by_folder.items()):
        for name, content in sorted(beside.items()):
            if not name.endswith(".xml") or b"base64EncryptedKey" not in content:
                continue
            try:
                opened.append(open_submission(content, beside, key))
            except DamagedInput as problem:
                failed.append((posixpath.join(folder, name), problem))
    return opened, failed


@dataclass(frozen=True, slots=True)
class _Manifest:
    form: str
    version: str
    instance: str
    encrypted_key: str
    signature: str
    files: tuple[str, ...]

    @classmethod
    def read(cls, content: bytes) -> _Manifest:
        root = read_xml(content)
        made = cls(
            form=root.get("id", ""),
            version=root.get("version", ""),
            instance=element_text(root, "instanceID"),
            encrypted_key=element_text(root, "base64EncryptedKey"),
            signature=element_text(root, "base64EncryptedElementSignature"),
            # The answers come last, after the attachments.
            files=(*elements_text(root, "file"), element_text(root, "encryptedXmlFile")),
        )
        if root.get("encrypted") != "yes" or not all((made.instance, made.encrypted_key, made.files[-1])):
            raise DamagedInput("INT202")
        return made

    def digest(self, clear: Mapping[str, bytes]) -> bytes:
        lines = [self.form, *([self.version] if self.version else []), self.encrypted_key, self.instance]
        lines += [f"{name.removesuffix(_SUFFIX)}::{_md5(clear[name]).hex()}" for name in self.files]
        return _md5("".join(f"{line}\n" for line in lines).encode())


def _unwrapped(text: str, key: RSAPrivateKey) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.hashes import SHA256

    oaep = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)
    try:
        return key.decrypt(b64decode(text, validate=True), oaep)
    except ValueError as problem:
        raise DamagedInput("INT204") from problem


def _decrypted(content: bytes, secret: bytes, vector: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import ECB
    from cryptography.hazmat.primitives.padding import PKCS7

    # CFB by its definition, block by block, since libraries are giving the mode up: each block of text is masked by
    # the encryption of the block before it.
    encryptor = Cipher(AES(secret), ECB()).encryptor()  # noqa: S305 - ODK's format, not our choice
    remover = PKCS7(_BLOCK_BITS).unpadder()
    try:
        mask = encryptor.update((vector + content)[: len(content)]) + encryptor.finalize()
        text = bytes(left ^ right for left, right in zip(content, mask, strict=True))
        return remover.update(text) + remover.finalize()
    except ValueError as problem:
        raise DamagedInput("INT204") from problem


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()
