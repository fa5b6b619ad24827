"""The folder of a backup: dumps of the database, copies of objects, and an index of these copies."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import quote

from deploy.backup.errors import BackupFailed
from shared.operations.orphans.installation import LABEL_KEY

_CREATE = """
    CREATE TABLE IF NOT EXISTS object (
        key TEXT PRIMARY KEY, size INTEGER NOT NULL, etag TEXT NOT NULL, sha256 TEXT NOT NULL, headers TEXT NOT NULL
    ) WITHOUT ROWID
"""
_SELECT = "SELECT key, size, etag, sha256, headers FROM object ORDER BY key <> ?, key"
_ADD = "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?)"


class CopiedObject(NamedTuple):
    """A copied object; `headers` are the arguments that store it again as it was."""

    key: str
    size_bytes: int
    etag: str
    sha256: str
    headers: dict[str, object]


class BackupFolder:
    """One folder, which later backups complete: copies of objects and former dumps stay."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.credentials = self.path / "credentials.json"
        self._objects = self.path / "objects"

    @classmethod
    def create(cls, path: Path) -> Self:
        """Open the folder for a backup, making it if it is new; raises BackupFailed."""
        folder = cls(path)
        try:
            folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder._objects.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise BackupFailed(f"{folder.path} cannot be used: {error.strerror}.") from error
        folder._open()
        return folder

    @classmethod
    def existing(cls, path: Path) -> Self:
        """Open the folder of a backup; raises BackupFailed if it is none."""
        folder = cls(path)
        if not (folder.path / "index.sqlite").is_file():
            raise BackupFailed(f"{folder.path} holds no backup.")
        folder._open()
        return folder

    def new_dump(self) -> Path:
        """Return the path for a dump of this moment."""
        return self.path / f"database-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.dump"

    def dump(self, name: str | None) -> Path:
        """Return the path of the named dump, or of the newest; raises BackupFailed."""
        dumps = sorted(self.path.glob("database-*.dump"))
        if name is not None:
            dumps = [dump for dump in dumps if dump.name == name]
        if not dumps:
            raise BackupFailed(f"{self.path} holds no dump of a database{f' named {name}' if name else ''}.")
        return dumps[-1]

    def file(self, key: str) -> Path:
        """Return the path of the copy of an object, which is inside the folder whatever the key."""
        return self._objects.joinpath(*(_segment(part) for part in key.split("/")))

    def has(self, key: str, size_bytes: int, etag: str) -> bool:
        """Return whether the object was copied already, with these bytes."""
        row = self._index.execute("SELECT size, etag FROM object WHERE key = ?", (key,)).fetchone()
        return bool(row == (size_bytes, etag))

    def add(self, copied: list[CopiedObject]) -> None:
        """Enter copied objects into the index."""
        rows = [(*entry[:4], json.dumps(entry.headers)) for entry in copied]
        with self._index:
            self._index.executemany(_ADD, rows)

    def objects(self) -> Iterator[CopiedObject]:
        """Yield the copied objects, the one first that says whose bucket it is: from then on nothing is collected."""
        for key, size_bytes, etag, sha256, headers in self._index.execute(_SELECT, (LABEL_KEY,)):
            yield CopiedObject(key, size_bytes, etag, sha256, json.loads(headers))

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def _open(self) -> None:
        self._index = sqlite3.connect(self.path / "index.sqlite")
        self._index.execute(_CREATE)


def _segment(part: str) -> str:
    # A dot is no escape into the folder above, and nothing is no name.
    return quote(part, safe="").replace(".", "%2E") if part in {".", ".."} else quote(part, safe="") or "%"
