"""Objects of storage as files on disk."""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

from shared.kit.storage.bucket import Storage
from shared.kit.storage.s3_requests import MAX_BYTES


async def download(storage: Storage, key: str, target: Path, *, size_bytes: int | None = None) -> str:
    """Write an object to disk, piece by piece; return the SHA-256 of its bytes.

    One that is known to be small comes at once.
    """
    if size_bytes is not None and size_bytes <= MAX_BYTES:
        return await storage.apart(_download_at_once, storage, key, target)
    digest = hashlib.sha256()
    with await asyncio.to_thread(target.open, "wb") as file:
        async for piece in await storage.pieces(key):
            digest.update(piece)
            await asyncio.to_thread(file.write, piece)
    return digest.hexdigest()


def _download_at_once(storage: Storage, key: str, target: Path) -> str:
    body = storage.get(key)
    target.write_bytes(body)
    return hashlib.sha256(body).hexdigest()


async def download_ranges(
    storage: Storage, key: str, target: Path, ranges: Sequence[tuple[int, int]], offset: int = 0
) -> None:
    """Write some bytes of an object to disk, piece by piece, at their places in the object less the offset.

    A range is where it starts and stops; what is between two ranges takes no room on disk.
    """
    with await asyncio.to_thread(target.open, "wb") as file:
        for start, stop in ranges:
            file.seek(start - offset)
            async for piece in await storage.pieces(key, Range=f"bytes={start}-{stop - 1}"):
                await asyncio.to_thread(file.write, piece)
