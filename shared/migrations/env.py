"""How Alembic reaches the database and the tables."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from shared.accounts import models as _accounts
from shared.artifacts import models as _artifacts
from shared.jobs import models as _jobs
from shared.matrices import models as _matrices
from shared.projects import models as _projects
from shared.webhooks import models as _webhooks

TABLES = (_accounts, _artifacts, _jobs, _matrices, _projects, _webhooks)


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_server_default=True)
    with context.begin_transaction():
        # Two copies that start together take turns; the second finds nothing to do.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('evalserve migrations'))")
        context.run_migrations()


async def _run() -> None:
    address = os.environ["DATABASE_URL"].partition("://")[2]
    engine = create_async_engine(f"postgresql+asyncpg://{address}", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(_run())
