"""The canonical rows of a run as a file of a job."""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from shared.jobs import JobRecord
from shared.kit.platform import Platform
from shared.kit.storage.downloads import download
from shared.runs import LABELLED, get_shown
from shared.runs.errors import RunChanged
from shared.runs.records import ReadyRun
from shared.runs.summary import Task


class RunRows(NamedTuple):
    """A run, and the files that hold its rows."""

    run: ReadyRun
    rows: list[Path]


async def fetch_rows(
    platform: Platform, job: JobRecord, run_id: str, target: Path, tasks: Collection[Task] = LABELLED
) -> RunRows:
    """Write the rows of a run of one of the tasks that a job depends on, and names samples of.

    The files are named like the target.

    Raises RunNotFound, RunNotReady, TaskUnsupported, DatasetPrivate, RunChanged.
    """
    run = await get_shown(platform, job.owner, run_id, tasks)
    if run.version != job.versions[str(run.id)]:
        raise RunChanged
    return RunRows(run, await download_rows(platform, run, target))


async def download_rows(platform: Platform, run: ReadyRun, target: Path) -> list[Path]:
    """Write the rows of a run to files named like the target, one for each piece."""
    files = [target.with_name(f"{target.name}-{at}") for at, _ in enumerate(run.row_objects)]
    for file, (key, _) in zip(files, run.row_objects, strict=True):
        await download(platform.storage, key, file)
    return files
