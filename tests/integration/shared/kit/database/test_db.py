"""A connection that is lost in the middle, and a server that has none to give, are outages."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import text

from shared.kit.database.transactions import Database, DatabaseBusy, DatabaseUnavailable
from shared.kit.settings import Settings
from tests.actors import eventually

OWN_PID = "SELECT pg_backend_pid()"


FAREWELL = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
PARAMETER = b"application_name\0told\0"


class Relay:
    """A way to the server on which the server's last words arrive, and the end of the connection does not follow."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._writers: list[asyncio.StreamWriter] = []
        self._clients: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def say_farewell(self, connection: asyncpg.Connection) -> None:
        """Say on every connection that it ends, and return when this one has heard it."""
        for client in self._clients:
            # The second message tells that the first has arrived: it is understood in any state.
            for kind, said in ((b"E", FAREWELL), (b"S", PARAMETER)):
                client.write(kind + struct.pack("!I", 4 + len(said)) + said)

        async def has_heard() -> bool:
            return bool(connection.get_settings().application_name == "told")

        await eventually(has_heard)

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1")
        port = self._server.sockets[0].getsockname()[1]
        host = self._address.netloc.rpartition("@")[0] + f"@127.0.0.1:{port}"
        return self._address._replace(netloc=host).geturl()

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        for writer in self._writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._address.port)
        self._clients.append(writer)
        self._writers += [writer, back]
        self._tasks += [asyncio.create_task(_pass_on(*way)) for way in ((reader, back), (there, writer))]


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65536):
            target.write(data)
        target.close()


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


async def test_a_connection_that_was_told_of_its_end_and_has_not_ended_yet_is_an_outage(settings: Settings) -> None:
    relay = Relay(settings.database_url.get_secret_value())
    async with relay as url:
        db = Database(url, pool_size=1)
        await db.open()

        async def ask() -> None:
            async with db.connection() as connection:
                await relay.say_farewell(connection)
                await connection.execute("SELECT 1")

        async def commit() -> None:
            async with db.transaction() as connection:
                await relay.say_farewell(connection)

        async def ask_in_a_session() -> None:
            async with db.session() as session:
                used = await session.connection()
                await relay.say_farewell((await used.get_raw_connection()).driver_connection)
                await used.execute(text("SELECT 1"))

        for use in (ask, commit, ask_in_a_session):
            with pytest.raises(DatabaseUnavailable):
                await use()

        # It was not kept for the next one.
        async with db.connection() as connection:
            assert await connection.fetchval("SELECT 1") == 1
        async with db.session() as session:
            assert (await (await session.connection()).execute(text("SELECT 1"))).scalar_one() == 1
        await db.close()


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


async def test_many_share_a_few_connections_in_turn(db: Database) -> None:
    async def ask(number: int) -> tuple[int, int]:
        async with db.connection() as connection:
            row = await connection.fetchrow("SELECT $1::int, pg_backend_pid()", number)
        return row[0], row[1]

    answers = await asyncio.gather(*[ask(number) for number in range(200)])

    assert [number for number, _ in answers] == list(range(200))
    # The first may have served them all before the second is open.
    assert len({pid for _, pid in answers}) <= 2


async def test_a_statement_that_is_given_up_leaves_nothing_behind_for_the_next(db: Database) -> None:
    async def sleep() -> None:
        async with db.transaction() as connection:
            await connection.execute("CREATE TEMPORARY TABLE left_behind ()")
            await connection.execute("SELECT pg_sleep(60)")

    for _ in range(4):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(sleep(), 0.05)

    async with db.connection() as one, db.connection() as other:
        found = [await each.fetchval("SELECT to_regclass('left_behind') IS NULL") for each in (one, other)]
        assert found == [True, True]
        assert not one.is_in_transaction()
        assert not other.is_in_transaction()


async def test_a_connection_that_is_terminated_while_nobody_uses_it_costs_nobody_anything(
    db: Database, settings: Settings
) -> None:
    async with db.connection() as connection:
        pid = await connection.fetchval(OWN_PID)

    await _terminate(settings, pid)
    await _until_heard(db)

    async with db.connection() as connection:
        assert await connection.fetchval(OWN_PID) != pid


async def test_it_closes_while_a_connection_is_in_use(settings: Settings) -> None:
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    await database.open()
    async with database.connection() as connection:
        closing = asyncio.create_task(database.close())
        assert await connection.fetchval("SELECT 1") == 1
    await asyncio.wait_for(closing, 10)


async def _until_heard(db: Database) -> None:
    """The loop has seen the end of the one connection that there was, which the server ended."""
    async with asyncio.timeout(10):
        while db._connections._pool.get_size():  # type: ignore[union-attr] # noqa: ASYNC110 -- nobody is told of it
            await asyncio.sleep(0)


async def _terminate(settings: Settings, pid: int) -> None:
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        assert await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
    finally:
        await connection.close()
