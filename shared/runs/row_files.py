"""The canonical rows of a run as a file of a job."""

from pathlib import Path
from typing import NamedTuple

from shared.jobs import JobRecord
from shared.kit.downloads import download
from shared.kit.platform import Platform
from shared.runs import get_shown
from shared.runs.errors import RunChanged
from shared.runs.objects import ROWS
from shared.runs.records import ReadyRun


class RunRows(NamedTuple):
    """A run, and the file that holds its rows."""

    run: ReadyRun
    rows: Path


async def fetch_rows(platform: Platform, job: JobRecord, run_id: str, target: Path) -> RunRows:
    """Write the rows of a run that a job depends on, and names samples of, to a file.

    Raises RunNotFound, RunNotReady, DatasetPrivate, RunChanged.
    """
    run = await get_shown(platform, job.owner, run_id)
    if run.version != job.versions[str(run.id)]:
        raise RunChanged
    await download(platform.storage, run.folder + ROWS, target)
    return RunRows(run, target)
