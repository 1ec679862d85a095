"""Keys and secret on disk: made once, locked, for their owner alone."""

import pytest

from denombrement.errors import UsageProblem
from denombrement.intake.keyring import Keyring


def test_the_folder_and_its_files_are_for_their_owner_alone(keyring):
    for path in (keyring.folder, *keyring.folder.iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_private_keys_open_with_the_passphrase_alone(keyring, private_keys):
    assert [key.kid for key in private_keys] == [keyring.recipients()[0].kid]
    with pytest.raises(UsageProblem, match="SEA014"):
        keyring.private_keys("une autre phrase de passe")


def test_returns_are_sealed_to_two_different_keys(keyring):
    assert len({key.kid for key in keyring.recipients()}) == 2


def test_the_secret_is_thirty_two_bytes(keyring):
    assert len(keyring.secret()) == 32


def test_each_service_of_each_campaign_has_a_token_of_its_own(keyring):
    pairs = [("c1", "a"), ("c1", "b"), ("c2", "a"), ("c1a", ""), ("c", "1a")]
    assert len({keyring.service_token(*pair) for pair in pairs}) == len(pairs)
    assert keyring.service_token("c1", "a") == keyring.service_token("c1", "a")


def test_a_short_passphrase_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(UsageProblem, match="CAM013"):
        Keyring(tmp_path / "keys").make("court")
    assert not (tmp_path / "keys").exists()


def test_a_key_that_is_gone_is_named(tmp_path):
    with pytest.raises(UsageProblem, match="CAM012"):
        Keyring(tmp_path).secret()
