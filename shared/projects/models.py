"""The tables of projects and their images."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column, time_column
from shared.kit.ids import uuid7

_VISIBLE = text("deleted_at IS NULL")


def _project_column() -> Column[Any]:
    return Column(ForeignKey("project.id", ondelete="CASCADE"), nullable=False)


def _metadata_column() -> Column[Any]:
    # The ORM reserves "metadata" as the name of an attribute, not of a column.
    return Column("metadata", JSONB, nullable=False, server_default=text("'{}'::jsonb"))


def _values_check(states: type[StrEnum], column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(state.value) for state in states)})", name=column)


class ThumbnailStatus(StrEnum):
    """The status of a thumbnail; the last two are final."""

    QUEUED = "queued"
    READY = "ready"
    FAILED = "failed"


class EventType(StrEnum):
    """The type of an event of an image."""

    SOFT_DELETE = "soft_delete"
    RESTORE = "restore"
    FORCE_DELETE = "force_delete"
    PURGE = "purge"


class Project(SQLModel, table=True):
    """Images that belong together. A deleted one stays, invisible, until the last of its images is purged."""

    __table_args__ = (
        Index("ix_project_account_id_id", "account_id", "id", postgresql_where=_VISIBLE),
        Index("ix_project_deleted", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column())
    name: str
    description: str | None = None
    about: dict[str, Any] = Field(sa_column=_metadata_column())
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    deleted_at: datetime | None = Field(default=None, sa_column=time_column())


class Image(SQLModel, table=True):
    """A picture that was decoded; the row exists only once the bytes are in storage.

    It is visible while `deleted_at` is null: deleting a project marks its images too, so no query joins the project.
    """

    __table_args__ = (
        CheckConstraint("(deleted_at IS NULL) = (purge_at IS NULL)", name="purge"),
        # One for each sort order; the first also serves deleted images. Sorting by the id alone would make the planner
        # scan the primary key, through the images of all accounts.
        Index("ix_image_project_id_created_at", "project_id", "created_at", "id"),
        Index("ix_image_project_id_filename", "project_id", text("lower(filename)"), "id", postgresql_where=_VISIBLE),
        Index("ix_image_project_id_size_bytes", "project_id", "size_bytes", "id", postgresql_where=_VISIBLE),
        Index("ix_image_purge_at", "purge_at", postgresql_where=text("purge_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    # The account of the project, repeated here so that checking the owner of an image takes no join.
    account_id: int = Field(sa_column=owner_column())
    project_id: UUID = Field(sa_column=_project_column())
    # For display only, never part of a key or a path.
    filename: str
    # As decoded, whatever the client stated.
    content_type: str
    size_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str
    # As displayed: rotated by `orientation`, the value of the EXIF tag.
    width: int
    height: int
    orientation: int
    # None where only the size is known: a grey canvas is drawn instead.
    object_key: str | None = None
    # By which COCO's files name the image; not unique, as every such file counts from its own beginning.
    number: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    about: dict[str, Any] = Field(sa_column=_metadata_column())
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    deleted_at: datetime | None = Field(default=None, sa_column=time_column())
    deletion_reason: str | None = None
    # The image can be restored until then.
    purge_at: datetime | None = Field(default=None, sa_column=time_column())


class ProjectCategory(SQLModel, table=True):
    """The number by which files of annotations name a category of the project.

    Files may number differently: a name may have several numbers, and a number several names.
    """

    __tablename__ = "project_category"
    __table_args__ = (CheckConstraint("frequency IN ('rare', 'common', 'frequent')", name="frequency"),)

    project_id: UUID = Field(
        sa_column=Column(ForeignKey("project.id", ondelete="CASCADE"), nullable=False, primary_key=True)
    )
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    name: str = Field(primary_key=True)
    # Names in their order, and pairs of positions from 1, one after the other.
    keypoints: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    skeleton: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    # In how many images of a training set it occurs (LVIS); None where no file says so.
    frequency: str | None = None


class Thumbnail(SQLModel, table=True):
    """The small copy of an image: queued together with the image, made by a worker."""

    __table_args__ = (
        _values_check(ThumbnailStatus, "status"),
        Index("ix_thumbnail_due_at", "due_at", postgresql_where=text("status = 'queued'")),
        Index("ix_thumbnail_turn", "account_id", "due_at", postgresql_where=text("status = 'queued'")),
    )

    image_id: UUID = Field(sa_column=Column(ForeignKey("image.id", ondelete="CASCADE"), primary_key=True))
    # The account of the image, so that accounts take turns; 0 is the turn of rows that an older version queued.
    account_id: int = Field(default=0, sa_column=Column(BigInteger, server_default="0", nullable=False))
    status: str = ThumbnailStatus.QUEUED.value
    # Attempts that were begun, except those that a storage outage ended.
    attempt: int = 0
    # When the next attempt may begin; also the end of the lease of a running attempt.
    due_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    # Written and read by the version before only, while it is being replaced.
    dispatched_at: datetime | None = Field(default=None, sa_column=time_column())
    object_key: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None


class ImageEvent(SQLModel, table=True):
    """A deletion or restoration, kept as long as the project, beyond the image itself."""

    __tablename__ = "image_event"
    __table_args__ = (
        _values_check(EventType, "type"),
        Index("ix_image_event_project_id_id", "project_id", "id"),
        Index("ix_image_event_image_id_id", "image_id", "id"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column())
    project_id: UUID = Field(sa_column=_project_column())
    # No reference: the image may be gone.
    image_id: UUID
    type: str
    filename: str
    reason: str | None = None
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class ImageComment(SQLModel, table=True):
    """A comment on an image; visible, hidden and deleted together with it."""

    __tablename__ = "image_comment"
    __table_args__ = (Index("ix_image_comment_image_id_id", "image_id", "id"),)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column())
    image_id: UUID = Field(sa_column=Column(ForeignKey("image.id", ondelete="CASCADE"), nullable=False))
    text: str
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class Upload(SQLModel, table=True):
    """A large image that its owner uploads to storage by a link; finalizing makes it an image with the same id."""

    __table_args__ = (Index("ix_upload_expires_at", "expires_at"),)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column())
    project_id: UUID = Field(sa_column=_project_column())
    filename: str
    content_type: str
    size_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    about: dict[str, Any] = Field(sa_column=_metadata_column())
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    expires_at: datetime = Field(sa_column=moment_column())
