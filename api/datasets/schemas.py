"""The bodies of datasets."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.datasets.columns import DatasetColumns
from shared.datasets.lifecycle import DatasetStatus
from shared.datasets.records import DatasetRecord
from shared.kit.names import Name
from shared.runs.joining.dataset_file import DatasetReading
from shared.runs.mapping import ColumnDecision, MappingQuestion

DatasetName = Annotated[Name, Meta(max_length=200)]


class DatasetIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dataset to create from an upload."""

    upload_id: Annotated[str, Meta(description="Id of a complete upload with sample ids and actual labels.")]
    name: Annotated[
        DatasetName, Meta(description="Name of the dataset, up to 200 characters; a name again is its next version.")
    ]
    columns: Annotated[DatasetColumns, Meta(description="What the columns are; inferred where not said.")] = (
        DatasetColumns()
    )
    private: Annotated[bool, Meta(description="Whether the actual labels of single samples are shown to nobody.")] = (
        False
    )


class DatasetSummaryOut(msgspec.Struct):
    """A version of a dataset."""

    id: Annotated[UUID, Meta(description="Id of this version, which runs refer to.")]
    name: Annotated[str, Meta(description="Name of the dataset.")]
    version: Annotated[int, Meta(description="Version, counted from 1 for each name.")]
    private: Annotated[bool, Meta(description="Whether the actual labels of single samples are shown to nobody.")]
    status: Annotated[DatasetStatus, Meta(description="Status of the dataset; runs refer to one that is ready.")]
    progress: Annotated[float, Meta(description="Share of the work that is done, 0 to 1.")]
    error: Annotated[
        dict[str, Any] | None, Meta(description="Problem (RFC 9457) that reading failed with; null otherwise.")
    ]
    samples: Annotated[int | None, Meta(description="Number of samples; null until the dataset is ready.")]
    content_sha256: Annotated[
        str | None,
        Meta(description="SHA-256 of ids, labels and metadata, whatever the order of rows; null until it is ready."),
    ]
    runs: Annotated[int, Meta(description="Number of runs that refer to the dataset.")]
    upload_id: Annotated[UUID, Meta(description="Id of the upload that the dataset was made of.")]
    filename: Annotated[str, Meta(description="Name of the uploaded file.")]
    job_id: Annotated[UUID, Meta(description="Id of the job that reads the dataset.")]
    created_at: Annotated[datetime, Meta(description="When the dataset was created, in UTC.")]

    @classmethod
    def of(cls, dataset: DatasetRecord) -> "DatasetSummaryOut":
        """Present a dataset without its columns."""
        return cls(**_fields(dataset))


class DatasetOut(DatasetSummaryOut):
    """A version of a dataset, with what its columns were taken for."""

    format: Annotated[str | None, Meta(description="Format of the file; null until it was read.")]
    columns: Annotated[list[ColumnDecision], Meta(description="What each column was taken for, and why.")]
    questions: Annotated[
        list[MappingQuestion],
        Meta(description="What the file leaves open; create the dataset again with `columns` to answer."),
    ]
    classes: Annotated[list[str], Meta(description="The different actual labels, as texts.")]
    notices: Annotated[list[str], Meta(description="What had to be assumed to read the file.")]
    file_sha256: Annotated[
        str | None, Meta(description="SHA-256 of the file in hexadecimal; null until it was read, or not kept.")
    ]

    @classmethod
    def of(cls, dataset: DatasetRecord) -> "DatasetOut":
        """Present a dataset."""
        reading = msgspec.convert(dataset.reading or {}, DatasetReading)
        return cls(**_fields(dataset), **{name: getattr(reading, name) for name in DatasetReading.__struct_fields__})


class DatasetPage(msgspec.Struct):
    """A page of datasets, newest first."""

    items: Annotated[list[DatasetSummaryOut], Meta(description="The datasets of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


def _fields(dataset: DatasetRecord) -> dict[str, Any]:
    same = ("id", "name", "version", "progress", "error", "content_sha256", "upload_id", "filename", "job_id")
    return {name: getattr(dataset, name) for name in (*same, "created_at")} | {
        "private": dataset.is_private,
        "status": dataset.state,
        "samples": dataset.sample_count,
        "runs": dataset.run_count,
    }
