"""A folder on disk for data that an attempt cannot hold in memory."""

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

PREFIX = "evalserve-scratch-"

# A folder is created in one step and locked in the next; a younger one may be between the two.
MIN_ABANDONED_AGE_S = 60.0
# The unit of `st_blocks`, whatever the file system has (stat(2)).
_BLOCK_BYTES = 512


class Scratch:
    """The folder of one attempt: created below TMPDIR at first use, removed at the end of the context.

    Its process holds a lock on it, which the kernel releases however the process ends. So the folder of a killed
    process is recognised by its missing lock, and removed when the next folder is created.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock: int | None = None
        self._read_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._folder is None or self._lock is None:
            return
        try:
            shutil.rmtree(self._folder, ignore_errors=True)
        finally:
            os.close(self._lock)

    @property
    def folder(self) -> Path:
        """The folder, which only the user of the process can read."""
        if self._folder is None:
            _remove_abandoned()
            self._folder = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._lock = os.open(self._folder, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self._folder

    def count_read(self, size_bytes: int) -> None:
        """Count bytes that the attempt reads from the storage as it goes, of which the folder has no copy."""
        self._read_bytes += size_bytes

    def work_bytes(self) -> int:
        """The bytes that the attempt has to read: those of the folder, and those that it reads as it goes."""
        return self.size_bytes() + self._read_bytes

    def size_bytes(self) -> int:
        """The bytes that the files of the folder take on disk, without the holes in them."""
        if self._folder is None:
            return 0
        size = 0
        for path in self._folder.rglob("*"):
            # A file may be removed meanwhile.
            with suppress(OSError):
                size += path.stat().st_blocks * _BLOCK_BYTES
        return size


def _remove_abandoned() -> None:
    oldest = time.time() - MIN_ABANDONED_AGE_S
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if folder.stat().st_mtime < oldest:
                _remove_unless_locked(folder)
        except OSError:
            # The folder belongs to another user, or another process has just removed it.
            continue


def _remove_unless_locked(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
