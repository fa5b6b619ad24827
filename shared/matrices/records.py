"""Confusion matrices as read from the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Summary


class Description(msgspec.Struct, frozen=True):
    """The owner's description of a matrix; the fields are the columns, in this order."""

    name: str | None = None
    tags: list[str] = []
    model_name: str | None = None
    model_version: str | None = None
    data_set: str | None = None

    def __post_init__(self) -> None:
        """Keep each tag once."""
        msgspec.structs.force_setattr(self, "tags", list(dict.fromkeys(self.tags)))


class MatrixMetrics(msgspec.Struct, frozen=True):
    """The headline metrics of a matrix; the counts are JSON text."""

    uid: UUID
    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    counts: str


class CountedMatrix(msgspec.Struct, frozen=True):
    """A matrix with its counts, without its labels."""

    uid: UUID
    version: int
    matrix: ConfusionMatrix
    sample_count: int
    summary: Summary
    description: Description
    created_at: datetime
    updated_at: datetime


class ListedMatrix(msgspec.Struct, frozen=True):
    """A matrix without its counts and labels."""

    uid: UUID
    version: int
    sample_count: int
    class_count: int
    summary: Summary
    description: Description
    created_at: datetime
    updated_at: datetime


class Samples(msgspec.Struct, frozen=True):
    """The labels of a matrix as they are stored; None where it came as counts."""

    classes: list[Any]
    sample_count: int
    actual_codes: bytes | None
    predicted_codes: bytes | None
