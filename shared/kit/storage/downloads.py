"""Objects of storage as files on disk."""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

from shared.kit.storage.bucket import Storage


async def download(storage: Storage, key: str, target: Path) -> str:
    """Write an object to disk, piece by piece; return the SHA-256 of its bytes."""
    digest = hashlib.sha256()
    with await asyncio.to_thread(target.open, "wb") as file:
        async for piece in await storage.pieces(key):
            digest.update(piece)
            await asyncio.to_thread(file.write, piece)
    return digest.hexdigest()


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
