"""A connection that is lost in the middle, and a server that has none to give, are outages."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text

from shared.kit.db import Database, DatabaseBusy, DatabaseUnavailable
from shared.kit.settings import Settings

OWN_PID = "SELECT pg_backend_pid()"


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    await database.open()
    yield database
    await database.close()


async def test_a_connection_that_is_terminated_inside_a_transaction_is_an_outage(
    db: Database, settings: Settings
) -> None:
    async def use() -> None:
        async with db.transaction() as connection:
            await _terminate(settings, await connection.fetchval(OWN_PID))
            await connection.execute("SELECT 1")

    with pytest.raises(DatabaseUnavailable) as raised:
        await use()

    assert raised.value.retry_after_s == 1
    async with db.transaction() as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_a_connection_that_is_terminated_between_two_statements_is_an_outage(
    db: Database, settings: Settings
) -> None:
    async def use() -> None:
        async with db.connection() as connection:
            await _terminate(settings, await connection.fetchval(OWN_PID))
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute("SELECT 1")
            await connection.execute("SELECT 1")

    with pytest.raises(DatabaseUnavailable):
        await use()


async def test_a_misuse_of_a_live_connection_is_no_outage(db: Database) -> None:
    with pytest.raises(asyncpg.InterfaceError):
        async with db.connection() as connection:
            await connection.fetchval("SELECT $1::int", 1, 2)


async def test_a_session_whose_connection_is_terminated_is_an_outage(db: Database, settings: Settings) -> None:
    async def use() -> None:
        async with db.session() as session:
            connection = await session.connection()
            await _terminate(settings, (await connection.execute(text(OWN_PID))).scalar_one())
            await connection.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailable):
        await use()


async def test_a_session_for_which_no_connection_is_left_is_an_outage(db: Database) -> None:
    engine = db._engine
    assert engine is not None
    taken = [await engine.connect() for _ in range(5)]
    try:
        with pytest.raises(DatabaseUnavailable) as raised:
            async with db.session() as session:
                await session.connection()
    finally:
        for connection in taken:
            await connection.close()

    assert raised.value.retry_after_s == 1


@pytest.mark.parametrize("code", ["57P03", "57P01", "53300"])
async def test_a_session_with_a_server_that_is_starting_stopping_or_full_is_an_outage(db: Database, code: str) -> None:
    raising = text(f"DO $$ BEGIN RAISE 'away' USING ERRCODE = '{code}'; END $$")

    with pytest.raises(DatabaseUnavailable):
        async with db.session() as session:
            await (await session.connection()).execute(raising)


@pytest.mark.parametrize("code", ["57014", "55P03"])
async def test_a_statement_that_takes_too_long_or_waits_too_long_for_a_lock_is_told_to_come_back(
    db: Database, code: str
) -> None:
    raising = f"DO $$ BEGIN RAISE 'slow' USING ERRCODE = '{code}'; END $$"

    with pytest.raises(DatabaseBusy) as lean:
        async with db.connection() as connection:
            await connection.execute(raising)
    with pytest.raises(DatabaseBusy) as mapped:
        async with db.session() as session:
            await (await session.connection()).execute(text(raising))

    assert (
        (lean.value.status, lean.value.retry_after_s) == (mapped.value.status, mapped.value.retry_after_s) == (503, 2)
    )


async def test_a_request_that_finds_every_connection_taken_is_told_to_come_back(db: Database) -> None:
    async with db.connection(), db.connection():
        with pytest.raises(DatabaseUnavailable) as raised:
            async with db.connection():
                pass

    assert (raised.value.status, raised.value.retry_after_s) == (503, 1)


async def _terminate(settings: Settings, pid: int) -> None:
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        assert await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
    finally:
        await connection.close()
