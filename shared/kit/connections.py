"""Connections to Postgres, kept at hand beside asyncpg's pool.

A round through the pool costs a task and a turn of the loop, as much as a small statement (ADR 15). So a connection
that served well is laid on a shelf and taken from there; only what failed, and what somebody waits for, goes through
the pool, which makes connections and closes dead ones. Its limits on their age and uses do not apply to the shelf.
"""

from typing import Any

import asyncpg
import msgspec

# A request that waits longer than this for a connection is better told to come back.
ACQUIRE_TIMEOUT_S = 2.0

# How long connecting and, should the server not end it before, a statement may take.
TIMEOUTS_S = {"timeout": 5, "command_timeout": 20}

SERVER_SETTINGS = {
    "application_name": "evalserve",
    # No statement of ours takes seconds: one that does is a mistake that must not hold a connection.
    "statement_timeout": "15s",
    # Row locks are held for one statement or two; waiting longer means a stuck peer.
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
    # The plan compiler costs more than it saves on one-row statements.
    "jit": "off",
    # Connections may lie idle for hours; what stands between here and the server forgets silent ones within minutes.
    "tcp_keepalives_idle": "60",
}


class Connections:
    """At most `size` connections of one process, bound to the event loop that opens them."""

    def __init__(self, dsn: str, *, size: int) -> None:
        self._dsn = dsn
        self._size = size
        self._pool: asyncpg.Pool | None = None
        # Given out by the pool, and used by nobody.
        self._shelf: list[asyncpg.Connection] = []
        self._waiting = 0
        self._is_closing = False

    async def open(self) -> None:
        """Make the pool; connections follow at first use, so the server may come later."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=self._size,
            init=_set_codecs,
            # Nothing leaves session state behind, so the reset round trip between two uses buys nothing.
            reset=_keep_session,
            server_settings=SERVER_SETTINGS,
            **TIMEOUTS_S,
        )

    async def close(self) -> None:
        """Close every connection; waits for those that are in use."""
        if self._pool is not None:
            self._is_closing = True
            while self._shelf:
                await self._pool.release(self._shelf.pop())
            await self._pool.close()

    async def take(self) -> asyncpg.Connection:
        """A connection that nobody else uses; raises TimeoutError where none gets free in time."""
        while self._shelf:
            connection = self._shelf.pop()
            if not _is_closed(connection):
                return connection
            await self._opened().release(connection)
        self._waiting += 1
        try:
            return await self._opened().acquire(timeout=ACQUIRE_TIMEOUT_S)
        finally:
            self._waiting -= 1

    async def give_back(self, connection: asyncpg.Connection) -> None:
        """Let others have a connection that served well."""
        if self._waiting or self._is_closing:
            await self._opened().release(connection)
        else:
            self._shelf.append(connection)

    async def give_up(self, connection: asyncpg.Connection, *, lost: bool) -> None:
        """Let the pool judge a connection whose use failed; one that is lost is closed at once."""
        if lost and not _is_closed(connection):
            connection.terminate()
        await self._opened().release(connection)

    def _opened(self) -> asyncpg.Pool:
        assert self._pool is not None, "the database is not open"
        return self._pool


def is_lost(connection: asyncpg.Connection, error: BaseException) -> bool:
    """Whether the error says that the connection serves no more, rather than that its use was wrong."""
    # The server may have said farewell while nothing was asked, and the end of the connection not have arrived yet: the
    # driver takes no more statements then, and calls it open.
    said_farewell = isinstance(error, asyncpg.InternalClientError)
    return said_farewell or (isinstance(error, asyncpg.InterfaceError) and _is_closed(connection))


def _is_closed(connection: asyncpg.Connection) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        # Noticing the loss first, the pool has taken the connection out of our hands.
        return True


async def _set_codecs(connection: asyncpg.Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=_to_json, decoder=msgspec.json.decode)


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def _keep_session(_: asyncpg.Connection) -> None:
    return None
