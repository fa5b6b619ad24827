"""Jobs as they are read from the database, and as they are presented."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.accounts import Caller
from shared.jobs.lifecycle import FINAL, Status
from shared.kit.storage.bucket import Storage
from shared.kit.storage.files import StoredFile


class JobRecord(msgspec.Struct, frozen=True):
    """The row of a job at one moment; the fields are the columns, in this order."""

    id: UUID
    account_id: int
    kind: str
    arguments: dict[str, Any]
    # The versions of the dependencies, by id.
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
    # The job that this one is a part of, and the number of parts that this one has.
    parent_id: UUID | None = None
    part_count: int = 0

    @property
    def is_final(self) -> bool:
        """True once the job has ended."""
        return Status(self.status) in FINAL

    @property
    def owner(self) -> Caller:
        """The account of the job, as the caller of what the job does for it."""
        return Caller(self.account_id, key_id="")

    def references(self, kind: str) -> list[str]:
        """Return the ids of the dependencies of one kind."""
        return [reference for reference, reference_kind in self.reference_kinds.items() if reference_kind == kind]


class ClaimedJob(JobRecord, frozen=True, kw_only=True):
    """A job in an attempt that has just begun."""

    # None for a job without inputs, and for those too large for the row.
    inputs: bytes | None
    # By the clock of the database, and by that of the process (`time.monotonic`).
    claimed_at: datetime
    claimed_s: float


# The versions are stored in the column `subjects`.
COLUMNS = ", ".join("subjects" if name == "versions" else name for name in JobRecord.__struct_fields__)


class Snapshot(msgspec.Struct, frozen=True):
    """A job together with its files."""

    job: JobRecord
    files: tuple[StoredFile, ...] = ()


class ArtifactOut(msgspec.Struct, frozen=True):
    """A file that a job made."""

    name: Annotated[str, Meta(description="File name.")]
    content_type: Annotated[str, Meta(description="Media type of the file.")]
    size_bytes: Annotated[int, Meta(description="Size in bytes.")]
    sha256: Annotated[str, Meta(description="SHA-256 of the bytes, in hexadecimal.")]
    url: Annotated[str, Meta(description="Link to the file, which needs no key.")]
    expires_at: Annotated[datetime, Meta(description="When the link stops working, in UTC.")]


class JobOut(msgspec.Struct, frozen=True):
    """A job."""

    id: Annotated[UUID, Meta(description="Id of the job.")]
    kind: Annotated[str, Meta(description="Kind of the job, such as `report`.")]
    status: Annotated[Status, Meta(description="Status of the job.")]
    progress: Annotated[float, Meta(description="Share of the work that is done, 0 to 1.")]
    attempts: Annotated[int, Meta(description="Number of attempts so far.")]
    error: Annotated[
        dict[str, Any] | None, Meta(description="Problem (RFC 9457) that the job failed with; null otherwise.")
    ]
    created_at: Annotated[datetime, Meta(description="When the job was submitted, in UTC.")]
    started_at: Annotated[
        datetime | None, Meta(description="When the present attempt started, in UTC; null before the first.")
    ]
    finished_at: Annotated[datetime | None, Meta(description="When the job ended, in UTC; null until then.")]
    artifacts: Annotated[list[ArtifactOut], Meta(description="Files that the job made; none until it has succeeded.")]

    @classmethod
    def of(cls, snapshot: Snapshot, storage: Storage) -> "JobOut":
        """Present the job with fresh links."""
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
            artifacts=[_present(job.account_id, file, storage) for file in snapshot.files],
        )


def _present(account_id: int, file: StoredFile, storage: Storage) -> ArtifactOut:
    link = storage.link(file.object_key, account_id=account_id)
    return ArtifactOut(file.name, file.content_type, file.size_bytes, file.sha256, link.url, link.expires_at)
