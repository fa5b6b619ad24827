"""The objects of uploads: their keys, the size of their parts, and their SHA-256."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from shared.kit.settings import Settings
from shared.kit.storage.bucket import Storage

PREFIX = "files/"

# Bytes of users are never opened in the browser, whatever they say they are.
CONTENT_TYPE = "application/octet-stream"

# Storage takes no smaller parts than 5 MiB, but for the last. Twice as large ones halve the rows and links, and one
# that is cut off costs twice as much: parts grow once there are this many.
PART_BYTES = 8 * 2**20
MAX_PARTS = 1000


def object_key(upload_id: UUID) -> str:
    """Return the key of the object of an upload; no name of a user is part of it."""
    return f"{PREFIX}{upload_id}"


def retention(settings: Settings) -> timedelta:
    """Return how long a complete file is kept."""
    return timedelta(days=settings.upload_retention_days)


def part_size(size_bytes: int) -> int:
    """Return the size of the parts of a file in bytes: 8 MiB, doubled until there are at most 1,000 parts."""
    size = PART_BYTES
    while size * MAX_PARTS < size_bytes:
        size *= 2
    return size


def sha256(pieces: Iterator[bytes]) -> str:
    """Return the SHA-256 of the pieces together, in hexadecimal."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def sha256_of(storage: Storage, key: str) -> str:
    """Return the SHA-256 of a stored object, in hexadecimal; raises FileGone. Blocks."""
    return sha256(storage.stream(key))
