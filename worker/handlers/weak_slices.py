"""The handler of weak slices: the rows of a run in, tested slices out."""

import msgspec

from shared.kit.platform import Platform
from shared.kit.storage.files import File
from shared.runs import ANY_TASK
from shared.runs.kinds.weak_slices import WeakSlicesJob
from shared.runs.rows.row_files import RunRows, fetch_rows
from shared.runs.rows.scanning import RowScan
from shared.runs.weak_slices import find_weak_slices
from worker.job_attempt import JobAttempt


async def load(platform: Platform, attempt: JobAttempt[WeakSlicesJob]) -> RunRows:
    """Write the rows of the run into the scratch folder."""
    target = attempt.scratch.folder / "rows.parquet"
    return await fetch_rows(platform, attempt.job, attempt.arguments.run_id, target, ANY_TASK)


def perform(inputs: RunRows, attempt: JobAttempt[WeakSlicesJob]) -> list[File]:
    """Make `weak_slices.json`."""
    attempt.progress(0.2)
    found = find_weak_slices(RowScan(inputs.rows, inputs.run.summary), inputs.run, attempt.arguments.options)
    return [File("weak_slices.json", "application/json", msgspec.json.encode(found))]
