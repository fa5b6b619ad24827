"""Records of projects, images, uploads, comments and events."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec


class ProjectDescription(msgspec.Struct, frozen=True):
    """The name, description and metadata of a project; the fields are the columns, in this order."""

    name: str
    description: str | None = None
    metadata: dict[str, Any] = {}


class ProjectRecord(msgspec.Struct, frozen=True):
    """A project; the fields are the columns of the statements that read it, in this order."""

    id: UUID
    account_id: int
    name: str
    description: str | None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    image_count: int


class ProjectFile(msgspec.Struct, frozen=True):
    """A file of a project, with its account."""

    id: UUID
    account_id: int
    project_id: UUID
    filename: str
    content_type: str
    size_bytes: int


class ImageRecord(ProjectFile, frozen=True):
    """An image; width and height are those displayed, in pixels, with the EXIF orientation applied."""

    sha256: str
    width: int
    height: int
    orientation: int
    # None where only the size is known.
    object_key: str | None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    deletion_reason: str | None
    purge_at: datetime | None
    thumbnail_status: str


class Owner(NamedTuple):
    """The id of a new image, its account and its project."""

    image_id: UUID
    account_id: int
    project_id: UUID


class NewImage(msgspec.Struct, frozen=True):
    """A file to make an image of, as it was received."""

    filename: str
    body: bytes
    metadata: dict[str, Any] = {}


class ImageUploadRecord(ProjectFile, frozen=True):
    """An announced image; the fields are the columns, in this order."""

    metadata: dict[str, Any]
    expires_at: datetime


class CommentRecord(msgspec.Struct, frozen=True):
    """A comment on an image; the fields are the columns, in this order."""

    id: UUID
    image_id: UUID
    text: str
    created_at: datetime
    updated_at: datetime


class ImageEventRecord(msgspec.Struct, frozen=True):
    """A deletion or restoration; the fields are the columns, in this order."""

    id: UUID
    image_id: UUID
    type: str
    filename: str
    reason: str | None
    created_at: datetime
