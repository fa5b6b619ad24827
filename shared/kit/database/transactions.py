"""Postgres, reached in two ways: lean statements on asyncpg, everything else through an ORM session.

A statement on a hot path, or one whose atomicity is the point (claim, fence, lease), is written as SQL in a
`queries.py` and runs on the pool; one ORM session costs about four times a bare select.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from typing import Protocol, TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.database.connections import ACQUIRE_TIMEOUT_S, SERVER_SETTINGS, TIMEOUTS_S, Connections, is_lost
from shared.kit.database.errors import (
    DatabaseBusy,
    DatabaseReadOnly,
    DatabaseUnavailable,
    TransactionConflict,
    retry_conflicts,
    translated,
    trouble,
)
from shared.kit.database.hosts import Hosts
from shared.kit.database.sqlstates import Trouble

__all__ = [
    "IS_WRITABLE",
    "SESSION_POOL_SIZE",
    "Connection",
    "Database",
    "DatabaseBusy",
    "DatabaseReadOnly",
    "DatabaseUnavailable",
    "Record",
    "TransactionConflict",
    "TransactionHook",
    "retry_conflicts",
    "transaction_hook",
    "translated",
]

Connection: TypeAlias = asyncpg.Connection
Record: TypeAlias = asyncpg.Record

# Connections of a process for its sessions, beside those for lean statements; sessions are the rare way.
SESSION_POOL_SIZE = 5

# False on a standby, and while an operator keeps the server from writing.
IS_WRITABLE = "SELECT current_setting('transaction_read_only') = 'off'"

# A connection that raised one of these is not used again: the next one may lead to a server that works.
_ENDING = {Trouble.UNAVAILABLE, Trouble.READ_ONLY}


class TransactionHook(Protocol):
    """A hook that the present request runs in each of its transactions, before the commit."""

    is_open: bool

    async def mark(self, connection: Connection) -> None:
        """Run the hook; an error from it rolls the transaction back."""

    def note_created(self, noun: str, resource_id: UUID) -> None:
        """Note what the present transaction creates."""

    async def begin_wait(self) -> None:
        """Note that the work is done, and its answer waits for something else."""


# While a hook is set, statements that would commit one by one commit together with it.
transaction_hook: ContextVar[TransactionHook | None] = ContextVar("transaction_hook", default=None)


def note_created(noun: str, resource_id: UUID) -> None:
    """Tell the hook what the present transaction creates, so that whoever asks later can be led to it."""
    if (hook := _open_hook()) is not None:
        hook.note_created(noun, resource_id)


class Database:
    """The connections of one process; made after a fork, bound to the event loop that opens it."""

    def __init__(self, url: str, *, pool_size: int) -> None:
        self._hosts = Hosts(f"postgresql://{url.partition('://')[2]}")
        self._connections = Connections(self._hosts, size=pool_size)
        self._engine: AsyncEngine | None = None

    async def open(self) -> None:
        """Create the pools; connections open at first use, so the server may start later."""
        await self._connections.open()
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=partial(self._hosts.connect, server_settings=SERVER_SETTINGS, **TIMEOUTS_S),
            pool_size=SESSION_POOL_SIZE,
            max_overflow=0,
            pool_timeout=ACQUIRE_TIMEOUT_S,
            # Costs a round trip, and a restarted server then costs no failed request.
            pool_pre_ping=True,
        )
        event.listen(self._engine.sync_engine, "handle_error", _end_connections)
        self._make_session = async_sessionmaker(self._engine, class_=AsyncSession, expire_on_commit=False)

    async def close(self) -> None:
        """Close every connection."""
        if self._engine is not None:
            await self._engine.dispose()
        await self._connections.close()

    async def connect(self) -> Connection:
        """Open a connection apart from the pools, which the caller ends: it keeps what is set or subscribed on it."""
        return await self._hosts.connect(**TIMEOUTS_S)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Yield a connection whose statements commit one by one, or together with an open transaction hook."""
        with translated():
            connection = await self._connections.take()
            try:
                if (hook := _open_hook()) is None:
                    yield connection
                else:
                    async with connection.transaction():
                        yield connection
                        await hook.mark(connection)
            except BaseException as error:
                lost = is_lost(connection, error)
                await self._connections.give_up(connection, lost=lost or trouble(error) in _ENDING)
                if trouble(error) is Trouble.READ_ONLY:
                    await self._connections.replace_all()
                if lost:
                    raise DatabaseUnavailable(retry_after_s=1) from error
                raise
            await self._connections.give_back(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Yield a connection in one transaction, committed at the end."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """Yield an ORM session in one transaction, committed at the end."""
        with translated():
            async with self._make_session.begin() as session:
                yield session
                if (hook := _open_hook()) is not None:
                    await session.flush()
                    await hook.mark(await driver_connection(session))


def _open_hook() -> TransactionHook | None:
    hook = transaction_hook.get()
    return hook if hook is not None and hook.is_open else None


async def driver_connection(session: AsyncSession) -> Connection:
    """Return asyncpg's connection under a session; inside the same transaction once the session has written."""
    return (await (await session.connection()).get_raw_connection()).driver_connection


def _end_connections(context: ExceptionContext) -> None:
    """Let the engine end a connection after such an error, and the idle ones, as after a lost connection."""
    if trouble(context.original_exception) in _ENDING:
        context.is_disconnect = True
