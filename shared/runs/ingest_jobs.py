"""Verbs of the jobs that read the files of runs."""

from pathlib import Path
from typing import Literal
from uuid import UUID

from shared import uploads
from shared.datasets import making
from shared.jobs import JobRecord
from shared.kit.database.transactions import Connection
from shared.kit.platform import Platform
from shared.runs import measuring, queries
from shared.runs.errors import RunChanged
from shared.runs.kinds.ingest_run import IngestRun
from shared.runs.previews import Preview
from shared.runs.records import IngestInput, InputFile, Reading
from shared.runs.summary import RunSummary
from shared.uploads.records import UploadRecord


async def find_input(platform: Platform, account_id: int, job_id: UUID, run_id: str, version: int) -> IngestInput:
    """Return what a job reads; raises RunChanged if the version is gone or belongs to another job."""
    async with platform.db.connection() as connection:
        found = await queries.ingest_input(connection, account_id, UUID(run_id), version, job_id)
    if found is None:
        raise RunChanged
    return found


async def fetch_files(platform: Platform, job: JobRecord, found: IngestInput, folder: Path) -> list[InputFile]:
    """Write the uploaded file to `file`, and that with the actual labels, or the rows of the dataset, to `truth`.

    Returns the uploaded files by their content. Raises what `uploads` raises of a file that is gone.
    """
    owner = job.owner
    files = [_read("predictions", await uploads.fetch(platform, owner, str(found.upload_id), folder / "file"))]
    if found.dataset_folder is not None:
        await making.fetch_rows(platform, found.dataset_folder, folder / "truth")
    elif found.truth is not None:
        files.append(_read("truth", await uploads.fetch(platform, owner, str(found.truth.upload_id), folder / "truth")))
    return files


async def conclude(
    connection: Connection,
    job: JobRecord,
    arguments: IngestRun,
    reading: Reading,
    summary: RunSummary | None = None,
    folder: str | None = None,
    rows_bytes: int | None = None,
    preview: Preview | None = None,
    pieces: list[str] | None = None,
) -> None:
    """Store what was found, in the transaction that ends the job; raises RunChanged, so that neither is stored."""
    run_id = UUID(arguments.run_id)
    version = arguments.version
    found = (reading, summary, folder, rows_bytes, preview, pieces)
    if not await queries.conclude(connection, run_id, version, job.id, *found):
        raise RunChanged
    await measuring.measure(connection, run_id)


def _read(role: Literal["predictions", "truth"], upload: UploadRecord) -> InputFile:
    return InputFile(role, upload.filename, upload.size_bytes, upload.sha256)
