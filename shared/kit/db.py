"""Postgres, reached in two ways: lean statements on asyncpg, everything else through an ORM session.

A statement on a hot path, or one whose atomicity is the point (claim, fence, lease), is written as SQL in a
`queries.py` and runs on the pool; one ORM session costs about four times a bare select.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeAlias

import asyncpg
import msgspec
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.errors import ServiceUnavailable

Connection: TypeAlias = asyncpg.Connection
Record: TypeAlias = asyncpg.Record

# A request that waits longer than this for a connection is better told to come back.
ACQUIRE_TIMEOUT_S = 2.0

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

# What a server that is gone, going or not yet there raises; anything else is a mistake of ours.
OUTAGES = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)

# What becomes of a statement that takes too long, itself or by waiting for a lock.
OVERLOADS = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, asyncpg.IdleInTransactionSessionTimeoutError)


class TransactionHook(Protocol):
    """Something that the present request adds to each of its transactions, before it commits."""

    is_open: bool

    async def mark(self, connection: Connection) -> None:
        """Add it; what this raises undoes the transaction."""


# While there is one, statements that would commit one by one commit together with it.
transaction_hook: ContextVar[TransactionHook | None] = ContextVar("transaction_hook", default=None)


class DatabaseUnavailable(ServiceUnavailable):
    """The database does not answer; try again shortly."""

    code = "database-unavailable"


class DatabaseBusy(ServiceUnavailable):
    """The database could not do this in time; try again shortly."""

    code = "database-busy"


class Database:
    """The connections of one process; made after a fork, bound to the event loop that opens it."""

    def __init__(self, url: str, *, pool_size: int) -> None:
        self._address = url.partition("://")[2]
        self._pool_size = pool_size
        self._pool: asyncpg.Pool | None = None
        # Connections that the pool has given out and nobody uses. A round through the pool costs a task and a turn of
        # the loop, as much as a small statement; only what failed, and what somebody waits for, takes it.
        self._ready: list[Connection] = []
        self._waiting = 0
        self._is_closing = False
        self._engine: AsyncEngine | None = None

    @property
    def dsn(self) -> str:
        """The address in asyncpg's form."""
        return f"postgresql://{self._address}"

    async def open(self) -> None:
        """Make the pools; connections follow at first use, so the server may come later."""
        self._pool = await asyncpg.create_pool(
            self.dsn,
            min_size=0,
            max_size=self._pool_size,
            init=_set_codecs,
            # Nothing leaves session state behind, so the reset round trip between two uses buys nothing.
            reset=_keep_session,
            server_settings=SERVER_SETTINGS,
            timeout=5,
            command_timeout=20,
        )
        self._engine = create_async_engine(
            f"postgresql+asyncpg://{self._address}",
            pool_size=5,
            max_overflow=0,
            pool_timeout=ACQUIRE_TIMEOUT_S,
            # Costs a round trip, and a restarted server then costs no failed request.
            pool_pre_ping=True,
            connect_args={"server_settings": SERVER_SETTINGS, "timeout": 5, "command_timeout": 20},
        )
        self._make_session = async_sessionmaker(self._engine, class_=AsyncSession, expire_on_commit=False)

    async def close(self) -> None:
        """Give every connection back to the server."""
        if self._engine is not None:
            await self._engine.dispose()
        if self._pool is not None:
            self._is_closing = True
            while self._ready:
                await self._pool.release(self._ready.pop())
            await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection whose statements commit one by one, or together with what the request adds to them."""
        try:
            connection = await self._take()
            try:
                if (hook := _open_hook()) is None:
                    yield connection
                else:
                    async with connection.transaction():
                        yield connection
                        await hook.mark(connection)
            except BaseException as error:
                lost = _is_lost(connection, error)
                await self._opened().release(connection)
                if lost:
                    raise DatabaseUnavailable(retry_after_s=1) from error
                raise
            await self._give_back(connection)
        except OUTAGES as error:
            raise DatabaseUnavailable(retry_after_s=1) from error
        except OVERLOADS as error:
            raise DatabaseBusy(retry_after_s=2) from error

    async def _take(self) -> Connection:
        while self._ready:
            connection = self._ready.pop()
            if not _is_closed(connection):
                return connection
            await self._opened().release(connection)
        self._waiting += 1
        try:
            return await self._opened().acquire(timeout=ACQUIRE_TIMEOUT_S)
        finally:
            self._waiting -= 1

    async def _give_back(self, connection: Connection) -> None:
        if self._waiting or self._is_closing:
            await self._opened().release(connection)
        else:
            self._ready.append(connection)

    def _opened(self) -> asyncpg.Pool:
        assert self._pool is not None, "the database is not open"
        return self._pool

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection whose statements commit together, or not at all."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """An ORM session in one transaction, committed at the end."""
        try:
            async with self._make_session.begin() as session:
                yield session
                if (hook := _open_hook()) is not None:
                    await session.flush()
                    await hook.mark(await _driver_connection(session))
        except (*OUTAGES, PoolTimeoutError, asyncpg.InternalClientError) as error:
            raise DatabaseUnavailable(retry_after_s=1) from error
        except DBAPIError as error:
            if error.connection_invalidated or isinstance(_driver_error(error), OUTAGES):
                raise DatabaseUnavailable(retry_after_s=1) from error
            if isinstance(_driver_error(error), OVERLOADS):
                raise DatabaseBusy(retry_after_s=2) from error
            raise


def _open_hook() -> TransactionHook | None:
    hook = transaction_hook.get()
    return hook if hook is not None and hook.is_open else None


async def _driver_connection(session: AsyncSession) -> Connection:
    """Asyncpg's connection under a session; inside the same transaction once the session has written."""
    return (await (await session.connection()).get_raw_connection()).driver_connection


def _is_lost(connection: Connection, error: BaseException) -> bool:
    if isinstance(error, asyncpg.InternalClientError):
        # The server has said farewell while nothing was asked, and the end of the connection has not arrived yet: the
        # driver takes no more statements, and calls it open.
        connection.terminate()
        return True
    return isinstance(error, asyncpg.InterfaceError) and _is_closed(connection)


def _is_closed(connection: Connection) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        # Noticing the loss first, the pool has taken the connection out of our hands.
        return True


def _driver_error(error: DBAPIError) -> BaseException | None:
    """What asyncpg raised: SQLAlchemy wraps it in an error of its own, and that in a second one."""
    return error.orig and error.orig.__cause__


async def _set_codecs(connection: Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=_to_json, decoder=msgspec.json.decode)


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def _keep_session(_: Connection) -> None:
    return None
