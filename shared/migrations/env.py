"""How Alembic reaches the database and the tables."""

import asyncio
import os
from functools import partial

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from shared.accounts import models as _accounts
from shared.analyses import models as _analyses
from shared.artifacts import models as _artifacts
from shared.audit import models as _audit
from shared.comparisons import models as _comparisons
from shared.datasets import models as _datasets
from shared.detection_runs import models as _detection_runs
from shared.gates import models as _gates
from shared.idempotency import models as _idempotency
from shared.jobs import models as _jobs
from shared.kit.database import event_totals as _tally
from shared.kit.database.hosts import Hosts
from shared.matrices import models as _matrices
from shared.operations.orphans import models as _orphans
from shared.plans import models as _plans
from shared.projects import models as _projects
from shared.quotas import models as _quotas
from shared.runs import models as _runs
from shared.sharing import models as _sharing
from shared.uploads import models as _uploads
from shared.webhooks import models as _webhooks

TABLES = (
    _accounts,
    _analyses,
    _artifacts,
    _audit,
    _comparisons,
    _datasets,
    _detection_runs,
    _gates,
    _idempotency,
    _jobs,
    _matrices,
    _orphans,
    _plans,
    _projects,
    _quotas,
    _runs,
    _sharing,
    _tally,
    _uploads,
    _webhooks,
)


# A statement that waits for a table lets every later request for that table wait behind it. So a migration that does
# not get its lock at once lets them pass, and tries again. Nobody waits longer than a second, which is this and what
# the migration does with the lock. Half of Postgres's `deadlock_timeout`, so it never makes an autovacuum give way; the
# attempts last longer than most of those, about five minutes.
LOCK_TIMEOUT_MS = 500
ATTEMPTS = 120

# A lock that was not had in time, or only by breaking a circle of those who wait for each other.
LOCKED_OUT = ("55P03", "40P01")


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_server_default=True,
        # What one has locked is free before the next begins.
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _take_turns(connection: AsyncConnection) -> None:
    # Of two copies that start together the second finds nothing to do. It asks instead of waiting: an index that is
    # built concurrently waits for every statement that is under way, hence for the one that would wait here.
    while not await connection.scalar(text("SELECT pg_try_advisory_lock(hashtext('evalserve migrations'))")):
        await connection.rollback()
        await asyncio.sleep(0.2)
    await connection.commit()


async def _try(connection: AsyncConnection) -> bool:
    try:
        await connection.run_sync(_migrate)
        await connection.commit()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in LOCKED_OUT:
            raise
        await connection.rollback()
        return False
    return True


async def _run() -> None:
    address = os.environ["DATABASE_URL"].partition("://")[2]
    connect = partial(
        Hosts(f"postgresql://{address}").connect, server_settings={"lock_timeout": f"{LOCK_TIMEOUT_MS}ms"}
    )
    engine = create_async_engine("postgresql+asyncpg://", poolclass=NullPool, async_creator=connect)
    async with engine.connect() as connection:
        await _take_turns(connection)
        for attempt in range(ATTEMPTS):
            if await _try(connection):
                break
            await asyncio.sleep(1 + attempt % 3)
        else:
            raise SystemExit("The migrations do not get their locks; something holds a table for long.")
    await engine.dispose()


if context.is_offline_mode():
    # `alembic upgrade --sql`: the statements, to be read or checked first.
    context.configure(dialect_name="postgresql", literal_binds=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.execute(f"SET lock_timeout = '{LOCK_TIMEOUT_MS}ms'")
        context.run_migrations()
else:
    asyncio.run(_run())
