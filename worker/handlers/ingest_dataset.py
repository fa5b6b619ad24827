"""The handler of datasets: a file with actual labels in, its checked rows out."""

from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared.datasets import making, objects
from shared.datasets.kinds.ingest_dataset import IngestDataset
from shared.datasets.queries import DatasetContent
from shared.datasets.records import DatasetRecord
from shared.kit.platform import Platform
from shared.runs.ingest.file_to_run import IngestLimits
from shared.runs.joining.dataset_file import DatasetReading, read_dataset_file
from shared.runs.mapping import ColumnsIn, NeedsMapping
from worker.conclusion import Conclusion
from worker.job_attempt import JobAttempt


class DatasetInputs(NamedTuple):
    """What a job reads, and the SHA-256 of its file."""

    dataset: DatasetRecord
    sha256: str | None
    limits: IngestLimits


async def load(platform: Platform, attempt: JobAttempt[IngestDataset]) -> DatasetInputs:
    """Write the uploaded file into the scratch folder."""
    target = attempt.scratch.folder / "file"
    dataset, sha256 = await making.fetch(platform, attempt.job, attempt.arguments.dataset_id, target)
    settings = platform.settings
    limits = IngestLimits(settings.max_file_bytes, settings.max_matrix_classes, settings.private_min_support)
    return DatasetInputs(dataset, sha256, limits)


def perform(inputs: DatasetInputs, attempt: JobAttempt[IngestDataset]) -> Conclusion:
    """Check the ids and labels and write the rows; or say what the file leaves open."""
    dataset, sha256, limits = inputs
    folder, dataset_id = attempt.scratch.folder, UUID(attempt.arguments.dataset_id)
    attempt.progress(0.2)
    named = msgspec.convert(dataset.columns, ColumnsIn)
    write: partial[Any] = partial(making.conclude, job=attempt.job, dataset_id=dataset_id)
    try:
        read = read_dataset_file(
            folder / "file", folder, named, folder / objects.ROWS,
            max_bytes=limits.max_bytes, max_classes=limits.max_classes,
        )  # fmt: skip
    except NeedsMapping as needed:
        return Conclusion("", (), partial(write, reading=_stored(DatasetReading(questions=needed.questions))))
    file = making.rows_file(folder)
    prefix = objects.folder_of(dataset_id, attempt.job.attempt)
    reading = msgspec.structs.replace(read.reading, file_sha256=sha256)
    content = DatasetContent(read.sample_count, read.content_sha256, prefix, file.size_bytes)
    return Conclusion(prefix, [file], partial(write, reading=_stored(reading), content=content))


def _stored(reading: DatasetReading) -> dict[str, Any]:
    stored: dict[str, Any] = msgspec.to_builtins(reading)
    return stored
