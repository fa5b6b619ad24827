import pytest

from shared.accounts import keys
from shared.accounts.keys import KeyClaim
from shared.kit.keyring import Keyring

KEYRING = Keyring([b"present root"])


def test_a_key_that_was_issued_says_its_id_and_version() -> None:
    key_id = keys.new_id()

    assert keys.read(KEYRING, keys.write(KEYRING, key_id, 3)) == KeyClaim(key_id, 3)


def test_the_same_id_and_version_always_give_the_same_key() -> None:
    assert keys.write(KEYRING, "a" * 16, 1) == keys.write(KEYRING, "a" * 16, 1)


def test_a_key_outlives_its_root_for_as_long_as_that_is_kept() -> None:
    key = keys.write(Keyring([b"former root"]), "a" * 16, 1)

    assert keys.read(Keyring([b"present root", b"former root"]), key) == KeyClaim("a" * 16, 1, is_former=True)
    assert keys.read(KEYRING, key) is None


@pytest.mark.parametrize("position", range(0, 74, 3))
def test_changing_any_character_makes_it_worthless(position: int) -> None:
    key = keys.write(KEYRING, "a" * 16, 1)
    changed = "2" if key[position] != "2" else "3"

    assert keys.read(KEYRING, key[:position] + changed + key[position + 1 :]) is None


@pytest.mark.parametrize("text", ["", "evs_", "evs_" + "a" * 16 + "0_" + "a" * 52, "x" * 100_000, "evs_\0"])
def test_what_is_no_key_is_refused(text: str) -> None:
    assert keys.read(KEYRING, text) is None
