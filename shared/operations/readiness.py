"""Readiness: whether Postgres takes writes and has the tables; Redis and S3 are looked at beside it.

An outage of Redis or S3 takes no process out of the balancer: all of them would go at once, and with them what works
without those two.

As a program, `python -m shared.operations.readiness` ends when the database has the tables that the others need.
"""

import asyncio
from collections.abc import Awaitable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import asyncpg
import structlog

from shared.kit import logging
from shared.kit.broker import BrokerUnavailable
from shared.kit.database.transactions import IS_WRITABLE, DatabaseBusy, DatabaseReadOnly, DatabaseUnavailable
from shared.kit.platform import Platform, connect
from shared.kit.settings import settings
from shared.kit.storage.errors import StorageRefused, StorageUnavailable

log = structlog.get_logger()

# Load balancers give up soon; a part that takes longer than this is not ready.
TIMEOUT_S = 3.0

# The interval between two checks for the migrations.
INTERVAL_S = 1.0


# Without these no request is answered; without the others some are, and jobs wait.
REQUIRED = {"postgres", "migrations"}


class Check(NamedTuple):
    """The check of one part; `detail` says what is wrong if it failed."""

    name: str
    required: bool
    ok: bool
    detail: str


class ReadinessChecks:
    """The checks of one process; whoever asks while they are being made gets the same answer, so a flood is one."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._under_way: asyncio.Future[list[Check]] | None = None

    async def checks(self) -> list[Check]:
        """Check the parts, in the order in which they start."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.ensure_future(checks(self._platform))
        # One who goes away must not take the answer from the others.
        return await asyncio.shield(self._under_way)


async def checks(platform: Platform) -> list[Check]:
    """Check the parts, in the order in which they start."""
    return list(
        await asyncio.gather(
            _check("postgres", _database(platform)),
            _check("migrations", _migrations(platform)),
            _check("redis", platform.broker.check()),
            _check("s3", platform.storage.apart(platform.storage.check)),
        )
    )


async def _check(name: str, probe: Awaitable[object]) -> Check:
    required = name in REQUIRED
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await probe
    except TimeoutError:
        return Check(name, required, ok=False, detail=f"no answer within {TIMEOUT_S:g} s")
    except _NotMigrated as error:
        return Check(name, required, ok=False, detail=str(error))
    except DatabaseReadOnly:
        return Check(name, required, ok=False, detail="takes no writes")
    except StorageRefused:
        return Check(name, required, ok=False, detail="refuses the service")
    except (DatabaseUnavailable, DatabaseBusy, BrokerUnavailable, StorageUnavailable):
        # Not the error's own text: it may hold addresses, and this answer is public.
        return Check(name, required, ok=False, detail="does not respond")
    return Check(name, required, ok=True, detail="ok")


async def _database(platform: Platform) -> None:
    async with platform.db.connection() as connection:
        if not await connection.fetchval(IS_WRITABLE):
            # The server's own error, so that the connections to it are replaced: they may be all that is wrong.
            raise asyncpg.ReadOnlySQLTransactionError


async def _migrations(platform: Platform) -> None:
    async with platform.db.connection() as connection:
        try:
            applied = await connection.fetchval("SELECT version_num FROM alembic_version")
        except asyncpg.UndefinedTableError:
            applied = None
    # A newer migration belongs to the next version of the program: migrations keep the tables usable by both.
    if applied is None or applied < newest_migration():
        raise _NotMigrated(f"the database is at {applied}, the program needs {newest_migration()}: run the migrations")


@cache
def newest_migration() -> str:
    """Return the number of the newest migration of this program, with which its file begins."""
    versions = Path(__file__).parents[1] / "migrations" / "versions"
    return max(path.name.partition("_")[0] for path in versions.glob("[0-9]*.py"))


class _NotMigrated(Exception):
    """The tables are older than the program."""


async def await_migrations() -> None:
    """Return once the database has the program's tables, or newer ones; it may not be running yet."""
    async with connect(settings(), pool_size=1) as platform:
        while not (check := await _check("migrations", _migrations(platform))).ok:
            log.info("waits for the migrations", detail=check.detail)
            await asyncio.sleep(INTERVAL_S)


if __name__ == "__main__":
    logging.configure(level=settings().log_level, form=settings().log_format)
    asyncio.run(await_migrations())
