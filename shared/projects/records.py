"""Projects and images as they were read."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


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


class ImageRecord(msgspec.Struct, frozen=True):
    """An image; width and height are those that a viewer shows, the EXIF orientation applied."""

    id: UUID
    account_id: int
    project_id: UUID
    filename: str
    content_type: str
    size_bytes: int
    sha256: str
    width: int
    height: int
    orientation: int
    object_key: str
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    deletion_reason: str | None
    purge_at: datetime | None
    thumbnail_status: str


IMAGE_COLUMNS = ", ".join(f"image.{name}" for name in ImageRecord.__struct_fields__ if name != "thumbnail_status")
