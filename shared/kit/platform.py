"""The platform: the connections of one process to everything outside it."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.kit.broker import Broker
from shared.kit.db import Database
from shared.kit.keyring import Keyring
from shared.kit.limiter import RateLimiter
from shared.kit.redis_scripts import RedisScripts
from shared.kit.settings import Settings
from shared.kit.storage import Storage


@dataclass(frozen=True, slots=True)
class Platform:
    """The settings, database, broker, storage, keyring and rate limiter of a process."""

    settings: Settings
    db: Database
    broker: Broker
    storage: Storage
    keyring: Keyring
    limiter: RateLimiter
    redis_scripts: RedisScripts


def load_before_forking(settings: Settings) -> None:
    """Load what takes most of a start, so that the processes forked from this one start at once, also after a crash."""
    # The first client reads the descriptions of S3, which takes as long as all the rest.
    Storage(settings)
    # Objects that never become garbage are not traversed by the collector, and so stay shared after a fork.
    gc.freeze()


@asynccontextmanager
async def connect(settings: Settings, *, pool_size: int | None = None) -> AsyncIterator[Platform]:
    """Yield the platform of the settings, for as long as the context lasts."""
    db = Database(settings.database_url.get_secret_value(), pool_size=pool_size or settings.database_pool_size)
    broker = Broker(settings.redis_url.get_secret_value())
    redis_scripts = RedisScripts(settings.redis_url.get_secret_value())
    await db.open()
    try:
        keyring = Keyring.of(settings)
        yield Platform(
            settings,
            db,
            broker,
            Storage(settings),
            keyring,
            RateLimiter(redis_scripts),
            redis_scripts,
        )
    finally:
        await db.close()
        await redis_scripts.close()
        broker.close()
