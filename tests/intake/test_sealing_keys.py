from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwcrypto.jwk import JWK

from denombrement.errors import DamagedInput, DenombrementError, UsageProblem
from denombrement.intake import sealing_keys
from denombrement.intake.sealing_keys import (
    PrivateKey,
    decode_base64url,
    encode_base64url,
    lock_private_key,
    make_private_key,
    read_public_key,
    unlock_private_key,
)

PASSPHRASE = "neuf chevaux d'été à Bastogne"


def code_of(call, *arguments):
    with pytest.raises(DenombrementError) as caught:
        call(*arguments)
    return type(caught.value), caught.value.code


@pytest.fixture(scope="module")
def key():
    return make_private_key()


def pem_of(der, label="ENCRYPTED PRIVATE KEY"):
    return b"\n".join(
        [f"-----BEGIN {label}-----".encode(), base64.b64encode(der), f"-----END {label}-----".encode()]
    )


def test_kid_is_the_thumbprint_that_another_library_computes(key):
    assert key.kid == JWK.from_pyca(key.raw).thumbprint()


def test_thumbprint_of_a_published_key_is_known():
    # The P-256 key of RFC 7517, appendix A.1.
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    }
    assert (
        read_public_key(jwk).kid == JWK(**jwk).thumbprint() == "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
    )


def test_a_public_key_survives_its_own_export(key):
    jwk = key.public.jwk()
    assert read_public_key(jwk) == key.public
    assert set(jwk) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert not JWK(**jwk).has_private


def test_a_private_key_prints_nothing_of_itself(key):
    assert repr(key) == "PrivateKey()"


def test_a_locked_key_opens_again_with_its_passphrase(key):
    assert unlock_private_key(lock_private_key(key, PASSPHRASE), PASSPHRASE).kid == key.kid


def test_a_locked_key_is_a_standard_file_that_other_programs_open(key):
    pem = lock_private_key(key, PASSPHRASE)
    assert JWK.from_pem(pem, PASSPHRASE.encode()).thumbprint() == key.kid
    raw = load_pem_private_key(pem, PASSPHRASE.encode())
    assert raw.private_numbers() == key.raw.private_numbers()


def test_the_same_key_never_locks_to_the_same_file(key):
    assert lock_private_key(key, PASSPHRASE) != lock_private_key(key, PASSPHRASE)


def test_a_wrong_or_empty_passphrase_is_refused(key):
    pem = lock_private_key(key, PASSPHRASE)
    for wrong in ("x", PASSPHRASE.upper(), PASSPHRASE + " "):
        assert code_of(unlock_private_key, pem, wrong) == (UsageProblem, "SEA014")
    assert code_of(unlock_private_key, pem, "") == (UsageProblem, "SEA013")
    assert code_of(lock_private_key, key, "") == (UsageProblem, "SEA013")


def test_a_file_that_is_no_locked_p256_key_is_refused(key):
    clear = key.raw.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    foreign = [
        raw.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"p" * 12))
        for raw in (ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate())
    ]
    ours = lock_private_key(key, PASSPHRASE)
    for pem in (
        b"",
        b"hello",
        pem_of(clear, "PRIVATE KEY"),
        pem_of(clear),
        ours[:100],
        ours.replace(b"M", b"*", 3),
        pem_of(b""),
        *foreign,
    ):
        assert code_of(unlock_private_key, pem, "p" * 12) == (DamagedInput, "SEA015")


def test_a_damaged_key_file_never_opens(key):
    body = base64.b64decode(b"".join(lock_private_key(key, PASSPHRASE).split(b"\n")[1:-2]))
    for place in (3, 20, len(body) // 2, len(body) - 1):
        damaged = bytearray(body)
        damaged[place] ^= 1
        with pytest.raises(DenombrementError):
            unlock_private_key(pem_of(bytes(damaged)), PASSPHRASE)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"crv": "P-384"}, "SEA011"),
        ({"kty": "OKP"}, "SEA011"),
        ({"x": None}, "SEA011"),
        ({"x": "AAAA"}, "SEA011"),
        ({"x": "é" * 43}, "SEA011"),
        ({"y": "A" * 43}, "SEA011"),
        ({"d": "A" * 43}, "SEA012"),
    ],
)
def test_a_public_key_that_is_not_one_is_refused(key, change, code):
    assert code_of(read_public_key, {**key.public.jwk(), **change}) == (UsageProblem, code)


def test_base64url_has_one_text_for_each_value():
    for data in (b"", b"a", b"ab", b"abc", bytes(range(256))):
        assert decode_base64url(encode_base64url(data)) == data
    for text in ("YQ==", "YR", "Y", "Y+", "Y Q", "YQ\n", "é"):
        with pytest.raises(ValueError, match="base64url"):
            decode_base64url(text)


def test_a_long_element_is_written_with_the_size_of_its_size():
    assert sealing_keys._element(0x04, bytes(300))[:4] == bytes.fromhex("0482012c")
    assert sealing_keys._element(0x04, bytes(127))[:2] == bytes.fromhex("047f")


def test_keys_are_new_each_time():
    assert isinstance(make_private_key(), PrivateKey)
    assert make_private_key().kid != make_private_key().kid
