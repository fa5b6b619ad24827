"""Runs as they are read from the database."""

from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.evaluation.types import Label
from shared.predictions.scores.single_score import positive_class
from shared.runs import objects
from shared.runs.joining.rules import TruthSource
from shared.runs.lifecycle import RunStatus
from shared.runs.mapping import ColumnDecision, ColumnsIn, MappingQuestion
from shared.runs.previews import Preview
from shared.runs.summary import RunSummary, ShownTask
from shared.uploads.records import UploadRecord

_TWO = 2


class RunDescription(msgspec.Struct, frozen=True):
    """What its owner says of a run; the fields are the columns, in this order."""

    name: str | None = None
    model_name: str | None = None
    model_version: str | None = None
    tags: list[str] = []
    notes: str | None = None
    positive: str | None = None


class RunSource(NamedTuple):
    """What a version of a run is read from: its upload, the columns that were named, and where the actual labels are.

    Without `truth` the uploaded file has them. A version to review stops before anything is counted.
    """

    upload: UploadRecord
    columns: ColumnsIn
    truth: TruthSource | None = None
    is_review: bool = False


class InputFile(msgspec.Struct, frozen=True):
    """A file that a version of a run was read from."""

    role: Annotated[Literal["predictions", "truth"], Meta(description="What the file has.")]
    filename: Annotated[str, Meta(description="Name of the file.")]
    size_bytes: Annotated[int | None, Meta(description="Size in bytes; null if it was not kept.")]
    sha256: Annotated[str | None, Meta(description="SHA-256 of the file in hexadecimal; null if it was not kept.")]


class Reading(msgspec.Struct, frozen=True):
    """What reading a file found, beside the counts."""

    format: Annotated[str | None, Meta(description="Format of the file; null if it could not be told.")] = None
    columns: Annotated[list[ColumnDecision], Meta(description="What each column was taken for, and why.")] = []
    questions: Annotated[
        list[MappingQuestion], Meta(description="What the file leaves open; the run needs a mapping until answered.")
    ] = []
    notices: Annotated[list[str], Meta(description="What had to be assumed, or looks wrong.")] = []
    inputs: Annotated[list[InputFile], Meta(description="The uploaded files, by their content.")] = []
    task: Annotated[ShownTask | None, Meta(description="What the run is about; null until it is ready.")] = None
    weighted_by: Annotated[
        str | None, Meta(description="Column of the weights by which all figures are weighted; null without weights.")
    ] = None


class ReadingSteps(msgspec.Struct, frozen=True):
    """How far the reading of a file has come."""

    phase: Annotated[
        Literal["waiting", "reading", "parts", "merging"],
        Meta(
            description="What is done: the file waits, is read, is read in parts by several workers, or its parts are "
            "put together."
        ),
    ]
    parts: Annotated[int, Meta(description="Number of parts; 0 unless the file is read in parts.")] = 0
    parts_read: Annotated[int, Meta(description="Number of parts that are read.")] = 0
    rows: Annotated[int | None, Meta(description="Number of rows of all parts; null where the file does not say.")] = (
        None
    )
    rows_read: Annotated[
        int | None, Meta(description="Number of rows of the parts that are read; null where the file does not say.")
    ] = None


class RunRecord(msgspec.Struct, frozen=True):
    """A run in its newest version; the fields are the columns, in this order."""

    id: UUID
    name: str | None
    model_name: str | None
    model_version: str | None
    tags: list[str]
    notes: str | None
    positive: str | None
    version: int
    status: str
    progress: float
    error: dict[str, Any] | None
    job_id: UUID
    upload_id: UUID
    filename: str
    columns: dict[str, Any]
    truth: dict[str, Any] | None
    reading: dict[str, Any] | None
    sample_count: int | None
    created_at: datetime
    updated_at: datetime
    # None once the file is read, or reading has failed.
    steps: dict[str, Any] | None = None

    @property
    def description(self) -> RunDescription:
        """What its owner says of it."""
        return RunDescription(self.name, self.model_name, self.model_version, self.tags, self.notes, self.positive)

    @property
    def reading_steps(self) -> ReadingSteps | None:
        """How far reading has come; None once the file is read, or reading has failed."""
        return None if self.steps is None else msgspec.convert(self.steps, ReadingSteps)

    @property
    def state(self) -> RunStatus:
        """The status."""
        return RunStatus(self.status)

    @property
    def truth_source(self) -> TruthSource | None:
        """Where the actual labels are; None where the run's own file has them."""
        return None if self.truth is None else msgspec.convert(self.truth, TruthSource)

    @property
    def findings(self) -> Reading:
        """What reading found so far."""
        return msgspec.convert(self.reading or {}, Reading)


class ReadyRun(msgspec.Struct, frozen=True):
    """A run that is ready, with its counts, and where its objects are."""

    id: UUID
    account_id: int
    version: int
    positive: str | None
    summary: RunSummary
    folder: str
    rows_bytes: int
    created_at: datetime
    # Its dataset keeps the truth of single samples to itself.
    is_private: bool

    @property
    def row_objects(self) -> list[tuple[str, int]]:
        """The objects with the canonical rows in their order: the key and the size of each."""
        pieces = [(piece.name, piece.size_bytes) for piece in self.summary.pieces] or [(objects.ROWS, self.rows_bytes)]
        return [(self.folder + name, size) for name, size in pieces]

    @property
    def positive_position(self) -> int | None:
        """The position of the positive class: as its owner says, or the usual one of two; None where there is none."""
        return positive_position(self.positive, self.summary)


class RunVersionRecord(msgspec.Struct, frozen=True):
    """A version of a run that is ready, with what it was read from; the fields are the columns, in this order."""

    id: UUID
    name: str | None
    model_name: str | None
    model_version: str | None
    positive: str | None
    number: int
    reading: dict[str, Any]
    packed_summary: bytes
    created_at: datetime
    dataset_id: UUID | None
    dataset_name: str | None
    dataset_version: int | None
    dataset_filename: str | None
    dataset_content_sha256: str | None
    dataset_file_sha256: str | None

    @property
    def findings(self) -> Reading:
        """What reading found."""
        return msgspec.convert(self.reading, Reading)


class IngestInput(msgspec.Struct, frozen=True):
    """What an ingest job reads: the uploads, the columns as they were named, and the positive class, if it was."""

    upload_id: UUID
    columns: ColumnsIn
    positive: str | None
    truth: TruthSource | None
    # Of the rows of the dataset that the run is of.
    dataset_folder: str | None
    is_private: bool
    # Nothing is counted before its owner has seen the first rows.
    is_review: bool


class StoredPreview(msgspec.Struct, frozen=True):
    """A preview, and the version of the run that it was made for."""

    version: int
    preview: Preview


def positive_position(positive: str | None, summary: RunSummary) -> int | None:
    """The position of the positive class: as its owner says, or the usual one of two; None where there is none."""
    if summary.task != "classification":
        return None
    classes = summary.classes
    if positive is not None:
        return position_of(positive, classes)
    return positive_class(classes) if len(classes) == _TWO else None


def position_of(label: str, classes: list[Label]) -> int | None:
    """The position of a class by its label as text; None for any other text."""
    return next((position for position, known in enumerate(classes) if str(known) == label), None)
