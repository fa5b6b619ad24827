"""Whatever Postgres says, and wherever it says it, it is an outage, a peak, a conflict, or a mistake of ours."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest
from sqlalchemy import text

from deploy.local.ports import free_ports
from deploy.local.stack import Stack
from shared.jobs.queries import CHANNEL
from shared.kit.database import notifications
from shared.kit.database.transactions import (
    Database,
    DatabaseBusy,
    DatabaseReadOnly,
    DatabaseUnavailable,
    TransactionConflict,
    retry_conflicts,
)
from shared.kit.errors import ServiceUnavailable
from shared.kit.settings import Settings
from tests.actors import eventually
from tests.postgres import read_only

LISTENERS = """
    SELECT coalesce(array_agg(pid), '{}') FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = ''
"""
OWN_PID = "SELECT pg_backend_pid()"
OUTAGES = ["08006", "53100", "53200", "57P01", "58030"]
ERRORS = {
    **dict.fromkeys(OUTAGES, DatabaseUnavailable),
    "25006": DatabaseReadOnly,
    "40001": TransactionConflict,
    "40P01": TransactionConflict,
    "57014": DatabaseBusy,
}


def _raising(state: str) -> str:
    return f"DO $$ BEGIN RAISE 'forced' USING ERRCODE = '{state}'; END $$"


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    async with _open(settings.database_url.get_secret_value()) as database:
        yield database


@asynccontextmanager
async def _open(url: str, pool_size: int = 2) -> AsyncIterator[Database]:
    database = Database(url, pool_size=pool_size)
    await database.open()
    yield database
    await database.close()


@pytest.mark.parametrize("state", ERRORS)
async def test_a_state_is_the_same_error_from_a_statement_and_from_a_session(db: Database, state: str) -> None:
    with pytest.raises(ServiceUnavailable) as lean:
        async with db.connection() as connection:
            await connection.execute(_raising(state))
    with pytest.raises(ServiceUnavailable) as mapped:
        async with db.session() as session:
            await (await session.connection()).execute(text(_raising(state)))

    assert (type(lean.value), type(mapped.value)) == (ERRORS[state], ERRORS[state])
    assert lean.value.status == 503
    assert lean.value.retry_after_s == mapped.value.retry_after_s
    assert lean.value.retry_after_s is not None


@pytest.mark.parametrize("state", [*OUTAGES, "25006"])
async def test_a_connection_that_reported_an_outage_is_not_used_again(db: Database, state: str) -> None:
    async with db.connection() as connection:
        pid = await connection.fetchval(OWN_PID)
    async with db.session() as session:
        session_pid = (await (await session.connection()).execute(text(OWN_PID))).scalar_one()
    with pytest.raises(DatabaseUnavailable):
        async with db.connection() as connection:
            await connection.execute(_raising(state))
    with pytest.raises(DatabaseUnavailable):
        async with db.session() as session:
            await (await session.connection()).execute(text(_raising(state)))

    async with db.connection() as connection:
        assert await connection.fetchval(OWN_PID) != pid
    async with db.session() as session:
        assert (await (await session.connection()).execute(text(OWN_PID))).scalar_one() != session_pid


async def test_a_mistake_of_ours_ends_no_connection(db: Database) -> None:
    async with db.connection() as connection:
        pid = await connection.fetchval(OWN_PID)
    with pytest.raises(asyncpg.UndefinedTableError):
        async with db.connection() as connection:
            await connection.execute("SELECT FROM no_such_table")

    async with db.connection() as connection:
        assert await connection.fetchval(OWN_PID) == pid


@pytest.mark.parametrize("way", ["copy", "many"])
async def test_an_outage_in_the_middle_of_many_rows_is_one(db: Database, way: str) -> None:
    rows = [(number,) for number in range(1000)]

    async def fill() -> None:
        async with db.transaction() as connection:
            await connection.execute(
                """
                CREATE TEMPORARY TABLE filled (id int);
                CREATE FUNCTION pg_temp.fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.id = 500 THEN RAISE 'no space left' USING ERRCODE = '53100'; END IF;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER fill BEFORE INSERT ON filled FOR EACH ROW EXECUTE FUNCTION pg_temp.fill();
                """
            )
            if way == "copy":
                await connection.copy_records_to_table("filled", records=rows)
            else:
                await connection.executemany("INSERT INTO filled VALUES ($1)", rows)

    with pytest.raises(DatabaseUnavailable):
        await fill()

    async with db.connection() as connection:
        assert await connection.fetchval("SELECT to_regclass('filled')") is None


@asynccontextmanager
async def _refusing(state: str) -> AsyncIterator[str]:
    """A server that refuses every connection with a state, as one that starts or is full does."""
    fields = f"SFATAL\0VFATAL\0C{state}\0Mforced\0\0".encode()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (size := struct.unpack("!I", await reader.readexactly(4))[0]) == 8:
            # A request for TLS comes first, which is declined.
            await reader.readexactly(size - 4)
            writer.write(b"N")
        writer.write(b"E" + struct.pack("!I", 4 + len(fields)) + fields)
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1")
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql://nobody:secret@127.0.0.1:{port}/none"


@pytest.mark.parametrize("state", ["57P03", "53300", "28P01", "3D000", "08006"])
async def test_a_server_that_takes_no_connection_is_an_outage(state: str) -> None:
    async with _refusing(state) as url, _open(url) as db:
        for use in (db.connection, db.session):
            with pytest.raises(DatabaseUnavailable):
                await _ask(use)


async def test_a_unix_socket_without_a_server_or_with_a_full_queue_is_an_outage(tmp_path: Path) -> None:
    path = tmp_path / ".s.PGSQL.5432"
    url = f"postgresql://nobody:secret@{quote(str(tmp_path), safe='')}:5432/none"
    async with _open(url) as db:

        async def is_an_outage() -> None:
            for use in (db.connection, db.session):
                with pytest.raises(DatabaseUnavailable):
                    await _ask(use)

        await is_an_outage()
        with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as waiting:
            server.bind(str(path))
            await is_an_outage()
            # A server that is stopped takes nobody, and a queue of none takes one.
            server.listen(0)
            waiting.connect(str(path))
            await is_an_outage()
        await is_an_outage()


async def _ask(use: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
    async with use() as used:
        if isinstance(used, asyncpg.Connection | asyncpg.pool.PoolConnectionProxy):
            await used.execute("SELECT 1")
        else:
            await (await used.connection()).execute(text("SELECT 1"))


async def test_connections_that_are_idle_or_in_use_are_replaced_once_one_of_them_is_read_only(db: Database) -> None:
    async with db.connection() as one, db.connection() as other:
        pids = {await each.fetchval(OWN_PID) for each in (one, other)}
    async with db.connection() as in_use:
        assert await in_use.fetchval(OWN_PID) in pids
        with pytest.raises(DatabaseReadOnly):
            async with db.connection() as connection:
                await connection.execute(_raising("25006"))
        assert await in_use.fetchval(OWN_PID) in pids, "it may end what it has begun"

    async with db.connection() as one, db.connection() as other:
        assert pids & {await each.fetchval(OWN_PID) for each in (one, other)} == set()


async def test_a_server_that_turns_read_only_refuses_writes_and_takes_them_again(db: Database, stack: Stack) -> None:
    write, read = "UPDATE tally SET value = value", "SELECT count(*) FROM tally"

    async def use(statement: str) -> None:
        async with db.connection() as connection:
            await connection.execute(statement)

    async with read_only(stack):
        await use(read)
        with pytest.raises(DatabaseReadOnly) as lean:
            await use(write)
        with pytest.raises(DatabaseReadOnly):
            async with db.session() as session:
                await (await session.connection()).execute(text(write))

    assert (lean.value.status, lean.value.code, lean.value.retry_after_s) == (503, "database-read-only", 1)
    await use(write)
    async with db.session() as session:
        await (await session.connection()).execute(text(write))


async def test_an_address_may_name_several_hosts_of_which_the_one_that_writes_is_used(
    settings: Settings, stack: Stack
) -> None:
    url = settings.database_url.get_secret_value()
    credentials, _, rest = url.rpartition("@")
    host, _, name = rest.partition("/")
    (closed,) = free_ports(1)
    cluster = f"{credentials}@127.0.0.1:{closed},{host}/{name}?target_session_attrs=read-write"

    async with _open(cluster) as db:
        async with db.connection() as connection:
            assert await connection.fetchval("SELECT current_database()") == name
        async with db.session() as session:
            assert (await (await session.connection()).execute(text("SELECT 1"))).scalar_one() == 1
        async with read_only(stack), _open(cluster) as fresh:
            for use in (fresh.connection, fresh.session):
                with pytest.raises(DatabaseUnavailable):
                    await _ask(use)


async def test_a_first_host_that_swallows_connections_is_left_for_the_next_one(settings: Settings) -> None:
    taken: list[asyncio.StreamWriter] = []

    async def swallow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(writer)

    credentials, _, rest = settings.database_url.get_secret_value().rpartition("@")
    server = await asyncio.start_server(swallow, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    async with _open(f"{credentials}@127.0.0.1:{port},{rest}") as db:
        async with db.connection() as one, db.session() as session:
            assert await one.fetchval("SELECT 1") == 1
            assert (await (await session.connection()).execute(text("SELECT 1"))).scalar_one() == 1
        async with db.connection(), db.connection():
            pass
    server.close()
    for writer in taken:
        writer.close()

    # The first connection found the host that works, and the others went there at once.
    assert len(taken) == 1


async def test_two_transactions_that_wait_for_each_other_both_succeed(db: Database) -> None:
    tries: list[str] = []
    met = asyncio.Barrier(2)

    @retry_conflicts
    async def move(name: str, first: int, second: int) -> None:
        tries.append(name)
        async with db.transaction() as connection:
            await connection.execute("UPDATE tally SET value = value + 1 WHERE name = $1", f"lock {first}")
            if tries.count(name) == 1:
                await met.wait()
            await connection.execute("UPDATE tally SET value = value + 1 WHERE name = $1", f"lock {second}")

    async with db.connection() as connection:
        await connection.execute("INSERT INTO tally VALUES ('lock 1', 0), ('lock 2', 0)")
    try:
        await asyncio.gather(move("there", 1, 2), move("back", 2, 1))
        async with db.connection() as connection:
            rows = await connection.fetch("SELECT name, value FROM tally WHERE name LIKE 'lock %' ORDER BY name")
    finally:
        async with db.connection() as connection:
            await connection.execute("DELETE FROM tally WHERE name LIKE 'lock %'")

    assert [tuple(row) for row in rows] == [("lock 1", 2), ("lock 2", 2)]
    assert sorted(tries) in (["back", "back", "there"], ["back", "there", "there"])


async def test_a_conflict_that_does_not_end_is_told_after_a_few_tries() -> None:
    tries = 0

    @retry_conflicts
    async def collide() -> None:
        nonlocal tries
        tries += 1
        raise TransactionConflict(retry_after_s=1)

    with pytest.raises(TransactionConflict) as raised:
        await collide()

    assert (tries, raised.value.status) == (4, 503)


async def test_a_listener_leaves_a_server_that_takes_no_writes(
    settings: Settings, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "RECONNECT_DELAY_S", 0.05)
    monkeypatch.setattr(notifications, "PROBE_INTERVAL_S", 0.05)
    heard: list[str] = []
    async with _open(settings.database_url.get_secret_value()) as db:
        listening = asyncio.create_task(notifications.listen(db, CHANNEL, heard.append))

        async def is_heard() -> bool:
            async with db.connection() as connection:
                await connection.execute(f"NOTIFY {CHANNEL}, 'there'")
            return bool(heard)

        try:
            await eventually(is_heard)
            async with db.connection() as connection:
                pids = await connection.fetchval(LISTENERS)
                assert pids
                async with read_only(stack):

                    async def has_left() -> bool:
                        return not set(pids) & set(await connection.fetchval(LISTENERS))

                    await eventually(has_left)
            heard.clear()
            await eventually(is_heard)
        finally:
            listening.cancel()
