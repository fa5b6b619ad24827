"""The handler of a part of a run's file: some of its rows in, their canonical rows and counts out."""

from typing import NamedTuple

from shared.kit.platform import Platform
from shared.kit.storage.files import AnyFile, File, FileOnDisk
from shared.runs import ingest_part_jobs, objects
from shared.runs.ingest.reading_rows import RowReader
from shared.runs.kinds.ingest_part import IngestPart
from shared.runs.parts import tallies
from shared.runs.parts.plans import PartPlan, kinds_of, table_of
from worker.conclusion import Conclusion
from worker.job_attempt import JobAttempt

# Half of the work on a text is done after so many rows; nobody knows how many it has.
_HALFWAY_ROWS = 2_000_000


class PartInputs(NamedTuple):
    """What a part has to know, and the most classes of a run."""

    plan: PartPlan
    max_classes: int


async def load(platform: Platform, attempt: JobAttempt[IngestPart]) -> PartInputs:
    """Write the bytes of the part into the scratch folder."""
    target = attempt.scratch.folder / "file"
    plan = await ingest_part_jobs.fetch(platform, attempt.job, attempt.arguments, target)
    return PartInputs(plan, platform.settings.max_matrix_classes)


def perform(inputs: PartInputs, attempt: JobAttempt[IngestPart]) -> Conclusion:
    """Make the canonical rows and the counts of the part."""
    plan, index, folder = inputs.plan, attempt.arguments.index, attempt.scratch.folder
    rows = plan.spans[index].rows

    def progress(read: int) -> None:
        attempt.progress(0.1 + 0.8 * read / (read + _HALFWAY_ROWS if rows is None else rows))

    table = table_of(plan, index, folder / "file")
    reader = RowReader(table, plan.assignment, max_classes=inputs.max_classes)
    reader.read(folder / objects.ROWS, progress, may_be_empty=True)
    name = objects.piece_of(index, attempt.job.attempt)
    counts = tallies.packed(reader.tally, reader.score_types, reader.candidates.packed(), kinds_of(table))
    files: list[AnyFile] = [File(objects.tally_of(index, attempt.job.attempt), "application/octet-stream", counts)]
    if reader.tally.rows:
        files.append(FileOnDisk(name, "application/vnd.apache.parquet", folder / objects.ROWS))
    return Conclusion(ingest_part_jobs.folder_of(attempt.arguments), files, None)
