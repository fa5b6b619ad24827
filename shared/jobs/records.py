"""A job as it was read, and as it is shown."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.jobs.lifecycle import FINAL, Status
from shared.kit.files import StoredFile
from shared.kit.storage import Storage


class JobRecord(msgspec.Struct, frozen=True):
    """The row of a job at one moment; the fields are the columns, in this order."""

    id: UUID
    account_id: int
    kind: str
    arguments: dict[str, Any]
    # Of what the job depends on, by id.
    versions: dict[str, int]
    reference_kinds: dict[str, str]
    fingerprint: str
    callback_url: str | None
    status: str
    progress: float
    attempt: int
    failures: int
    error: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to the job any more."""
        return Status(self.status) in FINAL

    def references(self, kind: str) -> list[str]:
        """The ids of those things of a kind that the job depends on."""
        return [reference for reference, its_kind in self.reference_kinds.items() if its_kind == kind]


# The column of the versions has a name of its own.
COLUMNS = ", ".join("subjects" if name == "versions" else name for name in JobRecord.__struct_fields__)


class Snapshot(msgspec.Struct, frozen=True):
    """A job together with what it made."""

    job: JobRecord
    files: tuple[StoredFile, ...] = ()


class ArtifactOut(msgspec.Struct, frozen=True):
    """A file that the job made; the link needs no key and works until it expires."""

    name: str
    content_type: str
    size_bytes: int
    sha256: str
    url: str
    expires_at: datetime


class JobOut(msgspec.Struct, frozen=True):
    """A job as its owner sees it, in answers and in callbacks."""

    id: UUID
    kind: str
    status: Status
    progress: float
    attempts: int
    error: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    artifacts: list[ArtifactOut]

    @classmethod
    def of(cls, snapshot: Snapshot, storage: Storage) -> "JobOut":
        """The job with fresh links."""
        job = snapshot.job
        return cls(
            id=job.id,
            kind=job.kind,
            status=Status(job.status),
            progress=job.progress,
            attempts=job.attempt,
            error=job.error,
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            artifacts=[_present(file, storage) for file in snapshot.files],
        )


def _present(file: StoredFile, storage: Storage) -> ArtifactOut:
    link = storage.link(file.object_key)
    return ArtifactOut(file.name, file.content_type, file.size_bytes, file.sha256, link.url, link.expires_at)
