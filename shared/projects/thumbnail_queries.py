"""Statements about thumbnails."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from shared.kit.database.transactions import Connection
from shared.kit.storage.files import StoredFile
from shared.projects.models import ThumbnailStatus

# Told to the thumbnailers when an image was added.
CHANNEL = "evalserve_thumbnails"
NOTIFY = f"SELECT pg_notify('{CHANNEL}', '')"

# The time of the next attempt is the lease of this one: should the thumbnailer die, the image is due again by itself.
# The recursion steps through the index from one account to the next, so a long backlog of one is not read. Those that
# this thumbnailer draws already, $2, come before an account's next one in the order of turns; nobody has more than $3.
TAKE = """
    WITH RECURSIVE account AS (
        (SELECT account_id FROM thumbnail WHERE status = 'queued' ORDER BY account_id LIMIT 1)
        UNION ALL
        SELECT (
            SELECT account_id FROM thumbnail WHERE status = 'queued' AND account_id > account.account_id
            ORDER BY account_id LIMIT 1
        ) FROM account WHERE account_id IS NOT NULL
    ), chosen AS (
        SELECT image_id FROM account CROSS JOIN LATERAL (
            SELECT image_id, due_at, row_number() OVER (ORDER BY due_at)
                + (SELECT count(*) FROM unnest($2::bigint[]) AS drawn WHERE drawn = account.account_id) AS turn
            FROM thumbnail WHERE account_id = account.account_id AND status = 'queued' AND due_at <= now()
            ORDER BY due_at LIMIT $3
        ) AS due
        WHERE turn <= $3 ORDER BY turn, due_at LIMIT $4
    ), locked AS (
        SELECT image_id FROM thumbnail WHERE image_id IN (SELECT image_id FROM chosen)
            AND status = 'queued' AND due_at <= now()
        FOR UPDATE SKIP LOCKED
    )
    UPDATE thumbnail SET attempt = attempt + 1, due_at = now() + $1::interval
    FROM image WHERE thumbnail.image_id IN (SELECT image_id FROM locked) AND image.id = thumbnail.image_id
    RETURNING thumbnail.image_id, image.account_id, thumbnail.attempt, image.object_key
"""

# Nothing that ends an attempt needs a fence: every attempt makes the same bytes under the same key.
# A row that is being deleted is seen by a statement that begins before the end, unless it waits for its lock.
SUCCEED = """
    WITH held AS (SELECT image_id FROM thumbnail WHERE image_id = $1 FOR UPDATE), done AS (
        UPDATE thumbnail SET status = 'ready', object_key = $2, size_bytes = $3, sha256 = $4
        FROM held WHERE thumbnail.image_id = held.image_id AND status = 'queued'
    )
    SELECT EXISTS (SELECT FROM held)
"""

FAIL = "UPDATE thumbnail SET status = 'failed' WHERE image_id = $1 AND status = 'queued'"

GIVE_BACK = """
    UPDATE thumbnail SET attempt = greatest(attempt - 1, 0), due_at = now() + $2::interval
    WHERE image_id = $1 AND status = 'queued'
"""

SELECT = "SELECT status, size_bytes, sha256, object_key FROM thumbnail WHERE image_id = $1"

CONTENT_TYPE = "image/webp"


class DueThumbnail(NamedTuple):
    """A thumbnail whose attempt has begun: the image, its account, the attempt's number, and the key of its object."""

    image_id: UUID
    account_id: int
    attempt: int
    object_key: str


async def take(
    connection: Connection, lease: timedelta, *, under_way: Sequence[int], per_account: int, limit: int
) -> list[DueThumbnail]:
    """Begin attempts at thumbnails that are due, the accounts in turn.

    `under_way` has the account of each thumbnail that the caller draws already; none gets more than `per_account`.
    """
    records = await connection.fetch(TAKE, lease, under_way, per_account, limit)
    return [DueThumbnail(*record) for record in records]


async def succeed(connection: Connection, image_id: UUID, stored_file: StoredFile) -> bool:
    """Store the thumbnail's key; return False if the image is gone."""
    exists = await connection.fetchval(
        SUCCEED, image_id, stored_file.object_key, stored_file.size_bytes, stored_file.sha256
    )
    return bool(exists)


async def fail(connection: Connection, image_id: UUID) -> None:
    """Mark the thumbnail as failed."""
    await connection.execute(FAIL, image_id)


async def give_back(connection: Connection, image_id: UUID, delay: timedelta) -> None:
    """Make the thumbnail due again after a delay, without counting this attempt."""
    await connection.execute(GIVE_BACK, image_id, delay)


async def find(connection: Connection, image_id: UUID) -> StoredFile | None:
    """Return the thumbnail of an image, or None if it is not ready."""
    record = await connection.fetchrow(SELECT, image_id)
    if record is None or record["status"] != ThumbnailStatus.READY:
        return None
    return StoredFile("thumbnail.webp", CONTENT_TYPE, record["size_bytes"], record["sha256"], record["object_key"])
