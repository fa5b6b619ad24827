"""Databases and buckets of a test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import asyncpg
import pytest

from shared.kit.platform import Platform, connect
from shared.kit.settings import Settings
from tests.fixtures import TEMPLATE

MakeInstallation = Callable[[str], Awaitable[Platform]]


@pytest.fixture
async def new_installation(settings: Settings, platform: Platform) -> AsyncIterator[MakeInstallation]:
    """Makes platforms: each with a new database, and with the bucket of that name, which is made if it is new."""
    server = settings.database_url.get_secret_value().rpartition("/")[0]
    connection = await asyncpg.connect(f"{server}/postgres")
    names: list[str] = []
    client = platform.storage._client

    async def make(bucket: str) -> Platform:
        names.append(f"installation_{uuid4().hex[:8]}")
        await connection.execute(f"CREATE DATABASE {names[-1]} TEMPLATE {TEMPLATE}")
        if bucket not in [entry["Name"] for entry in client.list_buckets()["Buckets"]]:
            client.create_bucket(Bucket=bucket)
        others = {"database_url": f"{server}/{names[-1]}", "s3_bucket": bucket}
        return await platforms.enter_async_context(connect(Settings.model_validate(dict(settings) | others)))

    async with AsyncExitStack() as platforms:
        yield make
    for name in names:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()
