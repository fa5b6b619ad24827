"""Zip archives of many small files, written one file after the other."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The same files give the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Archive:
    """An archive that is being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, body: str) -> None:
        """Add a file of text."""
        member = zipfile.ZipInfo(name, _EPOCH)
        member.compress_type = zipfile.ZIP_DEFLATED
        self._archive.writestr(member, body.encode())


@contextmanager
def archive(path: Path) -> Iterator[Archive]:
    """Write an archive at a path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        yield Archive(packed)


def decimal(value: float) -> str:
    """Return a number in the digits that are read as the same number; a whole one has no point."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
