"""Which errors of Postgres are outages, and which are mistakes of ours."""

import asyncpg
import pytest

from shared.kit.database.sqlstates import Trouble, trouble_of

KINDS = {
    "08006": Trouble.UNAVAILABLE,
    "25006": Trouble.READ_ONLY,
    "25P03": Trouble.BUSY,
    "25P02": None,
    "28P01": Trouble.UNAVAILABLE,
    "3D000": Trouble.UNAVAILABLE,
    "40001": Trouble.CONFLICT,
    "40P01": Trouble.CONFLICT,
    "40002": None,
    "53100": Trouble.UNAVAILABLE,
    "53200": Trouble.UNAVAILABLE,
    "53300": Trouble.UNAVAILABLE,
    "55P03": Trouble.BUSY,
    "55006": None,
    "57014": Trouble.BUSY,
    "57P01": Trouble.UNAVAILABLE,
    "57P03": Trouble.UNAVAILABLE,
    "58030": Trouble.UNAVAILABLE,
    "23503": Trouble.GONE,
    "23505": None,
    "42601": None,
    "": None,
    None: None,
}


@pytest.mark.parametrize("state", KINDS)
def test_a_state_is_known_by_its_longest_entry(state: str | None) -> None:
    assert trouble_of(state) is KINDS[state]


def test_every_error_of_the_driver_about_the_connection_or_the_machine_is_an_outage() -> None:
    kinds = {
        error.__name__: trouble_of(error.sqlstate)
        for base in (asyncpg.PostgresConnectionError, asyncpg.InsufficientResourcesError, asyncpg.PostgresSystemError)
        for error in (base, *base.__subclasses__())
    }

    assert len(kinds) > 10
    assert set(kinds.values()) == {Trouble.UNAVAILABLE}
