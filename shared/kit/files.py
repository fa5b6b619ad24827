"""Files as values, and where they lie in storage."""

import hashlib
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias
from uuid import UUID


class File(NamedTuple):
    """A file that a handler made: its name is one of ours, never a user's."""

    name: str
    content_type: str
    body: bytes

    @property
    def size_bytes(self) -> int:
        """How many bytes it has."""
        return len(self.body)

    @property
    def sha256(self) -> str:
        """The digest of the bytes."""
        return hashlib.sha256(self.body).hexdigest()

    def open(self) -> AbstractContextManager[bytes]:
        """The bytes, as the storage takes them."""
        return nullcontext(self.body)


class FileOnDisk(NamedTuple):
    """The same, too large for memory: on disk in a folder of the handler's, and sent piece by piece; 5 GiB at most."""

    name: str
    content_type: str
    path: Path

    @property
    def size_bytes(self) -> int:
        """How many bytes it has."""
        return self.path.stat().st_size

    @property
    def sha256(self) -> str:
        """The digest of the bytes."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The bytes, as the storage takes them."""
        return self.path.open("rb")


AnyFile: TypeAlias = File | FileOnDisk


class StoredFile(NamedTuple):
    """A file that lies in storage."""

    name: str
    content_type: str
    size_bytes: int
    sha256: str
    object_key: str


def object_key(job_id: UUID, attempt: int, name: str) -> str:
    """Where one attempt of a job puts a file; two attempts never write to the same place."""
    return f"jobs/{job_id}/{attempt}/{name}"


def inputs_key(job_id: UUID) -> str:
    """Where the inputs of a job lie that are too large for its row."""
    return f"jobs/{job_id}/inputs"


def stored(file: AnyFile, key: str) -> StoredFile:
    """What is remembered of a file once its bytes lie under the key."""
    return StoredFile(file.name, file.content_type, file.size_bytes, file.sha256, key)
