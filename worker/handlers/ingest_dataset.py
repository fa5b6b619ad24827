"""The handler of datasets: a file with actual labels in, its checked rows out."""

from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from shared.datasets import making, objects
from shared.datasets.kinds.ingest_dataset import IngestDataset
from shared.datasets.queries import DatasetContent
from shared.datasets.records import DatasetRecord
from shared.kit.platform import Platform
from shared.runs.ingest.ingesting import IngestLimits
from shared.runs.joining.dataset_file import DatasetReading, read_dataset_file
from shared.runs.mapping import ColumnsIn, NeedsMapping
from worker.conclusion import Conclusion
from worker.job_attempt import JobAttempt


async def load(platform: Platform, attempt: JobAttempt[IngestDataset]) -> tuple[DatasetRecord, IngestLimits]:
    """Write the uploaded file into the scratch folder."""
    target = attempt.scratch.folder / "file"
    dataset = await making.fetch(platform, attempt.job, attempt.arguments.dataset_id, target)
    return dataset, IngestLimits(platform.settings.max_file_bytes, platform.settings.max_classes)


def perform(inputs: tuple[DatasetRecord, IngestLimits], attempt: JobAttempt[IngestDataset]) -> Conclusion:
    """Check the ids and labels and write the rows; or say what the file leaves open."""
    dataset, limits = inputs
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
    content = DatasetContent(read.sample_count, read.content_sha256, prefix, file.size_bytes)
    return Conclusion(prefix, [file], partial(write, reading=_stored(read.reading), content=content))


def _stored(reading: DatasetReading) -> dict[str, Any]:
    stored: dict[str, Any] = msgspec.to_builtins(reading)
    return stored
