"""Zip files that are written piece by piece, each small enough for storage."""

import asyncio
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

from shared.kit.errors import DomainError

# Storage takes 5 GiB at once; a single entry may be large.
MAX_BYTES = 2**30

# A fixed date: the same content makes the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


class EntryCutOff(Exception):
    """An entry ended before its source did, so the file must not be kept."""


class Volumes:
    """The zip files of an export: another one begins where one has grown to its limit."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self.paths: list[Path] = []
        self._folder = folder
        self._max_bytes = max_bytes
        self._file: zipfile.ZipFile | None = None

    async def add(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        """Write an entry; its name is one of ours, never a user's. Nothing of it is written if it fails at once."""
        first = await anext(pieces, b"")
        with self._current().open(_entry(name), "w", force_zip64=True) as entry:
            try:
                await asyncio.to_thread(entry.write, first)
                async for piece in pieces:
                    await asyncio.to_thread(entry.write, piece)
            except DomainError as error:
                raise EntryCutOff(name) from error

    async def add_bytes(self, name: str, body: bytes) -> None:
        """Write an entry that is in memory."""
        await asyncio.to_thread(self._current().writestr, _entry(name), body)

    def close(self) -> None:
        """Complete the last file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _current(self) -> zipfile.ZipFile:
        if self._file is not None and self.paths[-1].stat().st_size >= self._max_bytes:
            self.close()
        if self._file is None:
            self.paths.append(self._folder / f"export-{len(self.paths) + 1}.zip")
            self._file = zipfile.ZipFile(self.paths[-1], "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        return self._file


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    # Parquet and pictures are compressed already.
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(_COMPRESSED) else zipfile.ZIP_DEFLATED
    return entry


_COMPRESSED = (".parquet", ".png", ".jpg", ".webp", ".gif")
