"""The handler of runs: a file of predictions in, canonical rows and counts out."""

from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from shared.kit.files import AnyFile, File, FileOnDisk
from shared.kit.platform import Platform
from shared.runs import ingests, objects
from shared.runs.errors import WITH_LABEL_SETS, WITHOUT_LABELS, ColumnsContradictory
from shared.runs.ingest.ingesting import Ingested, IngestLimits, ingest
from shared.runs.joining.rules import TruthFile
from shared.runs.kinds.ingest_run import IngestRun
from shared.runs.mapping import NeedsMapping
from shared.runs.records import IngestInput, InputFile, Reading, position_of
from shared.runs.summary import RunSummary
from worker.conclusion import Conclusion
from worker.job_attempt import JobAttempt

# Half of the work is done after so many rows; nobody knows how many a text has.
_HALFWAY_ROWS = 2_000_000


class RunInputs(NamedTuple):
    """What a job reads, and the files by their content."""

    found: IngestInput
    files: list[InputFile]
    limits: IngestLimits


async def load(platform: Platform, attempt: JobAttempt[IngestRun]) -> RunInputs:
    """Write the uploaded file into the scratch folder, and that with the actual labels beside it."""
    found = await ingests.find_input(platform, attempt.job, attempt.arguments)
    files = await ingests.fetch_files(platform, attempt.job, found, attempt.scratch.folder)
    settings = platform.settings
    limits = IngestLimits(settings.max_file_bytes, settings.max_classes, settings.private_min_support)
    return RunInputs(found, files, limits)


def perform(inputs: RunInputs, attempt: JobAttempt[IngestRun]) -> Conclusion:
    """Make the canonical rows, counts and slice tables; or say what the file leaves open."""
    found, files, limits = inputs
    folder = attempt.scratch.folder

    def progress(rows: int) -> None:
        attempt.progress(0.1 + 0.8 * rows / (rows + _HALFWAY_ROWS))

    try:
        truth = _truth(found, folder, limits)
        ingested = ingest(folder / "file", folder, found.columns, limits, progress, truth, is_review=found.is_review)
    except NeedsMapping as needed:
        return _asked(attempt, needed)
    summary = ingested.finished.summary
    _check_positive(found, summary)
    return _concluded(attempt, ingested, files)


def _asked(attempt: JobAttempt[IngestRun], needed: NeedsMapping) -> Conclusion:
    write = partial(
        ingests.conclude,
        job=attempt.job,
        arguments=attempt.arguments,
        reading=Reading(None, needed.decisions, needed.questions),
        preview=needed.preview,
    )
    return Conclusion("", (), write)


def _truth(found: IngestInput, folder: Path, limits: IngestLimits) -> TruthFile | None:
    if found.truth is None:
        return None
    support = limits.private_support if found.is_private else None
    return TruthFile(
        folder / "truth", found.truth.missing, found.truth.extra, found.dataset_folder is not None, support
    )


def _concluded(attempt: JobAttempt[IngestRun], ingested: Ingested, inputs: list[InputFile]) -> Conclusion:
    arguments, summary = attempt.arguments, ingested.finished.summary
    prefix = objects.folder_of(UUID(arguments.run_id), arguments.version, attempt.job.attempt)
    rows = FileOnDisk(objects.ROWS, "application/vnd.apache.parquet", attempt.scratch.folder / objects.ROWS)
    files: list[AnyFile] = [
        rows,
        File(objects.SLICES, "application/octet-stream", objects.packed_tables(ingested.finished.slices)),
    ]
    write = partial(
        ingests.conclude,
        job=attempt.job,
        arguments=arguments,
        reading=Reading(
            ingested.container, ingested.decisions, [], ingested.finished.notices, inputs, summary.shown_task
        ),
        summary=summary,
        folder=prefix,
        rows_bytes=rows.size_bytes,
        preview=ingested.preview,
    )
    return Conclusion(prefix, files, write)


def _check_positive(found: IngestInput, summary: RunSummary) -> None:
    if found.positive is not None and summary.task != "classification":
        why = WITH_LABEL_SETS if summary.is_multilabel else WITHOUT_LABELS
        raise ColumnsContradictory(f"There is no positive class. {why}")
    if found.positive is not None and position_of(found.positive, summary.classes) is None:
        known = ", ".join(f"“{label}”"[:50] for label in summary.classes[:5])
        raise ColumnsContradictory(
            f"The positive class “{found.positive[:50]}” does not occur; the classes are {known}."
        )
