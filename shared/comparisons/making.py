"""Verbs of the jobs that make comparisons."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from shared import matrices, runs
from shared.comparisons import get, objects, queries, sides
from shared.comparisons.errors import ComparisonChanged
from shared.comparisons.options import ComparisonOptions
from shared.comparisons.records import ComparedVersion
from shared.comparisons.results import ComparisonResult
from shared.comparisons.sides import ComparedSide
from shared.jobs import JobRecord
from shared.kit.database.transactions import Connection
from shared.kit.platform import Platform
from shared.kit.storage.files import FileOnDisk
from shared.matrices import queries as matrix_queries
from shared.runs.rows.row_files import download_rows

# Reads a side, once its rows are on disk.
ReadSide = Callable[[], ComparedSide]


class ComparisonInputs(NamedTuple):
    """What is asked for, and how to read the two sides."""

    options: ComparisonOptions
    baseline: ReadSide
    candidate: ReadSide


async def fetch(platform: Platform, job: JobRecord, comparison_id: str, folder: Path) -> ComparisonInputs:
    """Write the rows of both sides into a folder.

    Raises ComparisonNotFound, ComparisonChanged, and what runs and matrices raise of something that is gone.
    """
    comparison = await get(platform, job.owner, comparison_id)
    (baseline, candidate), asked = comparison.sides, comparison.asked
    return ComparisonInputs(
        asked,
        await read_side(platform, job, baseline, folder / "baseline", asked.slices, asked.group),
        await read_side(platform, job, candidate, folder / "candidate", [], asked.group),
    )


async def conclude(
    connection: Connection,
    job: JobRecord,
    comparison_id: UUID,
    result: ComparisonResult,
    folder: str,
    flips_bytes: int,
) -> None:
    """Store the result, in the transaction that ends the job; raises ComparisonChanged, so that neither is stored."""
    if not await queries.conclude(connection, comparison_id, job.id, result, folder, flips_bytes):
        raise ComparisonChanged


def flips_file(folder: Path) -> FileOnDisk:
    """The file of the flips, as it is stored."""
    return FileOnDisk(objects.FLIPS, "application/vnd.apache.parquet", folder / objects.FLIPS)


async def read_side(
    platform: Platform,
    job: JobRecord,
    compared: ComparedVersion,
    target: Path,
    slices: list[str],
    group: str | None = None,
) -> ReadSide:
    """Write the rows of a side to a file, and return how to read them.

    Raises ComparisonChanged, and what runs and matrices raise of something that is gone.
    """
    if compared.kind == "run":
        run = await runs.get_ready(platform, job.owner, str(compared.id), runs.ANY_TASK, heeds_weights=True)
        if run.version != compared.version:
            raise ComparisonChanged
        rows = await download_rows(platform, run, target)
        return lambda: sides.of_rows(rows, run.summary, slices, group)._replace(is_private=run.is_private)
    await matrices.for_job(platform, job, [str(compared.id)])
    async with platform.db.connection() as connection:
        samples = await matrix_queries.samples(connection, job.account_id, compared.id)
    if samples is None:
        raise ComparisonChanged
    return lambda: sides.of_samples(samples)
