"""Passwords are stored as hashes that are as costly as promised."""

from argon2 import extract_parameters
from argon2.low_level import Type

# At its import, before the tests of the api use a cheaper one.
from shared.accounts.passwords import _hasher as shipped


def test_a_password_is_hashed_by_the_recommendation_of_owasp() -> None:
    stored = shipped.hash("correct horse")

    parameters = extract_parameters(stored)
    assert (parameters.type, parameters.version) == (Type.ID, 19)
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19 * 1024, 2, 1)
    assert shipped.verify(stored, "correct horse")
