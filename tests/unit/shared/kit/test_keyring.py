import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.keyring import Keyring

KEYRING = Keyring([b"root-of-the-tests", b"former-root"])

OWNERS = st.tuples(st.text(), st.text(), st.integers(min_value=0, max_value=99))


def test_derivation_is_hmac_sha256_over_length_prefixed_parts() -> None:
    # Computed with: printf '\0\0\0\x09evalserve\0\0\0\x10webhook-endpoint\0\0\0\x05ep_42\0\0\0\x013' |
    #   openssl dgst -sha256 -mac HMAC -macopt key:root-of-the-tests
    secret = KEYRING.derive("webhook-endpoint", "ep_42", 3)

    assert secret.hex() == "a1ffaa609066912a6c6468590be989e6b67aa4788d10c4f1d25dd0d31472290d"


@given(one=OWNERS, other=OWNERS)
def test_two_owners_never_share_a_secret(one: tuple[str, str, int], other: tuple[str, str, int]) -> None:
    assert (KEYRING.derive(*one) == KEYRING.derive(*other)) == (one == other)


@pytest.mark.parametrize(("one", "other"), [(("ab", "c", 1), ("a", "bc", 1)), (("a", "b1", 1), ("a", "b", 11))])
def test_shifting_a_character_to_the_next_part_gives_another_secret(
    one: tuple[str, str, int], other: tuple[str, str, int]
) -> None:
    assert KEYRING.derive(*one) != KEYRING.derive(*other)


def test_every_root_gives_a_candidate_the_present_one_first() -> None:
    former = Keyring([b"former-root"]).derive("callback", "1", 1)

    assert KEYRING.candidates("callback", "1", 1) == [KEYRING.derive("callback", "1", 1), former]
    assert former != KEYRING.derive("callback", "1", 1)
