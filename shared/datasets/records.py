"""Datasets as they are read from the database."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared.datasets.columns import DatasetColumns
from shared.datasets.lifecycle import DatasetStatus
from shared.uploads import UploadRecord


class DatasetSource(NamedTuple):
    """What a dataset is made of: its name, its file with the columns that were named, and whether it is private."""

    name: str
    upload: UploadRecord
    columns: DatasetColumns
    is_private: bool


class DatasetRecord(msgspec.Struct, frozen=True):
    """A dataset; the fields are the columns, in this order."""

    id: UUID
    name: str
    version: int
    is_private: bool
    status: str
    progress: float
    error: dict[str, Any] | None
    job_id: UUID
    upload_id: UUID
    filename: str
    columns: dict[str, Any]
    reading: dict[str, Any] | None
    sample_count: int | None
    content_sha256: str | None
    folder: str | None
    run_count: int
    created_at: datetime

    @property
    def state(self) -> DatasetStatus:
        """The status."""
        return DatasetStatus(self.status)

    @property
    def named_columns(self) -> DatasetColumns:
        """The columns as the request named them."""
        return msgspec.convert(self.columns, DatasetColumns)
