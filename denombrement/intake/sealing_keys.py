"""The key pairs that returns are sealed to: P-256, named by their RFC 7638 thumbprint, kept under a passphrase.

The private key is stored as an encrypted PKCS #8 file (RFC 5958) under PBES2 with scrypt (RFC 7914) and AES-256-CBC,
which ``openssl pkey`` reads too: the campaign's data must not depend on this program. The library's own
writer stops at 2,048 rounds of PBKDF2, far too few for a passphrase that a person remembers, so the 100 bytes of
DER around the encrypted key are written here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from denombrement.errors import DamagedInput, UsageProblem

COORDINATE_BYTES = 32
# OWASP's equal of N = 2^17, p = 1, in the 32 MiB that the openssl command allows itself.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 5

_PEM_LABEL = "ENCRYPTED PRIVATE KEY"
_OID_PBES2 = bytes.fromhex("2a864886f70d01050d")
_OID_SCRYPT = bytes.fromhex("2b06010401da47040b")
_OID_AES256_CBC = bytes.fromhex("60864801650304012a")
_INTEGER, _OCTETS, _OID, _SEQUENCE = 0x02, 0x04, 0x06, 0x30
_LONG_FORM = 0x80


@dataclass(frozen=True)
class PublicKey:
    """A recipient of returns: the public half of a P-256 key.

    Args:
        x: base64url of the first coordinate, 32 bytes.
        y: base64url of the second coordinate, 32 bytes.
    """

    x: str
    y: str

    @property
    def kid(self) -> str:
        """RFC 7638 thumbprint: base64url of the SHA-256 of the required members in order."""
        members = json.dumps(self._members(), separators=(",", ":"), sort_keys=True)
        return encode_base64url(hashlib.sha256(members.encode()).digest())

    def jwk(self) -> dict[str, str]:
        """The key as a JSON Web Key (RFC 7517), with its ``kid`` and its use."""
        return {**self._members(), "use": "enc", "alg": "ECDH-ES+A256KW", "kid": self.kid}

    def _members(self) -> dict[str, str]:
        return {"crv": "P-256", "kty": "EC", "x": self.x, "y": self.y}


@dataclass(frozen=True)
class PrivateKey:
    """The half that opens returns. It shows only its thumbprint when printed."""

    raw: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """The other half."""
        return _public_of(self.raw.public_key())

    @property
    def kid(self) -> str:
        """RFC 7638 thumbprint of the public half."""
        return self.public.kid


def make_private_key() -> PrivateKey:
    """A new P-256 key pair from the system's random source."""
    return PrivateKey(ec.generate_private_key(ec.SECP256R1()))


def read_public_key(jwk: Mapping[str, object]) -> PublicKey:
    """The recipient described by a JSON Web Key.

    Raises:
        UsageProblem: ``SEA011`` not a P-256 public key (other curve, point off the curve, missing member);
            ``SEA012`` the private member is there: a key that must never be handed to services.
    """
    if "d" in jwk:
        raise UsageProblem("SEA012")
    if (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
        raise UsageProblem("SEA011")
    try:
        x, y = (int.from_bytes(_coordinate(jwk.get(name))) for name in ("x", "y"))
        return _public_of(ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key())
    except ValueError as problem:
        raise UsageProblem("SEA011") from problem


def lock_private_key(key: PrivateKey, passphrase: str) -> bytes:
    """The private key as a PEM file under a passphrase (PKCS #8, PBES2: scrypt and AES-256-CBC).

    Raises:
        UsageProblem: ``SEA013`` the passphrase is empty.
    """
    if not passphrase:
        raise UsageProblem("SEA013")
    salt, iv = os.urandom(16), os.urandom(16)
    clear = key.raw.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    padder = PKCS7(algorithms.AES.block_size).padder()
    secret = hashlib.scrypt(
        passphrase.encode(), salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, dklen=32, maxmem=2**26
    )
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(iv)).encryptor()
    locked = encryptor.update(padder.update(clear) + padder.finalize()) + encryptor.finalize()
    return _pem(_encrypted_private_key_info(salt, iv, locked))


def unlock_private_key(pem: bytes, passphrase: str) -> PrivateKey:
    """The private key kept in a PEM file.

    Raises:
        UsageProblem: ``SEA013`` the passphrase is empty; ``SEA014`` wrong passphrase (or a damaged file: the format cannot tell them apart).
        DamagedInput: ``SEA015`` not an encrypted PKCS #8 file, or not a P-256 key.
    """
    if not passphrase:
        raise UsageProblem("SEA013")
    der = _der_of(pem)
    try:
        key = load_der_private_key(der, passphrase.encode())
    except ValueError as problem:
        # OpenSSL's own word for bad padding or bad ASN.1 after decryption, which a wrong passphrase gives.
        raise UsageProblem("SEA014") from problem
    except (TypeError, UnsupportedAlgorithm) as problem:  # a key without passphrase, an unknown cipher
        raise DamagedInput("SEA015") from problem
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise DamagedInput("SEA015")
    return PrivateKey(key)


def encode_base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Strict opposite of `encode_base64url`: one text for each value, nothing skipped.

    Raises:
        ValueError: another alphabet, padding, white space, bits set beyond the last byte.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as problem:
        raise ValueError("base64url") from problem
    if encode_base64url(data) != text:
        raise ValueError("base64url")
    return data


def _coordinate(text: object) -> bytes:
    data = decode_base64url(text) if isinstance(text, str) else b""
    if len(data) != COORDINATE_BYTES:
        raise ValueError("coordinate")
    return data


def _public_of(key: ec.EllipticCurvePublicKey) -> PublicKey:
    numbers = key.public_numbers()
    return PublicKey(*(encode_base64url(n.to_bytes(COORDINATE_BYTES)) for n in (numbers.x, numbers.y)))


def _der_of(pem: bytes) -> bytes:
    head, foot = f"-----BEGIN {_PEM_LABEL}-----".encode(), f"-----END {_PEM_LABEL}-----".encode()
    _, found_head, rest = pem.partition(head)
    body, found_foot, _ = rest.partition(foot)
    try:
        der = base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error as problem:
        raise DamagedInput("SEA015") from problem
    if not (found_head and found_foot and der):
        raise DamagedInput("SEA015")
    return der


def _pem(der: bytes) -> bytes:
    text = base64.b64encode(der).decode("ascii")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {_PEM_LABEL}-----", *lines, f"-----END {_PEM_LABEL}-----", ""]).encode()


def _encrypted_private_key_info(salt: bytes, iv: bytes, locked: bytes) -> bytes:
    scrypt = _sequence(
        _element(_OCTETS, salt),
        *(_element(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1)) for number in _scrypt_cost()),
    )
    derivation = _sequence(_element(_OID, _OID_SCRYPT), scrypt)
    cipher = _sequence(_element(_OID, _OID_AES256_CBC), _element(_OCTETS, iv))
    scheme = _sequence(_element(_OID, _OID_PBES2), _sequence(derivation, cipher))
    return _sequence(scheme, _element(_OCTETS, locked))


def _scrypt_cost() -> tuple[int, int, int]:
    return SCRYPT_N, SCRYPT_R, SCRYPT_P


def _sequence(*parts: bytes) -> bytes:
    return _element(_SEQUENCE, b"".join(parts))


def _element(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < _LONG_FORM:
        return bytes([tag, size]) + content
    size_bytes = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, _LONG_FORM | len(size_bytes)]) + size_bytes + content
