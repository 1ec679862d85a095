"""Sealed returns: JWE in the General JSON serialization (RFC 7516), to two or more P-256 recipients.

What a sealed return is (format ``denombrement-return-1``), so that any other tool can make or open one::

    {"protected": base64url('{"alg":"ECDH-ES+A256KW","enc":"A256GCM"}'),
     "recipients": [{"header": {"kid": …, "epk": {"kty","crv","x","y"}}, "encrypted_key": …}, …],
     "iv": …, "ciphertext": …, "tag": …}

    plaintext = gzip member of UTF-8 JSON, then zero bytes up to a multiple of 16,384 bytes
    JSON      = {"format": "denombrement-return-1", "body": "<JSON text of the return>",
                 "mac": base64url(HMAC-SHA256(key: UTF-8 bytes of the service's token, UTF-8 bytes of body))}

Authentication is inside because JWE leaves each recipient's header open: a changed ``kid`` or a removed recipient goes
unseen, and anyone who holds the public keys can seal. So ``kid`` only orders the keys that are tried, and
nothing is claimed from the envelope. The steps of 16,384 bytes hide how many persons a service met.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwe import GeneralJSONEncryption, JWERegistry, decrypt_json, encrypt_json
from joserfc.jwk import ECKey

from denombrement.errors import DamagedInput, UsageProblem
from denombrement.intake.sealing_keys import (
    COORDINATE_BYTES,
    PrivateKey,
    PublicKey,
    decode_base64url,
    encode_base64url,
)

FORMAT = "denombrement-return-1"
FORMATS = frozenset({FORMAT})
PADDING_STEP_BYTES = 16_384
RECEIPT_CHARACTERS = 8
MIN_RECIPIENTS = 2
MAX_RECIPIENTS = 16
MIN_TOKEN_BYTES = 16

_PROTECTED_HEADER = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
_PROTECTED = encode_base64url(json.dumps(_PROTECTED_HEADER, separators=(",", ":")).encode())
_MEMBERS = {"protected", "recipients", "iv", "ciphertext", "tag"}
_IV_BYTES, _TAG_BYTES, _WRAPPED_KEY_BYTES, _MAC_BYTES = 12, 16, 40, 32
_INNER_MEMBERS = 3
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class SealLimits:
    """How much a return may weigh, in bytes: as a file, and once inflated."""

    file_bytes: int = 32 * 2**20
    inflated_bytes: int = 64 * 2**20


@dataclass(frozen=True)
class SealedBody:
    """What was inside a return. It is not yet authenticated: see `verify_mac`.

    Args:
        body: JSON text of the return.
        mac: HMAC-SHA256 that the sender put on ``body``, 32 bytes.
        format: version of the layout.
    """

    body: str = field(repr=False)
    mac: bytes = field(repr=False)
    format: str = FORMAT


@dataclass(frozen=True)
class _Envelope:
    recipients: tuple[dict[str, Any], ...]
    parts: dict[str, str]


def seal(
    body: str,
    *,
    recipients: Sequence[PublicKey],
    service_token: str,
    single_recipient: bool = False,
    limits: SealLimits | None = None,
) -> bytes:
    """Seal the JSON text of a return to its recipients, authenticated by the service's token.

    Raises:
        UsageProblem: ``SEA010`` fewer than two different recipients without ``single_recipient``, or more than 16;
            ``SEA016`` a token under 16 bytes; ``SEA017`` a return that `open_sealed` would refuse as too large.
    """
    keys = {key.kid: key for key in recipients}
    if not (1 if single_recipient else MIN_RECIPIENTS) <= len(keys) <= MAX_RECIPIENTS:
        raise UsageProblem("SEA010", recipients=len(keys))
    bounds = limits or SealLimits()
    mac = encode_base64url(_mac(body, service_token))
    clear = json.dumps({"format": FORMAT, "body": body, "mac": mac}, ensure_ascii=False).encode()
    if len(clear) > bounds.inflated_bytes:
        raise UsageProblem("SEA017", limit_bytes=bounds.inflated_bytes)
    sealed = _encrypt(_padded(gzip.compress(clear, mtime=0)), list(keys.values()))
    if len(sealed) > bounds.file_bytes:
        raise UsageProblem("SEA017", limit_bytes=bounds.file_bytes)
    return sealed


def open_sealed(
    data: bytes, private_keys: Sequence[PrivateKey], limits: SealLimits | None = None
) -> SealedBody:
    """Open a return with any of our keys. The result still has to pass `verify_mac`.

    Args:
        data: the file as received.
        private_keys: keys to try; ``kid`` only says which comes first.
        limits: bounds in bytes; the defaults admit some 20,000 declarations.

    Raises:
        DamagedInput: ``SEA001`` too large; ``SEA002`` not a sealed return; ``SEA003`` other algorithms or
            members than ours; ``SEA004`` no key of ours fits; ``SEA005`` damaged or changed; ``SEA006`` inflates
            beyond the limit; ``SEA007`` compression or padding; ``SEA008`` parts inside; ``SEA009`` unknown format.
    """
    bounds = limits or SealLimits()
    if len(data) > bounds.file_bytes:
        raise DamagedInput("SEA001", limit_bytes=bounds.file_bytes)
    envelope = _envelope(data)
    plaintext = _decrypt(envelope, private_keys, bounds)
    return _sealed_body(_inflate(plaintext, bounds.inflated_bytes))


def verify_mac(sealed: SealedBody, token: str) -> bool:
    """Whether the service that holds this token wrote the body; compared in constant time.

    Raises:
        UsageProblem: ``SEA016`` a token under 16 bytes.
    """
    return hmac.compare_digest(_mac(sealed.body, token), sealed.mac)


def receipt(data: bytes) -> str:
    """What the service reads out to know that its file arrived: first 8 hexadecimal digits of the SHA-256."""
    return hashlib.sha256(data).hexdigest()[:RECEIPT_CHARACTERS]


def _mac(body: str, token: str) -> bytes:
    key = token.encode()
    if len(key) < MIN_TOKEN_BYTES:
        raise UsageProblem("SEA016")
    return hmac.digest(key, body.encode(), "sha256")


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % PADDING_STEP_BYTES)


def _encrypt(plaintext: bytes, recipients: Sequence[PublicKey]) -> bytes:
    message = GeneralJSONEncryption(dict(_PROTECTED_HEADER), plaintext)
    for key in recipients:
        numbers: dict[str, str | list[str]] = {"kty": "EC", "crv": "P-256", "x": key.x, "y": key.y}
        message.add_recipient({"kid": key.kid}, ECKey.import_key(numbers))
    sealed = encrypt_json(message, None, algorithms=list(_PROTECTED_HEADER.values()))
    return json.dumps(sealed, separators=(",", ":")).encode("ascii")


def _decrypt(envelope: _Envelope, private_keys: Sequence[PrivateKey], limits: SealLimits) -> bytes:
    registry = _registry(limits)
    ours = {key.kid for key in private_keys}
    for key, recipient in _attempts(envelope, private_keys):
        # One recipient at a time: a damaged epk of another one raises through joserfc's whole list.
        message: Any = {**envelope.parts, "recipients": [recipient]}
        try:
            opened = decrypt_json(message, ECKey.import_key(key.raw), registry=registry)
        except (JoseError, KeyError, ValueError, AssertionError):
            continue
        return opened.plaintext or b""
    named = any(recipient["header"]["kid"] in ours for recipient in envelope.recipients)
    raise DamagedInput("SEA005" if named else "SEA004")


def _attempts(
    envelope: _Envelope, private_keys: Sequence[PrivateKey]
) -> Iterator[tuple[PrivateKey, dict[str, Any]]]:
    pairs = [(key, recipient) for key in private_keys for recipient in envelope.recipients]
    return iter(sorted(pairs, key=lambda pair: pair[0].kid != pair[1]["header"]["kid"]))


def _registry(limits: SealLimits) -> JWERegistry:
    registry = JWERegistry(algorithms=list(_PROTECTED_HEADER.values()), verify_all_recipients=False)
    registry.max_ciphertext_length = limits.file_bytes
    return registry


def _envelope(data: bytes) -> _Envelope:
    try:
        members = json.loads(data.decode("ascii"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as problem:
        raise DamagedInput("SEA002") from problem
    if not isinstance(members, dict) or not _MEMBERS.issubset(members):
        raise DamagedInput("SEA002")
    recipients = members.pop("recipients")
    if not (_parts_are_ours(members) and _recipients_are_ours(recipients)):
        raise DamagedInput("SEA003")
    return _Envelope(tuple(recipients), members)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicated member")
    return members


def _parts_are_ours(members: dict[str, Any]) -> bool:
    return (
        set(members) == _MEMBERS - {"recipients"}
        and members["protected"] == _PROTECTED
        and _is_bytes(members["iv"], _IV_BYTES)
        and _is_bytes(members["tag"], _TAG_BYTES)
        and isinstance(members["ciphertext"], str)
    )


def _recipients_are_ours(recipients: object) -> bool:
    return (
        isinstance(recipients, list)
        and 0 < len(recipients) <= MAX_RECIPIENTS
        and all(_recipient_is_ours(recipient) for recipient in recipients)
    )


def _recipient_is_ours(recipient: object) -> bool:
    header = _only(recipient, "header", "encrypted_key").get("header")
    key = _only(header, "kid", "epk").get("epk")
    match recipient, header, _only(key, "kty", "crv", "x", "y"):
        case {"encrypted_key": wrapped}, {"kid": str()}, {"kty": "EC", "crv": "P-256", "x": x, "y": y}:
            return (
                _is_bytes(wrapped, _WRAPPED_KEY_BYTES)
                and _is_bytes(x, COORDINATE_BYTES)
                and _is_bytes(y, COORDINATE_BYTES)
            )
    return False


def _only(value: object, *names: str) -> dict[str, object]:
    """The object if it has these members and no other, else an empty one."""
    return value if isinstance(value, dict) and value.keys() == set(names) else {}


def _is_bytes(text: object, size: int) -> bool:
    try:
        return isinstance(text, str) and len(decode_base64url(text)) == size
    except ValueError:
        return False


def _inflate(plaintext: bytes, limit_bytes: int) -> bytes:
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        clear = inflater.decompress(plaintext, limit_bytes + 1)
    except zlib.error as problem:
        raise DamagedInput("SEA007") from problem
    if len(clear) > limit_bytes:
        raise DamagedInput("SEA006", limit_bytes=limit_bytes)
    whole = inflater.eof and not inflater.unused_data.strip(b"\0")
    if not whole or len(plaintext) % PADDING_STEP_BYTES:
        raise DamagedInput("SEA007")
    return clear


def _sealed_body(clear: bytes) -> SealedBody:
    try:
        members = json.loads(clear.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as problem:
        raise DamagedInput("SEA008") from problem
    if (
        isinstance(members, dict)
        and isinstance(members.get("format"), str)
        and members["format"] not in FORMATS
    ):
        raise DamagedInput("SEA009")
    match members:
        case {"format": str(name), "body": str(body), "mac": str(mac)} if len(members) == _INNER_MEMBERS:
            return SealedBody(body, _mac_bytes(body, mac), name)
    raise DamagedInput("SEA008")


def _mac_bytes(body: str, mac: str) -> bytes:
    try:
        body.encode()
        value = decode_base64url(mac)
    except ValueError as problem:  # a lone surrogate in the body is no UTF-8 either
        raise DamagedInput("SEA008") from problem
    if len(value) != _MAC_BYTES:
        raise DamagedInput("SEA008")
    return value
