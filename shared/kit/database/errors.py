"""Errors of the database as errors of the service, whichever way the database was reached."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.kit.database.sqlstates import Trouble, trouble_of
from shared.kit.errors import ServiceUnavailable

P = ParamSpec("P")
T = TypeVar("T")

# A deadlock is over once one of the two has gone, so the second attempt mostly succeeds.
MAX_TRIES = 4

# The longest pause before the first repetition, doubled before each further one; those that collided part by chance.
PAUSE_S = 0.05


class DatabaseUnavailable(ServiceUnavailable):
    """The database does not respond; try again shortly."""

    code = "database-unavailable"


class DatabaseReadOnly(DatabaseUnavailable):
    """The database accepts no changes at the moment; try again shortly."""

    code = "database-read-only"


class DatabaseBusy(ServiceUnavailable):
    """The database could not process this in time; try again shortly."""

    code = "database-busy"


class TransactionConflict(DatabaseBusy):
    """This change collided with another one; try again shortly."""

    code = "transaction-conflict"


class ReferenceDeleted(DatabaseBusy):
    """What this change refers to was deleted at the same moment; try again shortly."""

    code = "reference-deleted"


@contextmanager
def translated() -> Iterator[None]:
    """Raise the driver's errors, also those that SQLAlchemy wraps, as DatabaseUnavailable or DatabaseBusy.

    Mistakes of ours, such as a wrong statement, are raised as they are.
    """
    try:
        yield
    except (OSError, TimeoutError, PoolTimeoutError, asyncpg.InternalClientError) as error:
        raise DatabaseUnavailable(retry_after_s=1) from error
    except (asyncpg.PostgresError, DBAPIError) as error:
        if own := _own(error):
            raise own from error
        raise


def trouble(error: BaseException | None) -> Trouble | None:
    """Return the kind of an error of the driver, or of SQLAlchemy's copy of it; None for a mistake of ours."""
    return trouble_of(getattr(error, "sqlstate", None))


def retry_conflicts(verb: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Repeat a function whose transaction collides with another one; raises the error of the last try.

    That is TransactionConflict, or ReferenceDeleted. What the function does before its transaction is repeated as well.
    """

    @wraps(verb)
    async def call(*arguments: P.args, **keywords: P.kwargs) -> T:
        for number in range(MAX_TRIES - 1):
            try:
                return await verb(*arguments, **keywords)
            except (TransactionConflict, ReferenceDeleted):
                await asyncio.sleep(random.uniform(0, PAUSE_S * 2**number))  # noqa: S311 -- no secret depends on it
        return await verb(*arguments, **keywords)

    return call


def _own(error: asyncpg.PostgresError | DBAPIError) -> ServiceUnavailable | None:
    if isinstance(error, DBAPIError):
        # SQLAlchemy wraps the driver's error twice.
        is_outage = error.connection_invalidated or isinstance(
            error.orig and error.orig.__cause__, asyncpg.InternalClientError
        )
        return _of_trouble(trouble(error.orig)) or (DatabaseUnavailable(retry_after_s=1) if is_outage else None)
    return _of_trouble(trouble(error))


def _of_trouble(kind: Trouble | None) -> ServiceUnavailable | None:
    match kind:
        case Trouble.UNAVAILABLE:
            return DatabaseUnavailable(retry_after_s=1)
        case Trouble.READ_ONLY:
            return DatabaseReadOnly(retry_after_s=1)
        case Trouble.BUSY:
            return DatabaseBusy(retry_after_s=2)
        case Trouble.CONFLICT:
            return TransactionConflict(retry_after_s=1)
        case Trouble.GONE:
            return ReferenceDeleted(retry_after_s=1)
        case None:
            return None
