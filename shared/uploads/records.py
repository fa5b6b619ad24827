"""Records of uploads and their parts."""

from datetime import datetime
from uuid import UUID

import msgspec

from shared.uploads.models import UploadStatus


class UploadRecord(msgspec.Struct, frozen=True):
    """An upload; the fields are the columns of the statements that read it, in this order."""

    id: UUID
    account_id: int
    status: UploadStatus
    filename: str
    content_type: str
    size_bytes: int
    part_size_bytes: int
    announced_sha256: str | None
    # In hexadecimal, computed by this service from the stored bytes; None until they were read.
    sha256: str | None
    # Of the object in storage.
    key: str
    storage_upload_id: str | None
    created_at: datetime
    completed_at: datetime | None
    expires_at: datetime

    @property
    def part_count(self) -> int:
        """The number of parts."""
        return -(-self.size_bytes // self.part_size_bytes)

    def bytes_of(self, number: int) -> int:
        """Return the size of a part, counted from 1; only the last one is smaller than the others."""
        return min(self.part_size_bytes, self.size_bytes - (number - 1) * self.part_size_bytes)


class FileAnnouncement(msgspec.Struct, frozen=True):
    """The description of a file before its upload; SHA-256 of the file in hexadecimal, of its parts in base64."""

    filename: str
    size_bytes: int
    content_type: str
    sha256: str | None = None
    part_sha256: list[str] = []


class AnnouncedPart(msgspec.Struct, frozen=True):
    """What is known of a part; the fields are the columns, in this order."""

    number: int
    sha256: str
    etag: str | None
