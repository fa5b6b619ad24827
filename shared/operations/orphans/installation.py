"""The installation: a database and a bucket that belong together, by an id and a generation that both hold.

The generation is raised at every check, in the database first. So an empty or foreign database has another id than the
bucket, or none, and one that was restored to an earlier time has a smaller generation.
"""

from typing import NamedTuple
from uuid import UUID

import msgspec
import structlog

from shared.kit.database.transactions import Connection, retry_conflicts
from shared.kit.ids import uuid7
from shared.kit.platform import Platform
from shared.kit.storage.bucket import Storage
from shared.kit.storage.errors import FileGone
from shared.kit.storage.files import File
from shared.kit.storage.listing import next_page
from shared.operations.orphans import queries
from shared.operations.orphans.prefixes import PREFIXES
from shared.operations.orphans.queries import InstallationRecord

log = structlog.get_logger()

# Outside every prefix of objects that are collected.
LABEL_KEY = "installation"


class InstallationLabel(msgspec.Struct, frozen=True):
    """The object that says to which installation the bucket belongs."""

    id: UUID
    generation: int


class NotBound(Exception):
    """The database and the bucket do not belong together, as far as anybody has said; the message says why."""


class Contents(NamedTuple):
    """What a first look at the bucket shows: whether it holds objects of ours, and any that the database knows."""

    has_objects: bool
    has_known_objects: bool


async def check(platform: Platform) -> InstallationLabel:
    """Return the installation after raising its generation; raises NotBound, and keeps the reason for the metrics."""
    try:
        return await _check(platform)
    except NotBound as error:
        async with platform.db.connection() as connection:
            await connection.execute(queries.SET_PROBLEM, str(error))
        raise


async def watch(platform: Platform) -> None:
    """Check the installation, and log if it is not bound."""
    try:
        await check(platform)
    except NotBound as error:
        log.warning("no orphan is deleted: the database and the bucket are not bound", reason=str(error))


async def is_current(connection: Connection, label: InstallationLabel) -> bool:
    """Return whether the database is still the one that was checked; last in the transaction that relies on it."""
    return bool(await connection.fetchval(queries.IS_CURRENT, label.id, label.generation))


@retry_conflicts
async def bind(platform: Platform) -> UUID:
    """Declare that the database and the bucket belong together, under a new id; every mark is taken back.

    Any other database that has used the bucket finds the id of another installation from now on.
    """
    installation_id = uuid7()
    async with platform.db.transaction() as connection:
        await connection.execute(queries.REPLACE_INSTALLATION, installation_id)
        await connection.execute(queries.UNMARK_ALL)
        await connection.execute(queries.END_PERMISSIONS)
    await platform.storage.apart(_write_label, platform.storage, InstallationLabel(installation_id, 1))
    return installation_id


async def _check(platform: Platform) -> InstallationLabel:
    label, record = await _read(platform)
    if label is None:
        if record is None or not record.is_bound:
            await _begin(platform)
        # Another process may have begun it in between.
        label, record = await _read(platform)
    label = _agreement(label, record)
    async with platform.db.connection() as connection:
        generation = await queries.advance(connection, label.id, label.generation)
    if generation is None:
        raise NotBound("the database was exchanged a moment ago")
    label = InstallationLabel(label.id, generation)
    await platform.storage.apart(_write_label, platform.storage, label)
    return label


async def _read(platform: Platform) -> tuple[InstallationLabel | None, InstallationRecord | None]:
    # In this order: the database is always ahead of the bucket.
    label = await platform.storage.apart(_read_label, platform.storage)
    async with platform.db.connection() as connection:
        return label, await queries.find_installation(connection)


def _agreement(label: InstallationLabel | None, record: InstallationRecord | None) -> InstallationLabel:
    if label is None:
        raise NotBound("the bucket has no installation id, and the database has one")
    if record is None:
        raise NotBound(f"the database has no installation id, and the bucket belongs to {label.id}")
    if record.id != label.id:
        raise NotBound(f"the database belongs to installation {record.id}, and the bucket to {label.id}")
    if record.generation < label.generation:
        raise NotBound(
            f"the database is at generation {record.generation} and the bucket at {label.generation}: "
            "the database was restored to an earlier time"
        )
    return label


async def _begin(platform: Platform) -> None:
    contents = await _look(platform)
    async with platform.db.connection() as connection:
        if contents.has_objects and not contents.has_known_objects:
            raise NotBound("the bucket holds objects, and the database knows none of those that were looked at")
        if not contents.has_objects and await connection.fetchval(queries.HAS_FILES):
            raise NotBound("the bucket is empty, and the database knows files")
        await connection.execute(queries.ADD_INSTALLATION, uuid7())
        record = await queries.find_installation(connection)
    assert record is not None, "it was just added"
    # Of two installations that begin in one bucket at the same time, the one that is overwritten finds the other's id.
    await platform.storage.apart(_write_label, platform.storage, InstallationLabel(record.id, 0))


async def _look(platform: Platform) -> Contents:
    has_objects = has_known_objects = False
    for prefix, select_orphans in PREFIXES.items():
        first_page = await platform.storage.apart(next_page, platform.storage.pages(prefix))
        keys = [entry.key for entry in first_page or ()]
        if keys:
            async with platform.db.connection() as connection:
                orphans = await select_orphans(connection, keys)
            has_objects = True
            has_known_objects = has_known_objects or len(orphans) < len(keys)
    return Contents(has_objects, has_known_objects)


def _read_label(storage: Storage) -> InstallationLabel | None:
    try:
        return msgspec.json.decode(storage.get(LABEL_KEY), type=InstallationLabel)
    except FileGone:
        return None
    except msgspec.DecodeError as error:
        raise NotBound("the bucket's installation id cannot be read") from error


def _write_label(storage: Storage, label: InstallationLabel) -> None:
    storage.put(LABEL_KEY, File(LABEL_KEY, "application/json", msgspec.json.encode(label)))
