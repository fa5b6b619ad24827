"""Objects of storage as files on disk."""

import asyncio
import hashlib
from pathlib import Path

from shared.kit.storage import Storage


async def download(storage: Storage, key: str, target: Path) -> str:
    """Write an object to disk, piece by piece; return the SHA-256 of its bytes."""
    digest = hashlib.sha256()
    with await asyncio.to_thread(target.open, "wb") as file:
        async for piece in await storage.pieces(key):
            digest.update(piece)
            await asyncio.to_thread(file.write, piece)
    return digest.hexdigest()
