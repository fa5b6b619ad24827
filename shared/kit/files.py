"""Files as values, and where they lie in storage."""

import hashlib
from typing import NamedTuple
from uuid import UUID


class File(NamedTuple):
    """A file that a handler made: its name is one of ours, never a user's."""

    name: str
    content_type: str
    body: bytes

    @property
    def sha256(self) -> str:
        """The digest of the bytes."""
        return hashlib.sha256(self.body).hexdigest()


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


def stored(file: File, key: str) -> StoredFile:
    """What is remembered of a file once its bytes lie under the key."""
    return StoredFile(file.name, file.content_type, len(file.body), file.sha256, key)
