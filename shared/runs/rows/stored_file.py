"""An object in storage as a file that can be read anywhere; only a small one is fetched as a whole."""

import io
import threading
from typing import Any

from shared.kit.storage.bucket import Storage

# One request for all of it costs less than one for the end of a Parquet file and one for each of its columns.
SMALL_BYTES = 2**20


class NobodyWaits(Exception):
    """The request that reads the object was answered or given up."""


class ObjectReader(io.RawIOBase):
    """The bytes of an object; once `stop` is set, reads raise NobodyWaits.

    Each read is a request for a range; an object of at most SMALL_BYTES is kept from the first one on.
    """

    def __init__(self, storage: Storage, key: str, size_bytes: int, stop: threading.Event) -> None:
        self._storage, self._key, self._size, self._stop = storage, key, size_bytes, stop
        self._at = 0
        self._whole: bytes | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position and return it."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = origin + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from the position on; returns the number of bytes, 0 at the end."""
        length = min(len(buffer), self._size - self._at)
        if length <= 0:
            return 0
        if self._stop.is_set():
            raise NobodyWaits
        buffer[:length] = self._range(self._at, length)
        self._at += length
        return length

    def _range(self, start: int, length: int) -> bytes | memoryview:
        if self._size > SMALL_BYTES:
            return self._storage.read_range(self._key, start, length)
        if self._whole is None:
            self._whole = self._storage.read_range(self._key, 0, self._size)
        return memoryview(self._whole)[start : start + length]
