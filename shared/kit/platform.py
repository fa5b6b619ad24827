"""The platform: the connections of one process to everything outside it."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache

from pydantic import SecretStr, ValidationError
from sqlalchemy.orm import configure_mappers

from shared.kit.broker import Broker
from shared.kit.children import Children
from shared.kit.database.transactions import Database
from shared.kit.keyring import Keyring
from shared.kit.limits.limiter import RateLimiter
from shared.kit.limits.redis_scripts import RedisScripts
from shared.kit.limits.scans import Scans
from shared.kit.limits.slots import Slots
from shared.kit.settings import Settings, settings
from shared.kit.storage.bucket import Storage
from shared.kit.storage.s3_client import s3_client, shared_client


@dataclass(frozen=True, slots=True)
class Platform:
    """The settings, database, broker, storage, keyring, rate limiter, scans and child processes of a process."""

    settings: Settings
    db: Database
    broker: Broker
    storage: Storage
    keyring: Keyring
    limiter: RateLimiter
    redis_scripts: RedisScripts
    # Where images are decoded, and the forms that bring them.
    decoders: Children
    image_forms: Slots
    scans: Scans


@cache
def rehearse() -> None:
    """Make what every process makes at its start, leading nowhere, so that what this loads is loaded; opens nothing."""
    nobody = SecretStr("nobody")
    nowhere = "http://nowhere"
    # The first client reads the descriptions of S3, which takes as long as all the rest.
    s3_client(Settings.model_construct(s3_access_key_id=nobody, s3_secret_access_key=nobody), nowhere)
    Broker("redis://nowhere", RedisScripts("redis://nowhere")).close()
    # Each process would write to the pages of every table's description, at its first session.
    configure_mappers()
    # A wrong value is told by the processes that need it.
    with suppress(ValidationError):
        Settings(
            database_url=nobody,
            redis_url=nobody,
            s3_endpoint_url=nowhere,
            s3_access_key_id=nobody,
            s3_secret_access_key=nobody,
            secret_key=SecretStr("nobody" * 6),
        )


def make_before_forking() -> None:
    """Read the settings and make the client of the storage that the processes forked from this one will use.

    It opens nothing. Those who need the settings tell what is wrong with them.
    """
    with suppress(ValidationError):
        shared_client(settings())


def load_before_forking() -> None:
    """Load what takes most of a start, so that the processes forked from this one start at once, also after a crash."""
    # Nothing where whoever forked this process has done so already: it would be made again, and shared by nobody.
    rehearse()
    make_before_forking()
    # Objects that never become garbage are not traversed by the collector, and so stay shared after a fork.
    gc.freeze()


@asynccontextmanager
async def connect(
    settings: Settings, *, pool_size: int | None = None, storage_deadline_s: float | None = None
) -> AsyncIterator[Platform]:
    """Yield the platform of the settings, for as long as the context lasts."""
    db = Database(settings.database_url.get_secret_value(), pool_size=pool_size or settings.database_pool_size)
    redis_scripts = RedisScripts(settings.redis_url.get_secret_value())
    broker = Broker(settings.redis_url.get_secret_value(), redis_scripts)
    decoders = Children(settings.image_decoders, wait_s=settings.image_wait_s, memory_bytes=decoder_memory(settings))
    scans = Scans(settings)
    await db.open()
    try:
        keyring = Keyring.of(settings)
        yield Platform(
            settings,
            db,
            broker,
            Storage(settings, deadline_s=storage_deadline_s),
            keyring,
            RateLimiter(redis_scripts),
            redis_scripts,
            decoders,
            Slots(settings.image_forms, settings.image_wait_s),
            scans,
        )
    finally:
        await asyncio.to_thread(decoders.close)
        await asyncio.to_thread(scans.close)
        await db.close()
        await redis_scripts.close()
        broker.close()


def decoder_memory(settings: Settings) -> int:
    """Return a bound that no picture within the limits comes near, in bytes of address space.

    The decoder of WebP holds three copies of the largest picture of four bytes a pixel, that of a progressive JPEG its
    coefficients; the rest is the file, and the program with its libraries.
    """
    return 24 * settings.max_image_pixels + 2 * settings.max_upload_bytes + 512 * 2**20
