"""Postgres, reached in two ways: lean statements on asyncpg, everything else through an ORM session.

A statement on a hot path, or one whose atomicity is the point (claim, fence, lease), is written as SQL in a
`queries.py` and runs on the pool; one ORM session costs about four times a bare select.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeAlias

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.connections import ACQUIRE_TIMEOUT_S, SERVER_SETTINGS, TIMEOUTS_S, Connections, is_lost
from shared.kit.errors import ServiceUnavailable

Connection: TypeAlias = asyncpg.Connection
Record: TypeAlias = asyncpg.Record

# Raised for a server that is down, stopping or starting; anything else is a bug of ours.
OUTAGES = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)

# Raised for a statement that takes too long, by itself or by waiting for a lock.
OVERLOADS = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, asyncpg.IdleInTransactionSessionTimeoutError)


class TransactionHook(Protocol):
    """A hook that the present request runs in each of its transactions, before the commit."""

    is_open: bool

    async def mark(self, connection: Connection) -> None:
        """Run the hook; an error from it rolls the transaction back."""


# While a hook is set, statements that would commit one by one commit together with it.
transaction_hook: ContextVar[TransactionHook | None] = ContextVar("transaction_hook", default=None)


class DatabaseUnavailable(ServiceUnavailable):
    """The database does not respond; try again shortly."""

    code = "database-unavailable"


class DatabaseBusy(ServiceUnavailable):
    """The database could not process this in time; try again shortly."""

    code = "database-busy"


class Database:
    """The connections of one process; made after a fork, bound to the event loop that opens it."""

    def __init__(self, url: str, *, pool_size: int) -> None:
        self._address = url.partition("://")[2]
        self._connections = Connections(self.dsn, size=pool_size)
        self._engine: AsyncEngine | None = None

    @property
    def dsn(self) -> str:
        """The address in asyncpg's form."""
        return f"postgresql://{self._address}"

    async def open(self) -> None:
        """Create the pools; connections open at first use, so the server may start later."""
        await self._connections.open()
        self._engine = create_async_engine(
            f"postgresql+asyncpg://{self._address}",
            pool_size=5,
            max_overflow=0,
            pool_timeout=ACQUIRE_TIMEOUT_S,
            # Costs a round trip, and a restarted server then costs no failed request.
            pool_pre_ping=True,
            connect_args={"server_settings": SERVER_SETTINGS, **TIMEOUTS_S},
        )
        self._make_session = async_sessionmaker(self._engine, class_=AsyncSession, expire_on_commit=False)

    async def close(self) -> None:
        """Close every connection."""
        if self._engine is not None:
            await self._engine.dispose()
        await self._connections.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Yield a connection whose statements commit one by one, or together with an open transaction hook."""
        with _outages_of_statements():
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
                await self._connections.give_up(connection, lost=lost)
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
        with _outages_of_sessions():
            async with self._make_session.begin() as session:
                yield session
                if (hook := _open_hook()) is not None:
                    await session.flush()
                    await hook.mark(await _driver_connection(session))


@contextmanager
def _outages_of_statements() -> Iterator[None]:
    try:
        yield
    except OUTAGES as error:
        raise DatabaseUnavailable(retry_after_s=1) from error
    except OVERLOADS as error:
        raise DatabaseBusy(retry_after_s=2) from error


@contextmanager
def _outages_of_sessions() -> Iterator[None]:
    try:
        yield
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
    """Return asyncpg's connection under a session; inside the same transaction once the session has written."""
    return (await (await session.connection()).get_raw_connection()).driver_connection


def _driver_error(error: DBAPIError) -> BaseException | None:
    """Return the error that asyncpg raised, which SQLAlchemy wraps twice."""
    return error.orig and error.orig.__cause__
