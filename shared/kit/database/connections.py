"""Connections to Postgres: a free list in front of asyncpg's pool.

A round through the pool costs a task and a turn of the loop, as much as a small statement (ADR 15). So a connection
whose use succeeded goes to the free list and is taken from there; only failed connections, and those that a request
waits for, go through the pool, which opens connections and closes dead ones. Its limits on their age and uses do not
apply to the free list.
"""

import time
from typing import Any

import asyncpg
import msgspec

from shared.kit.database.hosts import Hosts

# A request that waits longer than this for a connection is answered 503 instead.
ACQUIRE_TIMEOUT_S = 2.0

# A server that takes no writes refuses many requests a second; replacing every connection each time would be a flood.
REPLACE_INTERVAL_S = 1.0

# The limits on connecting and, unless the server ends it before, on a statement.
TIMEOUTS_S = {"timeout": 5, "command_timeout": 20}

SERVER_SETTINGS = {
    "application_name": "evalserve",
    # No statement of ours takes seconds: one that does is a bug and must not hold a connection.
    "statement_timeout": "15s",
    # Row locks are held for one statement or two; waiting longer means a stuck peer.
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
    # The plan compiler costs more than it saves on one-row statements.
    "jit": "off",
    # Connections may lie idle for hours; network devices on the way drop silent ones within minutes.
    "tcp_keepalives_idle": "60",
}


class Connections:
    """At most `size` connections of one process, bound to the event loop that opens them."""

    def __init__(self, hosts: Hosts, *, size: int) -> None:
        self._hosts = hosts
        self._size = size
        self._pool: asyncpg.Pool | None = None
        # Acquired from the pool, and not in use.
        self._free: list[asyncpg.Connection] = []
        self._used: set[asyncpg.Connection] = set()
        # In use, and not to be used again.
        self._outdated: set[asyncpg.Connection] = set()
        self._replaced_at = -REPLACE_INTERVAL_S
        self._waiting = 0
        self._is_closing = False

    async def open(self) -> None:
        """Create the pool; connections open at first use, so the server may start later."""
        self._pool = await asyncpg.create_pool(
            connect=self._hosts.connect,
            min_size=0,
            max_size=self._size,
            init=_set_codecs,
            # Nothing leaves session state behind, so a reset between two uses would be a wasted round trip.
            reset=_keep_session,
            server_settings=SERVER_SETTINGS,
            **TIMEOUTS_S,
        )

    async def close(self) -> None:
        """Close every connection; waits for those in use."""
        if self._pool is not None:
            self._is_closing = True
            while self._free:
                await self._pool.release(self._free.pop())
            await self._pool.close()

    async def take(self) -> asyncpg.Connection:
        """Take a connection for exclusive use; raises TimeoutError if none becomes free in time."""
        connection = await self._take_free() or await self._acquire()
        self._used.add(connection)
        return connection

    async def give_back(self, connection: asyncpg.Connection) -> None:
        """Return a connection whose use succeeded."""
        if connection in self._outdated:
            await self.give_up(connection, lost=True)
            return
        self._used.discard(connection)
        if self._waiting or self._is_closing:
            await self._open_pool().release(connection)
        else:
            self._free.append(connection)

    async def give_up(self, connection: asyncpg.Connection, *, lost: bool) -> None:
        """Return a connection whose use failed to the pool, which checks it; a lost one is closed at once."""
        self._used.discard(connection)
        self._outdated.discard(connection)
        if lost and not _is_closed(connection):
            connection.terminate()
        await self._open_pool().release(connection)

    async def replace_all(self) -> None:
        """End the connections that nobody uses, and those in use once they are given back; once a second at most."""
        if time.monotonic() < self._replaced_at + REPLACE_INTERVAL_S:
            return
        self._replaced_at = time.monotonic()
        self._outdated |= self._used
        while self._free:
            await self.give_up(self._free.pop(), lost=True)

    async def _take_free(self) -> asyncpg.Connection | None:
        while self._free:
            connection = self._free.pop()
            if not _is_closed(connection):
                return connection
            await self._open_pool().release(connection)
        return None

    async def _acquire(self) -> asyncpg.Connection:
        self._waiting += 1
        try:
            return await self._open_pool().acquire(timeout=ACQUIRE_TIMEOUT_S)
        finally:
            self._waiting -= 1

    def _open_pool(self) -> asyncpg.Pool:
        assert self._pool is not None, "the database is not open"
        return self._pool


def is_lost(connection: asyncpg.Connection, error: BaseException) -> bool:
    """Return True if the error means that the connection is lost, rather than that its use was wrong."""
    # The server may have ended an idle session before the end of the connection arrives: the driver takes no more
    # statements then, and still calls the connection open.
    session_ended = isinstance(error, asyncpg.InternalClientError)
    return session_ended or (isinstance(error, asyncpg.InterfaceError) and _is_closed(connection))


def _is_closed(connection: asyncpg.Connection) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        # The pool noticed the loss first and has invalidated the connection.
        return True


async def _set_codecs(connection: asyncpg.Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=_to_json, decoder=msgspec.json.decode)


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def _keep_session(_: asyncpg.Connection) -> None:
    return None
