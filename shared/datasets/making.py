"""Verbs of the jobs that read datasets."""

from pathlib import Path
from typing import Any
from uuid import UUID

from shared import uploads
from shared.datasets import get, objects, queries
from shared.datasets.errors import DatasetChanged, DatasetNotFound
from shared.datasets.queries import DatasetContent
from shared.datasets.records import DatasetRecord
from shared.jobs import JobRecord
from shared.kit.database.transactions import Connection
from shared.kit.platform import Platform
from shared.kit.storage.downloads import download
from shared.kit.storage.files import FileOnDisk


async def fetch(platform: Platform, job: JobRecord, dataset_id: str, target: Path) -> tuple[DatasetRecord, str | None]:
    """Write the uploaded file to disk; return the dataset and the SHA-256 of the file.

    Raises DatasetChanged, and what `uploads` raises of a file that is gone.
    """
    owner = job.owner
    try:
        dataset = await get(platform, owner, dataset_id)
    except DatasetNotFound as error:
        raise DatasetChanged from error
    return dataset, (await uploads.fetch(platform, owner, str(dataset.upload_id), target)).sha256


async def fetch_rows(platform: Platform, folder: str, target: Path) -> None:
    """Write the rows of a dataset to disk."""
    await download(platform.storage, folder + objects.ROWS, target)


async def conclude(
    connection: Connection,
    job: JobRecord,
    dataset_id: UUID,
    reading: dict[str, Any],
    content: DatasetContent | None = None,
) -> None:
    """Store what was found, in the transaction that ends the job; raises DatasetChanged, so that neither is stored."""
    if not await queries.conclude(connection, dataset_id, job.id, reading, content):
        raise DatasetChanged


def rows_file(folder: Path) -> FileOnDisk:
    """The file of the rows, as it is stored."""
    return FileOnDisk(objects.ROWS, "application/vnd.apache.parquet", folder / objects.ROWS)
