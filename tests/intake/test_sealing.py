from __future__ import annotations

import base64
import copy
import gzip
import json
import secrets
import struct
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwe import JWERegistry
from joserfc.jwk import ECKey
from jwcrypto import jwe as jwcrypto_jwe
from jwcrypto.jwk import JWK

from denombrement.errors import DamagedInput, DenombrementError, UsageProblem
from denombrement.intake import sealing
from denombrement.intake.sealing import (
    SealedBody,
    SealLimits,
    open_sealed,
    receipt,
    seal,
    verify_mac,
)
from denombrement.intake.sealing_keys import (
    decode_base64url,
    encode_base64url,
    make_private_key,
    read_public_key,
    unlock_private_key,
)

TOKEN = "jeton-inventé-du-service-12"
BODY = json.dumps(
    {"campaign": "luxembourg-2025", "note": "Été à Étalle", "declarations": []}, ensure_ascii=False
)
OFFICER, SPARE, STRANGER = make_private_key(), make_private_key(), make_private_key()
SEALED = seal(BODY, recipients=[OFFICER.public, SPARE.public], service_token=TOKEN)
SAMPLES = Path(__file__).parent / "data" / "sealing"


def code_of(data, keys=(OFFICER,), limits=None):
    with pytest.raises(DenombrementError) as caught:
        open_sealed(data, keys, limits)
    assert isinstance(caught.value, DamagedInput)
    return caught.value.code


def changed(change):
    """The sealed return after `change` was applied to its parsed members."""
    members = copy.deepcopy(json.loads(SEALED))
    return json.dumps(change(members) or members).encode()


def sealed_plaintext(plaintext):
    """A well-formed JWE around any plaintext, as someone with the public keys can make it."""
    return sealing._encrypt(plaintext, [OFFICER.public, SPARE.public])


def sealed_inside(clear):
    return sealed_plaintext(sealing._padded(gzip.compress(clear)))


def flipped(text, bit=0):
    data = bytearray(decode_base64url(text))
    data[bit // 8] ^= 1 << bit % 8
    return encode_base64url(bytes(data))


# --- the good path -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [[OFFICER], [SPARE], [STRANGER, SPARE], [SPARE, OFFICER]])
def test_each_recipient_opens_the_return(keys):
    opened = open_sealed(SEALED, keys)
    assert (opened.body, opened.format) == (BODY, "denombrement-return-1")
    assert verify_mac(opened, TOKEN)


def test_only_the_service_that_holds_the_token_is_believed():
    opened = open_sealed(SEALED, [OFFICER])
    assert not verify_mac(opened, TOKEN + "x")
    assert not verify_mac(SealedBody(opened.body + " ", opened.mac), TOKEN)


def test_a_token_that_is_too_short_authenticates_nobody():
    opened = open_sealed(SEALED, [OFFICER])
    for call in (
        lambda: verify_mac(opened, ""),
        lambda: seal(BODY, recipients=[OFFICER.public, SPARE.public], service_token="court"),
    ):
        with pytest.raises(UsageProblem) as caught:
            call()
        assert caught.value.code == "SEA016"


@pytest.mark.parametrize(
    "recipients", [[], [OFFICER], [OFFICER, OFFICER], [make_private_key() for _ in range(17)]]
)
def test_a_return_is_sealed_to_two_to_sixteen_different_keys(recipients):
    with pytest.raises(UsageProblem) as caught:
        seal(BODY, recipients=[key.public for key in recipients], service_token=TOKEN)
    assert caught.value.code == "SEA010"


def test_a_single_recipient_must_be_asked_for():
    data = seal(BODY, recipients=[OFFICER.public], service_token=TOKEN, single_recipient=True)
    assert open_sealed(data, [OFFICER]).body == BODY
    assert code_of(data, [SPARE]) == "SEA004"


def test_sealing_twice_gives_two_files_that_nobody_can_compare():
    again = seal(BODY, recipients=[OFFICER.public, SPARE.public], service_token=TOKEN)
    assert again != SEALED
    assert receipt(again) != receipt(SEALED)


def test_the_receipt_is_short_and_known():
    assert receipt(b"abc") == "ba7816bf"


def test_nothing_of_the_content_shows_when_printed():
    assert "Étalle" not in repr(open_sealed(SEALED, [OFFICER]))


def test_a_return_of_one_person_and_one_of_twenty_weigh_the_same():
    sizes = {
        len(
            seal(
                json.dumps({"declarations": [secrets.token_hex(200)] * persons}),
                recipients=[OFFICER.public, SPARE.public],
                service_token=TOKEN,
            )
        )
        for persons in (0, 1, 20)
    }
    assert len(sizes) == 1


def test_a_large_return_of_a_thousand_incompressible_declarations_opens_everywhere():
    body = json.dumps({"declarations": [secrets.token_urlsafe(1_125) for _ in range(1_000)]})
    assert len(body) > 1_500_000
    data = seal(body, recipients=[OFFICER.public, SPARE.public], service_token=TOKEN)
    assert open_sealed(data, [SPARE]).body == body
    assert _opened_by_jwcrypto(data, OFFICER)["body"] == body


# --- a second library, and the standard --------------------------------------------------------------------------


def _opened_by_jwcrypto(data, key):
    token = jwcrypto_jwe.JWE()
    token.deserialize(data.decode(), JWK.from_pyca(key.raw))
    return json.loads(zlib.decompressobj(31).decompress(token.payload))


@pytest.mark.parametrize("key", [OFFICER, SPARE])
def test_another_library_opens_our_returns_with_each_key(key):
    inside = _opened_by_jwcrypto(SEALED, key)
    assert set(inside) == {"format", "body", "mac"}
    assert inside["body"] == BODY


def test_we_open_what_another_library_seals():
    clear = json.dumps(
        {"format": sealing.FORMAT, "body": BODY, "mac": encode_base64url(sealing._mac(BODY, TOKEN))}
    )
    token = jwcrypto_jwe.JWE(
        sealing._padded(gzip.compress(clear.encode())), decode_base64url(sealing._PROTECTED)
    )
    for key in (OFFICER, SPARE):
        token.add_recipient(JWK.from_pyca(key.raw), json.dumps({"kid": key.kid}))
    opened = open_sealed(token.serialize().encode(), [SPARE])
    assert verify_mac(opened, TOKEN)


ALICE = {
    "kty": "EC",
    "crv": "P-256",
    "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
    "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
    "d": "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo",
}
BOB = {
    "kty": "EC",
    "crv": "P-256",
    "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
    "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
    "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
}


def _shared_secret(private_jwk, public_jwk):
    private, public = ECKey.import_key(private_jwk).private_key, ECKey.import_key(public_jwk).public_key
    return private.exchange(ec.ECDH(), public)


def _concat_kdf(shared, *, algorithm, apu, apv, bits):
    """RFC 7518, section 4.6.2, written from the text, for results of one hash or less."""
    sized = [struct.pack(">I", len(part)) + part for part in (algorithm, apu, apv)]
    digest = Hash(SHA256())
    digest.update(struct.pack(">I", 1) + shared + b"".join(sized) + struct.pack(">I", bits))
    return digest.finalize()[: bits // 8]


def test_the_key_derivation_gives_the_value_of_rfc_7518_appendix_c():
    shared = _shared_secret(ALICE, BOB)
    assert shared == _shared_secret(BOB, ALICE)
    derived = _concat_kdf(shared, algorithm=b"A128GCM", apu=b"Alice", apv=b"Bob", bits=128)
    assert encode_base64url(derived) == "VqqN6vgjbSBcIijNcacQGg"


def test_the_library_we_open_with_gives_the_value_of_rfc_7518_appendix_c():
    registry = JWERegistry(algorithms=["ECDH-ES", "A128GCM"])
    public = {name: value for name, value in ALICE.items() if name != "d"}
    header = {"epk": public, "apu": encode_base64url(b"Alice"), "apv": encode_base64url(b"Bob")}
    protected = {"alg": "ECDH-ES", "enc": "A128GCM"}
    message = sealing.GeneralJSONEncryption(protected, None)
    message.add_recipient(header, ECKey.import_key(BOB))
    derived = registry.get_alg("ECDH-ES").decrypt_agreed_upon_key(
        registry.get_enc("A128GCM"), message.recipients[0]
    )
    assert encode_base64url(derived) == "VqqN6vgjbSBcIijNcacQGg"


@pytest.mark.parametrize(("key", "place"), [(OFFICER, 0), (SPARE, 1)])
def test_a_return_opens_by_hand_with_the_bare_primitives(key, place):
    members = json.loads(SEALED)
    recipient = members["recipients"][place]
    epk = read_public_key(recipient["header"]["epk"]).jwk()
    shared = key.raw.exchange(ec.ECDH(), ECKey.import_key(epk).public_key)
    wrapping = _concat_kdf(shared, algorithm=b"ECDH-ES+A256KW", apu=b"", apv=b"", bits=256)
    content_key = aes_key_unwrap(wrapping, decode_base64url(recipient["encrypted_key"]))
    locked = decode_base64url(members["ciphertext"]) + decode_base64url(members["tag"])
    clear = AESGCM(content_key).decrypt(
        decode_base64url(members["iv"]), locked, members["protected"].encode()
    )
    assert len(clear) % 16_384 == 0
    assert json.loads(zlib.decompressobj(31).decompress(clear))["body"] == BODY


@pytest.mark.parametrize("folder", sorted(SAMPLES.iterdir()), ids=lambda folder: folder.name)
def test_a_return_sealed_in_an_earlier_format_opens_for_ever(folder):
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    data = (folder / "return.jwe.json").read_bytes()
    assert receipt(data) == expected["receipt"]
    for name in expected["keys"]:
        key = unlock_private_key((folder / name).read_bytes(), expected["passphrase"])
        opened = open_sealed(data, [key])
        assert (opened.format, opened.body) == (folder.name, expected["body"])
        assert verify_mac(opened, expected["service_token"])


def test_every_format_we_open_has_a_kept_sample():
    assert {folder.name for folder in SAMPLES.iterdir()} == sealing.FORMATS


# --- damage and forgery ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("member", ["iv", "ciphertext", "tag"])
@pytest.mark.parametrize("bit", [0, 13, 90])
def test_one_flipped_bit_in_the_content_is_refused(member, bit):
    assert code_of(changed(lambda m: m.update({member: flipped(m[member], bit)}))) == "SEA005"


@pytest.mark.parametrize("bit", [0, 100, 319])
def test_one_flipped_bit_in_our_wrapped_key_is_refused(bit):
    data = changed(
        lambda m: m["recipients"][0].update(encrypted_key=flipped(m["recipients"][0]["encrypted_key"], bit))
    )
    assert code_of(data) == "SEA005"


@pytest.mark.parametrize("coordinate", ["x", "y"])
def test_one_flipped_bit_in_our_ephemeral_key_is_refused(coordinate):
    def change(members):
        epk = members["recipients"][0]["header"]["epk"]
        epk[coordinate] = flipped(epk[coordinate], 7)

    assert code_of(changed(change)) == "SEA005"


def test_a_valid_ephemeral_key_of_someone_else_is_refused():
    public = make_private_key().public
    data = changed(lambda m: m["recipients"][0]["header"]["epk"].update(x=public.x, y=public.y))
    assert code_of(data) == "SEA005"


def test_damage_to_another_recipient_does_not_stop_us():
    def change(members):
        first = members["recipients"][0]
        first["encrypted_key"] = flipped(first["encrypted_key"])
        first["header"]["epk"]["x"] = flipped(first["header"]["epk"]["x"])

    assert open_sealed(changed(change), [SPARE]).body == BODY
    assert code_of(changed(change), [OFFICER]) == "SEA005"


def test_the_key_is_found_by_trying_whatever_kid_says():
    def swap(members):
        one, two = (recipient["header"] for recipient in members["recipients"])
        one["kid"], two["kid"] = two["kid"], "personne"

    assert open_sealed(changed(swap), [OFFICER]).body == BODY
    assert open_sealed(changed(swap), [SPARE]).body == BODY


def test_a_removed_recipient_locks_out_that_key_alone():
    data = changed(_drop("recipients", 1))
    assert open_sealed(data, [OFFICER]).body == BODY
    assert code_of(data, [SPARE]) == "SEA004"


@pytest.mark.parametrize("keys", [[], [STRANGER]])
def test_a_return_to_others_says_that_no_key_fits(keys):
    assert code_of(SEALED, keys) == "SEA004"


def _set(path, value):
    def change(members):
        *parents, last = path
        for step in parents:
            members = members[step]
        members[last] = value

    return change


def _drop(*path):
    def change(members):
        *parents, last = path
        for step in parents:
            members = members[step]
        del members[last]

    return change


def _protected(text):
    return _set(("protected",), encode_base64url(text.encode()))


OURS = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}


@pytest.mark.parametrize(
    ("change", "code"),
    {
        "another alg": (
            _protected(json.dumps({**OURS, "alg": "ECDH-ES+A128KW"}, separators=(",", ":"))),
            "SEA003",
        ),
        "direct agreement": (_protected('{"alg":"ECDH-ES","enc":"A256GCM"}'), "SEA003"),
        "another enc": (_protected('{"alg":"ECDH-ES+A256KW","enc":"A128GCM"}'), "SEA003"),
        "zip": (_protected('{"alg":"ECDH-ES+A256KW","enc":"A256GCM","zip":"DEF"}'), "SEA003"),
        "crit": (_protected('{"alg":"ECDH-ES+A256KW","enc":"A256GCM","crit":["exp"],"exp":1}'), "SEA003"),
        "header with spaces": (_protected(json.dumps(OURS)), "SEA003"),
        "protected is a number": (_set(("protected",), 1), "SEA003"),
        "unprotected": (_set(("unprotected",), {"x": 1}), "SEA003"),
        "aad": (_set(("aad",), "AAAA"), "SEA003"),
        "tag of 12 bytes": (_set(("tag",), encode_base64url(bytes(12))), "SEA003"),
        "tag of 4 bytes": (_set(("tag",), encode_base64url(bytes(4))), "SEA003"),
        "iv of 16 bytes": (_set(("iv",), encode_base64url(bytes(16))), "SEA003"),
        "iv is not base64url": (_set(("iv",), "*" * 16), "SEA003"),
        "ciphertext is a list": (_set(("ciphertext",), []), "SEA003"),
        "ciphertext is not base64url": (_set(("ciphertext",), "***"), "SEA005"),
        "ciphertext is empty": (_set(("ciphertext",), ""), "SEA005"),
        "no recipients": (_set(("recipients",), []), "SEA003"),
        "recipients is an object": (_set(("recipients",), {}), "SEA003"),
        "too many recipients": (lambda m: m.update(recipients=m["recipients"] * 9), "SEA003"),
        "recipient is a word": (_set(("recipients", 1), "x"), "SEA003"),
        "crit in a recipient": (_set(("recipients", 0, "header", "crit"), ["x"]), "SEA003"),
        "alg in a recipient": (_set(("recipients", 0, "header", "alg"), "dir"), "SEA003"),
        "apu in a recipient": (_set(("recipients", 0, "header", "apu"), "QQ"), "SEA003"),
        "extra member of a recipient": (_set(("recipients", 0, "more"), 1), "SEA003"),
        "no header": (_drop("recipients", 0, "header"), "SEA003"),
        "header is null": (_set(("recipients", 0, "header"), None), "SEA003"),
        "no kid": (_drop("recipients", 0, "header", "kid"), "SEA003"),
        "kid is a number": (_set(("recipients", 0, "header", "kid"), 5), "SEA003"),
        "no epk": (_drop("recipients", 0, "header", "epk"), "SEA003"),
        "epk on another curve": (_set(("recipients", 0, "header", "epk", "crv"), "P-384"), "SEA003"),
        "epk with a private part": (_set(("recipients", 0, "header", "epk", "d"), "AAAA"), "SEA003"),
        "epk cut": (_set(("recipients", 0, "header", "epk", "x"), "AAAA"), "SEA003"),
        "epk off the curve": (_set(("recipients", 0, "header", "epk", "x"), "A" * 43), "SEA005"),
        "y cut": (_set(("recipients", 0, "header", "epk", "y"), "AAAA"), "SEA003"),
        "wrapped key of a shorter key": (_set(("recipients", 0, "encrypted_key"), "A" * 32), "SEA003"),
        "no wrapped key": (_drop("recipients", 0, "encrypted_key"), "SEA003"),
        **{
            f"no {name}": (_drop(name), "SEA002")
            for name in ("protected", "recipients", "iv", "ciphertext", "tag")
        },
        "a list around it": (lambda m: [m], "SEA002"),
    }.values(),
)
def test_a_return_of_another_shape_is_refused(change, code):
    assert code_of(changed(change)) == code


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"PK\x03\x04",
        b"\xff\xfe{",
        SEALED[:-1],
        SEALED[: len(SEALED) // 2],
        SEALED + b"{}",
        SEALED.replace(b'"iv":', b'"tag":"A","iv":'),
        b"[" * 100_000,
        "{“protected”: 1}".encode(),
    ],
    ids=range(11),
)
def test_what_is_not_a_whole_sealed_return_is_refused(data):
    assert code_of(data) == "SEA002"


def test_white_space_around_the_file_does_no_harm():
    assert open_sealed(b"\r\n" + SEALED + b"\r\n", [OFFICER]).body == BODY


FIRST_CHARACTERS = st.integers(0, len(SEALED) * 8 - 1)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(FIRST_CHARACTERS)
def test_no_flipped_bit_of_the_file_yields_another_content(bit):
    data = bytearray(SEALED)
    data[bit // 8] ^= 1 << bit % 8
    try:
        opened = open_sealed(bytes(data), [OFFICER])
    except DamagedInput:
        return
    assert opened == open_sealed(SEALED, [OFFICER])


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_no_bytes_at_all_raise_anything_but_damaged_input(data):
    with pytest.raises(DamagedInput):
        open_sealed(data, [OFFICER])


# --- size bounds -------------------------------------------------------------------------------------------------


def test_a_file_over_the_limit_is_not_even_parsed():
    assert code_of(b"x" * 11, limits=SealLimits(file_bytes=10)) == "SEA001"


def test_a_bomb_is_refused_while_inflating():
    bomb = sealed_inside(bytes(900_000))
    assert len(bomb) < 25_000
    assert code_of(bomb, limits=SealLimits(inflated_bytes=100_000)) == "SEA006"


def test_a_body_of_exactly_the_limit_opens():
    clear = json.dumps({"format": sealing.FORMAT, "body": "x" * 50_000, "mac": "A" * 43}).encode()
    data = sealed_inside(clear)
    assert open_sealed(data, [OFFICER], SealLimits(inflated_bytes=len(clear))).body == "x" * 50_000
    assert code_of(data, limits=SealLimits(inflated_bytes=len(clear) - 1)) == "SEA006"


@pytest.mark.parametrize("limits", [SealLimits(file_bytes=20_000), SealLimits(inflated_bytes=50)])
def test_nothing_is_sealed_that_could_not_be_opened(limits):
    with pytest.raises(UsageProblem) as caught:
        seal(BODY, recipients=[OFFICER.public, SPARE.public], service_token=TOKEN, limits=limits)
    assert caught.value.code == "SEA017"


# --- what a sealer with our public keys can put inside -----------------------------------------------------------

GOOD = {"format": sealing.FORMAT, "body": BODY, "mac": "A" * 43}
COMPRESSED = gzip.compress(json.dumps(GOOD).encode())


@pytest.mark.parametrize(
    "plaintext",
    {
        "empty": b"",
        "not compressed": sealing._padded(json.dumps(GOOD).encode()),
        "zlib instead of gzip": sealing._padded(zlib.compress(b"x")),
        "not padded": COMPRESSED,
        "padded with something": sealing._padded(COMPRESSED)[:-1] + b"x",
        "two members": sealing._padded(COMPRESSED * 2),
        "truncated": sealing._padded(COMPRESSED[:40]),
        "wrong checksum": sealing._padded(COMPRESSED[:-8] + bytes(8)),
        "zeros": bytes(16_384),
    }.values(),
)
def test_a_plaintext_laid_out_otherwise_is_refused(plaintext):
    assert code_of(sealed_plaintext(plaintext)) == "SEA007"


@pytest.mark.parametrize(
    ("clear", "code"),
    [
        (b"", "SEA008"),
        (b"{", "SEA008"),
        (b"\xff", "SEA008"),
        (b"[" * 100_000, "SEA008"),
        (b"[]", "SEA008"),
        (b"{}", "SEA008"),
        (json.dumps({**GOOD, "more": 1}).encode(), "SEA008"),
        (json.dumps({**GOOD, "body": {}}).encode(), "SEA008"),
        (json.dumps({**GOOD, "mac": 1}).encode(), "SEA008"),
        (json.dumps({**GOOD, "mac": "AAAA"}).encode(), "SEA008"),
        (json.dumps({**GOOD, "mac": "*" * 43}).encode(), "SEA008"),
        (json.dumps({**GOOD, "body": "\ud800"}).encode(), "SEA008"),
        (json.dumps({**GOOD, "format": 1}).encode(), "SEA008"),
        (json.dumps(GOOD).replace('"mac"', '"body": "x", "mac"').encode(), "SEA008"),
        (json.dumps({**GOOD, "format": "denombrement-return-9"}).encode(), "SEA009"),
    ],
)
def test_an_inside_without_the_three_parts_is_refused(clear, code):
    assert code_of(sealed_inside(clear)) == code


def test_no_error_repeats_what_the_file_holds():
    marker = "Zéphyrine-Marqueur"
    inside = sealed_inside(json.dumps({"format": sealing.FORMAT, marker: marker}).encode())
    outside = changed(lambda m: m["recipients"][0]["header"].update({marker: marker}))
    for data in (inside, outside, json.dumps({marker: 1}).encode()):
        with pytest.raises(DamagedInput) as caught:
            open_sealed(data, [OFFICER])
        shown = f"{caught.value} {caught.value.as_dict()}"
        assert marker not in shown
        assert base64.b64encode(marker.encode()).decode()[:12] not in shown
