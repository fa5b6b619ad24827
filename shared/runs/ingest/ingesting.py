"""The whole way from a file to a run."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from shared.runs.ingest.finishing import Finished, finish
from shared.runs.ingest.reading_rows import RowReader
from shared.runs.ingest.text_checks import refuse_nul
from shared.runs.joining.pairing import JoinedFiles, pair
from shared.runs.joining.rules import TruthFile
from shared.runs.mapping import ColumnDecision, ColumnsIn, NeedsMapping
from shared.runs.reading.containers import Container
from shared.runs.reading.inference import Inference
from shared.runs.reading.named_header import open_named
from shared.runs.reading.tables import FileTable

# So many rows tell what the columns are; all rows are checked against it afterwards.
SAMPLE_ROWS = 5_000


class IngestLimits(NamedTuple):
    """What a file may bring."""

    max_bytes: int
    max_classes: int


class Ingested(NamedTuple):
    """A run that is ready, beside the file of its canonical rows."""

    finished: Finished
    container: Container
    decisions: list[ColumnDecision]


def ingest(
    path: Path,
    scratch: Path,
    given: ColumnsIn,
    limits: IngestLimits,
    progress: Callable[[int], None],
    truth: TruthFile | None = None,
) -> Ingested:
    """Read a file and write `rows.parquet` into the scratch folder; `progress` is told the number of rows read.

    With `truth` the actual labels are those of that file, joined by sample id.

    Raises NeedsMapping where the file leaves something open, and the errors of runs where it cannot be read.
    """
    table, container = open_named(path, scratch, given, limits.max_bytes)
    known: dict[int, ColumnDecision] = {}
    if truth is not None:
        table, known = _joined(table, truth, scratch, given, limits)
        given = msgspec.structs.replace(given, truth=UNSET, id=UNSET)
    columns = table.sample(SAMPLE_ROWS)
    refuse_nul(table.names, columns)
    assignment = Inference(table.names, columns, given, known).assign()
    reader = RowReader(table, assignment, max_classes=limits.max_classes)
    try:
        reader.read(scratch / "rows.parquet", progress)
        finished = finish(reader, assignment, table.names, scratch / "rows.parquet", limits.max_classes)
    except NeedsMapping as needed:
        raise NeedsMapping(needed.questions, assignment.decisions) from needed
    notices = [*table.notices, *finished.notices]
    return Ingested(finished._replace(notices=notices), container, assignment.decisions)


def _joined(table: FileTable, truth: TruthFile, scratch: Path, given: ColumnsIn, limits: IngestLimits) -> JoinedFiles:
    # Unpacked copies of both files have the same names.
    folder = scratch / "truth-copies"
    folder.mkdir()
    other, _ = open_named(truth.path, folder, given, limits.max_bytes, "In the file with the actual labels: ")
    return pair(table, other, given, truth, SAMPLE_ROWS)
