"""Comparisons: a candidate against a baseline on the same samples, with a verdict in words."""

import threading
from itertools import islice
from typing import NamedTuple
from uuid import UUID

import structlog

from shared import datasets, jobs, matrices, runs
from shared.accounts import Caller
from shared.comparisons import flips, objects, queries, tasks
from shared.comparisons.errors import ComparedNotFound, ComparisonNotFound, ComparisonNotReady
from shared.comparisons.flips import Flip, FlipFilter, FlipKind
from shared.comparisons.kinds.paired_comparison import PairedComparison
from shared.comparisons.options import ComparisonOptions
from shared.comparisons.records import ComparedVersion, ComparisonRecord
from shared.comparisons.results import ComparisonResult, SliceValue
from shared.jobs import JobRequest, Reference
from shared.jobs.result_status import UNFINISHED
from shared.kit import clock
from shared.kit.database.transactions import note_created, retry_conflicts
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.quotes import listed, quoted
from shared.kit.storage.errors import StorageUnavailable
from shared.matrices.errors import MatrixNotFound
from shared.runs.errors import WITHOUT_LABELS, RunNotFound, TaskUnsupported, WeightsUnsupported
from shared.runs.rows.stored_file import ObjectReader
from shared.runs.summary import Task

log = structlog.get_logger()

# Two runs of some thousand samples are compared within this time.
RETRY_AFTER_S = 1

MATRIX_WITH_WEIGHTS = (
    "The samples of the matrix have weights, of which a matrix keeps only the sums; compare runs with the same columns."
)


class FlipRequest(NamedTuple):
    """Which flips a request asks for: the kind, and an actual class and a slice as texts, or None."""

    kind: FlipKind
    actual: str | None = None
    slice: str | None = None

    def among(self, result: ComparisonResult) -> FlipFilter:
        """The filter of a result's flips; raises TaskUnsupported, InvalidInput for what it does not have."""
        texts = [str(label) for label in result.classes]
        if self.actual is not None and not texts:
            raise TaskUnsupported(WITHOUT_LABELS)
        if self.actual is not None and self.actual not in texts:
            detail = f"class: not a class of the comparison; its classes are {listed(texts)}."
            raise InvalidInput(Fault("/class", detail))
        actual = None if self.actual is None else texts.index(self.actual)
        return FlipFilter(self.kind, actual, None if self.slice is None else _slice(self.slice, result))


@retry_conflicts
async def create(
    platform: Platform, caller: Caller, baseline: str, candidate: str, options: ComparisonOptions
) -> ComparisonRecord:
    """Create a comparison and the job that makes it.

    Raises ComparedNotFound, RunNotReady, QueueFull, TaskUnsupported for runs of different tasks or a metric that they
    cannot have, WeightsUnsupported for a matrix with weights, and InvalidInput for a run beside a matrix.
    """
    (first, task), (second, other) = [await _compared(platform, caller, text) for text in (baseline, candidate)]
    sides = (first, second)
    if sides[0].kind != sides[1].kind:
        raise InvalidInput(
            Fault("/candidate", f"candidate: the baseline is a {sides[0].kind}, so send a {sides[0].kind}.")
        )
    if task != other:
        raise TaskUnsupported(tasks.difference(task, other))
    options = tasks.completed(options, task)
    comparison_id = uuid7()
    # The job goes with the comparison, and with what it compares.
    now = clock.now()
    references = {str(side.id): Reference(side.kind, str(side.id), side.version, now) for side in sides}
    own = Reference("comparison", str(comparison_id), 1, now)
    arguments = PairedComparison(comparison_id=str(comparison_id))
    request = JobRequest(caller, arguments, [own, *references.values()])
    async with platform.db.transaction() as connection:
        queued = await jobs.enqueue(platform, connection, request)
        await queries.insert(connection, comparison_id, caller.account_id, queued.job.id, sides, options)
        note_created("comparison", comparison_id)
    await jobs.dispatch(platform, queued)
    return await get(platform, caller, str(comparison_id))


async def get(platform: Platform, caller: Caller, comparison_id: str) -> ComparisonRecord:
    """Return a comparison of the caller; raises ComparisonNotFound."""
    async with platform.db.connection() as connection:
        found = await queries.find(connection, caller.account_id, known_uuid(comparison_id, ComparisonNotFound))
    if found is None:
        raise ComparisonNotFound
    return found


async def list_own(platform: Platform, caller: Caller, *, before: UUID | None, limit: int) -> list[ComparisonRecord]:
    """List comparisons of the caller without their results, newest first, older than `before`."""
    async with platform.db.connection() as connection:
        return await queries.list_own(connection, caller.account_id, before=before, limit=limit)


async def list_flips(
    platform: Platform, caller: Caller, comparison_id: str, wanted: FlipRequest, *, after: int, limit: int
) -> list[tuple[int, Flip]]:
    """List flips of a comparison of the caller behind a position, each with the position behind it.

    Raises ComparisonNotFound, ComparisonNotReady, DatasetPrivate, TaskUnsupported for a class of runs without labels,
    and InvalidInput for an unknown class or slice.
    """
    comparison = await get(platform, caller, comparison_id)
    result = comparison.found
    if result is None or comparison.folder is None or comparison.flips_bytes is None:
        detail = f"The comparison is {comparison.status}, not ready."
        raise ComparisonNotReady(detail, retry_after_s=RETRY_AFTER_S if comparison.state in UNFINISHED else None)
    await datasets.check_shown(platform, [side.id for side in comparison.sides])
    chosen = wanted.among(result)
    key, size = comparison.folder + objects.FLIPS, comparison.flips_bytes

    def read(stop: threading.Event) -> list[tuple[int, Flip]]:
        reader = ObjectReader(platform.storage, key, size, stop)
        return [*islice(flips.find(reader, result.classes, result.flips, chosen, after=after), limit)]

    return await platform.scans.run(caller.account_id, read)


@retry_conflicts
async def delete(platform: Platform, caller: Caller, comparison_id: str) -> None:
    """Delete a comparison of the caller and its job; raises ComparisonNotFound."""
    known = known_uuid(comparison_id, ComparisonNotFound)
    async with platform.db.transaction() as connection:
        folder = await queries.folder(connection, known)
        if not await queries.delete(connection, caller.account_id, known):
            raise ComparisonNotFound
        keys = await jobs.delete_dependents(platform, connection, caller.account_id, str(known))
    keys += [folder + objects.FLIPS] if folder else []
    try:
        await platform.storage.apart(platform.storage.delete, keys)
    except StorageUnavailable:
        log.warning("objects of a deleted comparison are left to be collected", count=len(keys))


def _slice(text: str, result: ComparisonResult) -> SliceValue:
    """The slice of a text; raises InvalidInput."""
    slices = [entry.slice for entry in result.flips_by_slice if entry.slice is not None]
    match [found for found in slices if f"{found.column}:{found.value}" == text]:
        case [found]:
            return found
        case []:
            detail = "not a slice of the comparison; write a column, a colon, a value."
        case meant:
            # The samples of one of them would pass for those of the other.
            columns = " and ".join(quoted(found.column) for found in meant)
            detail = f"a slice of the columns {columns} is written so; compare by one of these columns alone."
    raise InvalidInput(Fault("/slice", f"slice: {detail}"))


async def _compared(platform: Platform, caller: Caller, text: str) -> tuple[ComparedVersion, Task]:
    try:
        run = await runs.get_ready(platform, caller, text, runs.ANY_TASK, heeds_weights=True)
    except RunNotFound:
        pass
    else:
        return ComparedVersion("run", run.id, run.version), run.summary.task
    try:
        (matrix,) = await matrices.several(platform, caller, [text])
    except MatrixNotFound as error:
        raise ComparedNotFound from error
    if matrix.matrix.is_weighted:
        raise WeightsUnsupported(MATRIX_WITH_WEIGHTS)
    return ComparedVersion("matrix", matrix.uid, matrix.version), "classification"
