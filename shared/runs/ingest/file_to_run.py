"""The whole way from a file to a run."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from shared.predictions.matrices.count_matrices import Likeness, likeness
from shared.predictions.notices import Code, Notice
from shared.predictions.tables.second_headers import is_second_header
from shared.runs.errors import FileUnreadable, NoTruth
from shared.runs.ingest.best_rows import is_kept
from shared.runs.ingest.finishing import finish
from shared.runs.ingest.reading_rows import RowReader
from shared.runs.ingest.reviewing import CONFIRMATION, review
from shared.runs.ingest.steps import RunResult
from shared.runs.ingest.text_checks import refuse_nul
from shared.runs.joining.pairing import JoinedFiles, pair
from shared.runs.joining.private_truth import PRIVATE_WEIGHTS, without_own_groups
from shared.runs.joining.rules import TruthFile
from shared.runs.mapping import Assignment, ColumnDecision, ColumnsIn, MappingQuestion, NeedsMapping
from shared.runs.previews import Preview, preview_of
from shared.runs.reading.columns.inference import Inference
from shared.runs.reading.containers import Container
from shared.runs.reading.named_header import open_named
from shared.runs.reading.tables import FileTable
from shared.runs.rows.row_source import RowSource

# So many rows tell what the columns are; all rows are checked against it afterwards.
SAMPLE_ROWS = 5_000


class IngestLimits(NamedTuple):
    """What a file may bring."""

    max_bytes: int
    max_classes: int
    # Fewest samples of a group of a private dataset.
    private_support: int


class InspectedFile(NamedTuple):
    """A file of which is known what its columns are, before its rows are counted."""

    table: FileTable
    container: Container
    assignment: Assignment
    preview: Preview


class IngestedRun(NamedTuple):
    """A run that is ready, beside the file of its canonical rows.

    `candidates` are those of its rows that may be top rows; empty where all rows have to be read for these.
    """

    finished: RunResult
    container: Container
    decisions: list[ColumnDecision]
    preview: Preview
    candidates: bytes = b""


def ingest(
    path: Path,
    scratch: Path,
    given: ColumnsIn,
    limits: IngestLimits,
    progress: Callable[[int], None],
    truth: TruthFile | None = None,
    *,
    is_review: bool = False,
) -> IngestedRun:
    """Read a file and write `rows.parquet` into the scratch folder; `progress` is told the number of rows read.

    Raises what `inspect` and `count` raise.
    """
    return count(inspect(path, scratch, given, limits, truth, is_review=is_review), scratch, limits, progress)


def inspect(
    path: Path,
    scratch: Path,
    given: ColumnsIn,
    limits: IngestLimits,
    truth: TruthFile | None = None,
    *,
    is_review: bool = False,
) -> InspectedFile:
    """Find out what the columns of a file are.

    With `truth` the actual labels are those of that file, joined by sample id. A review ends with NeedsMapping before
    more than the first rows are read.

    Raises NeedsMapping where the file leaves something open, and the errors of runs where it cannot be read.
    """
    table, container = open_named(path, scratch, given, limits.max_bytes)
    known: dict[int, ColumnDecision] = {}
    own_columns = len(table.names)
    if truth is not None:
        table, known = _joined(table, truth, scratch, given, limits)
        given = msgspec.structs.replace(given, truth=UNSET, id=UNSET)
    is_private = truth is not None and truth.private_support is not None
    columns = table.sample(SAMPLE_ROWS)
    refuse_nul(table.names, columns)
    preview = preview_of(table, range(own_columns, len(table.names)) if is_private else ())
    assignment = _assigned(
        Inference(table.names, columns, given, known, table.class_names), preview, is_review=is_review
    )
    sides = [at for at in (assignment.truth, assignment.prediction) if at is not None]
    if given.truth is UNSET and is_second_header(sides, columns):
        raise FileUnreadable("Row 1 looks like a second header; remove it, or send `truth` to count it as a sample.")
    if is_private:
        assignment = without_own_groups(assignment, own_columns)
        _refuse_private(assignment, preview, is_review=is_review)
    if is_review:
        raise review(table, assignment, preview, SAMPLE_ROWS, scratch / "rows.parquet", limits.max_classes)
    return InspectedFile(table, container, assignment, preview)


def count(
    inspected: InspectedFile, scratch: Path, limits: IngestLimits, progress: Callable[[int], None]
) -> IngestedRun:
    """Count all rows of a file and write `rows.parquet`; raises NeedsMapping and the errors of runs."""
    table, container, assignment, preview = inspected
    rows_file = scratch / "rows.parquet"
    reader = RowReader(table, assignment, max_classes=limits.max_classes)
    try:
        reader.read(rows_file, progress)
        finished = finish(reader, assignment, table.names, RowSource(rows_file), limits.max_classes)
    except NeedsMapping as needed:
        raise NeedsMapping(needed.questions, assignment.decisions, preview) from needed
    notices = [*table.notices, *finished.notices]
    is_inferred = any(decision.role == "score" and decision.rule != "given" for decision in assignment.decisions)
    if is_inferred and finished.summary.rows <= len(table.names):
        look = likeness(table.names, table.sample(finished.summary.rows))
        notices += [Notice(Code.ONE_OF_EACH).sentence] if look is Likeness.EITHER else []
    finished = finished._replace(notices=notices)
    candidates = reader.candidates.packed() if is_kept(finished.summary) else b""
    return IngestedRun(finished, container, assignment.decisions, preview, candidates)


def _assigned(inference: Inference, preview: Preview, *, is_review: bool) -> Assignment:
    try:
        return inference.assign()
    except NeedsMapping as needed:
        raise NeedsMapping(needed.questions, needed.decisions, preview) from needed
    except NoTruth as error:
        if not is_review:
            raise
        raise NeedsMapping([MappingQuestion("truth", str(error))], preview=preview) from error


def _refuse_private(assignment: Assignment, preview: Preview, *, is_review: bool) -> None:
    """Refuse weights, and a review, of a file whose actual labels are private; raises NeedsMapping."""
    if assignment.weight is not None:
        raise NeedsMapping([PRIVATE_WEIGHTS], assignment.decisions, preview)
    if is_review:
        # What few rows count would tell the truth of each.
        raise NeedsMapping([CONFIRMATION], assignment.decisions, preview)


def _joined(table: FileTable, truth: TruthFile, scratch: Path, given: ColumnsIn, limits: IngestLimits) -> JoinedFiles:
    # Unpacked copies of both files have the same names.
    folder = scratch / "truth-copies"
    folder.mkdir()
    other, _ = open_named(truth.path, folder, given, limits.max_bytes, "In the file with the actual labels: ")
    return pair(table, other, given, truth, SAMPLE_ROWS)
