"""What the verbs act on: the connections of one process to everything outside it."""

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
    """The record, the wake-ups, the files and the secrets."""

    settings: Settings
    db: Database
    broker: Broker
    storage: Storage
    keyring: Keyring
    limiter: RateLimiter
    redis_scripts: RedisScripts


def load_before_forking(settings: Settings) -> None:
    """Spare every process that is forked from this one, the ones after a crash too, what takes most of its start."""
    # The first client reads the descriptions of S3, which takes as long as all the rest.
    Storage(settings)
    # What never becomes garbage is not looked through, and so stays shared.
    gc.freeze()


@asynccontextmanager
async def connect(settings: Settings, *, pool_size: int | None = None) -> AsyncIterator[Platform]:
    """The platform that the settings describe, for as long as the context lasts."""
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
