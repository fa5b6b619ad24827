"""The tables of uploads."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column, time_column
from shared.kit.ids import uuid7


class UploadStatus(StrEnum):
    """The status of an upload; the last two are final."""

    PENDING = "pending"
    COMPLETED = "completed"
    # Its bytes were not those of the announced SHA-256.
    FAILED = "failed"
    EXPIRED = "expired"


class FileUpload(SQLModel, table=True):
    """A file of an account, announced or complete."""

    __tablename__ = "file_upload"
    __table_args__ = (
        CheckConstraint(f"status IN ({', '.join(repr(status.value) for status in UploadStatus)})", name="status"),
        Index("ix_file_upload_account_id_id", "account_id", "id"),
        # The same content is looked for among the account's own files only.
        Index("ix_file_upload_same_content", "account_id", "sha256", postgresql_where=text("status = 'completed'")),
        Index("ix_file_upload_pending", "account_id", postgresql_where=text("status = 'pending'")),
        Index("ix_file_upload_expires_at", "expires_at"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    status: str = UploadStatus.PENDING.value
    # For display only, never part of a key or a path; as is the content type, which nothing trusts.
    filename: str
    content_type: str
    size_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    part_size_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    # In hexadecimal: what the client says, and what this service has computed from the stored bytes.
    announced_sha256: str | None = None
    sha256: str | None = None
    object_key: str
    # The upload in parts, by its id in storage; null for a file that was stored at once.
    storage_upload_id: str | None = None
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    completed_at: datetime | None = Field(default=None, sa_column=time_column())
    # The end of the time for completing it, then of the time for which the file is kept.
    expires_at: datetime = Field(sa_column=moment_column())


class FileUploadPart(SQLModel, table=True):
    """What is known of a part: the SHA-256 of its newest link, and the ETag that its sender last reported."""

    __tablename__ = "file_upload_part"

    upload_id: UUID = Field(
        sa_column=Column(ForeignKey("file_upload.id", ondelete="CASCADE"), primary_key=True, nullable=False)
    )
    number: int = Field(primary_key=True)
    # In base64, as the header of the PUT carries it.
    sha256: str
    etag: str | None = None
