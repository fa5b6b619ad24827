"""Files as values, and their keys in storage."""

import hashlib
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias
from uuid import UUID


class File(NamedTuple):
    """A file made by a handler; its name is one of ours, never a user's."""

    name: str
    content_type: str
    body: bytes

    @property
    def size_bytes(self) -> int:
        """The size in bytes."""
        return len(self.body)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    def open(self) -> AbstractContextManager[bytes]:
        """Open the bytes in the form that the storage takes."""
        return nullcontext(self.body)


class FileOnDisk(NamedTuple):
    """A file too large for memory: on disk in the handler's scratch folder, sent in pieces; 5 GiB at most."""

    name: str
    content_type: str
    path: Path

    @property
    def size_bytes(self) -> int:
        """The size in bytes."""
        return self.path.stat().st_size

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Open the bytes in the form that the storage takes."""
        return self.path.open("rb")


AnyFile: TypeAlias = File | FileOnDisk


class StoredFile(NamedTuple):
    """A file in storage."""

    name: str
    content_type: str
    size_bytes: int
    sha256: str
    object_key: str


class Stat(NamedTuple):
    """The metadata of an object; the ETag changes with the bytes, `details` is what was stored beside them."""

    size_bytes: int
    content_type: str
    etag: str
    details: dict[str, str]
    disposition: str = ""


def object_key(job_id: UUID, attempt: int, name: str) -> str:
    """Return the key for a file of one attempt at a job; no two attempts write to the same key."""
    return f"jobs/{job_id}/{attempt}/{name}"


def inputs_key(job_id: UUID) -> str:
    """Return the key for the inputs of a job that are too large for its row."""
    return f"jobs/{job_id}/inputs"


def stored_file(file: AnyFile, key: str) -> StoredFile:
    """Describe a file whose bytes are stored under the key."""
    return StoredFile(file.name, file.content_type, file.size_bytes, file.sha256, key)
