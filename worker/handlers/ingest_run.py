"""The handler of runs: a file of predictions in, canonical rows and counts out."""

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import structlog

from shared.kit.errors import DomainError
from shared.kit.platform import Platform
from shared.kit.quotes import listed
from shared.kit.storage.files import AnyFile, File, FileOnDisk
from shared.runs import ingest_jobs, ingest_part_jobs, objects
from shared.runs.errors import WITH_LABEL_SETS, WITHOUT_LABELS, ColumnsContradictory
from shared.runs.ingest.file_to_run import IngestedRun, IngestLimits, count, inspect
from shared.runs.ingest_part_jobs import FoundParts
from shared.runs.joining.private_truth import refuse_rare_inventions
from shared.runs.joining.rules import TruthFile
from shared.runs.kinds.ingest_run import IngestRun
from shared.runs.mapping import NeedsMapping
from shared.runs.parts.merging import merge, with_rows
from shared.runs.parts.plans import PartSizes, plan_parts
from shared.runs.records import IngestInput, InputFile, Reading, position_of
from shared.runs.rows import top_rows
from shared.runs.summary import RunSummary
from worker.conclusion import Conclusion, Split
from worker.job_attempt import JobAttempt

# Half of the work is done after so many rows; nobody knows how many a text has.
_HALFWAY_ROWS = 2_000_000
# The share of the work that the parts of a file are.
_MERGING = 0.8

log = structlog.get_logger()


class RunInputs(NamedTuple):
    """What a job reads: what its parts have made, or else the files, which `fetch` writes into the scratch folder.

    `sizes` are those of parts that the file may be cut into; None once that was tried.
    """

    found: IngestInput
    limits: IngestLimits
    sizes: PartSizes | None
    parts: FoundParts | None
    fetch: Callable[[], list[InputFile]]


async def load(platform: Platform, attempt: JobAttempt[IngestRun]) -> RunInputs:
    """Find what the parts have made, or write the uploaded file, and that with the actual labels, to disk."""
    job, arguments, settings = attempt.job, attempt.arguments, platform.settings
    found = await ingest_jobs.find_input(platform, job.account_id, job.id, arguments.run_id, arguments.version)
    parts = await ingest_part_jobs.find_parts(platform, job)
    if parts is not None:
        attempt.scratch.count_read(sum(part.size_bytes for part in parts.parts))
    loop = asyncio.get_running_loop()

    async def fetch() -> list[InputFile]:
        return await ingest_jobs.fetch_files(platform, job, found, attempt.scratch.folder)

    # Parts that make no run are found out about later, in the thread that computes.
    files = await fetch() if parts is None else None
    limits = IngestLimits(settings.max_file_bytes, settings.max_matrix_classes, settings.private_min_support)
    sizes = None if job.part_count else PartSizes(settings.run_part_rows, settings.run_part_bytes)
    return RunInputs(
        found,
        limits,
        sizes,
        parts,
        lambda: asyncio.run_coroutine_threadsafe(fetch(), loop).result() if files is None else files,
    )


def perform(inputs: RunInputs, attempt: JobAttempt[IngestRun]) -> Conclusion | Split:
    """Make the canonical rows, counts and slice tables, or parts of the work; or say what the file leaves open."""
    try:
        ingested = None if inputs.parts is None else _merged(inputs, inputs.parts, attempt)
        if inputs.parts is not None and ingested is not None:
            return _concluded(inputs.found, attempt, ingested, inputs.parts.plan.inputs, inputs.parts)
        return _read(inputs, attempt)
    except NeedsMapping as needed:
        return _asked(attempt, needed)


def _merged(inputs: RunInputs, parts: FoundParts, attempt: JobAttempt[IngestRun]) -> IngestedRun | None:
    """The run that the parts make; None where the whole file is to say what is wrong with it."""
    attempt.progress(_MERGING)
    try:
        return merge(parts.plan, parts.parts, parts.rows, inputs.limits.max_classes)
    except DomainError as error:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        log.info("parts make no run: the file is read in one piece", reason=error.detail)
        return None


def _read(inputs: RunInputs, attempt: JobAttempt[IngestRun]) -> Conclusion | Split:
    found, limits, folder = inputs.found, inputs.limits, attempt.scratch.folder
    files = inputs.fetch()
    path = folder / "file"

    def progress(rows: int) -> None:
        attempt.progress(0.1 + 0.8 * rows / (rows + _HALFWAY_ROWS))

    inspected = inspect(path, folder, found.columns, limits, _truth(found, folder, limits), is_review=found.is_review)
    plan = None if inputs.sizes is None else plan_parts(inspected, path, inputs.sizes, files)
    if plan is not None:
        return Split(ingest_part_jobs.requests(attempt.job, attempt.arguments, plan))
    ingested = count(inspected, folder, limits, progress)
    if found.is_private:
        refuse_rare_inventions(ingested.finished.summary, limits.private_support)
    return _concluded(found, attempt, ingested, files)


def _asked(attempt: JobAttempt[IngestRun], needed: NeedsMapping) -> Conclusion:
    write = partial(
        ingest_jobs.conclude,
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


def _concluded(
    found: IngestInput,
    attempt: JobAttempt[IngestRun],
    ingested: IngestedRun,
    inputs: list[InputFile],
    parts: FoundParts | None = None,
) -> Conclusion:
    """What is stored of a run; its rows are in the scratch folder, or in the pieces that parts have made."""
    arguments, summary = attempt.arguments, ingested.finished.summary
    _check_positive(found, summary)
    own_folder = objects.folder_of(UUID(arguments.run_id), arguments.version, attempt.job.attempt)
    prefix = parts.folder if parts else own_folder
    slices = File(objects.SLICES, "application/octet-stream", objects.packed_tables(ingested.finished.slices))
    rows = FileOnDisk(objects.ROWS, "application/vnd.apache.parquet", attempt.scratch.folder / objects.ROWS)
    files: list[AnyFile] = [slices] if parts else [rows, slices]
    candidates = [part.candidates for part in with_rows(parts.parts)] if parts else [ingested.candidates]
    files += top_rows.files(parts.rows if parts else rows.path, attempt.scratch.folder, summary, candidates)
    pieces = summary.pieces
    write = partial(
        ingest_jobs.conclude,
        job=attempt.job,
        arguments=arguments,
        reading=Reading(
            ingested.container,
            ingested.decisions,
            [],
            ingested.finished.notices,
            inputs,
            summary.shown_task,
            summary.weight_column,
        ),
        summary=summary,
        folder=prefix,
        rows_bytes=sum(piece.size_bytes for piece in pieces) if parts else rows.size_bytes,
        preview=ingested.preview,
        pieces=[piece.name for piece in pieces] if parts else None,
    )
    return Conclusion(prefix, files, write)


def _check_positive(found: IngestInput, summary: RunSummary) -> None:
    if found.positive is not None and summary.task != "classification":
        why = WITH_LABEL_SETS if summary.is_multilabel else WITHOUT_LABELS
        raise ColumnsContradictory(f"There is no positive class. {why}")
    if found.positive is not None and position_of(found.positive, summary.classes) is None:
        known = listed(summary.classes)
        raise ColumnsContradictory(
            f"The positive class “{found.positive[:50]}” does not occur; the classes are {known}."
        )
