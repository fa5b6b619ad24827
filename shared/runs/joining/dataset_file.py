"""A file with the actual labels of samples, checked once and stored for any number of runs."""

import hashlib
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec import Meta

from shared.runs.errors import FileUnreadable, RowFault, RowsInvalid, TooManyRunClasses
from shared.runs.ingest.sample_ids import MAX_ID_BYTES, longest
from shared.runs.joining.file_side import FileSide
from shared.runs.joining.truth_rows import TruthRows
from shared.runs.mapping import ColumnDecision, ColumnRole, ColumnsIn, MappingQuestion
from shared.runs.reading.named_header import open_named
from shared.runs.reading.tables import ColumnForm, FileTable

# The first columns of the rows of a dataset; those of metadata follow.
ID_POSITION, TRUTH_POSITION = 0, 1

# So many rows tell what the columns are.
_SAMPLE_ROWS = 5_000
_COMPRESSION = "zstd"


class DatasetReading(msgspec.Struct, frozen=True):
    """What reading the file of a dataset found."""

    format: Annotated[str | None, Meta(description="Format of the file; null if it could not be told.")] = None
    columns: Annotated[list[ColumnDecision], Meta(description="What each column was taken for, and why.")] = []
    questions: Annotated[
        list[MappingQuestion],
        Meta(description="What the file leaves open; name the columns in a new version to answer."),
    ] = []
    classes: Annotated[list[str], Meta(description="The different actual labels, as texts.")] = []
    notices: Annotated[list[str], Meta(description="What had to be assumed to read the file.")] = []
    file_sha256: Annotated[
        str | None, Meta(description="SHA-256 of the file in hexadecimal; null until it has been read.")
    ] = None


class ReadDataset(NamedTuple):
    """The samples of a file beside the file of its rows; equal content has an equal SHA-256, in any order of rows."""

    reading: DatasetReading
    sample_count: int
    content_sha256: str


def read_dataset_file(
    path: Path, scratch: Path, named: ColumnsIn, target: Path, *, max_bytes: int, max_classes: int
) -> ReadDataset:
    """Read the ids, actual labels and metadata of a file, and write them to a Parquet file.

    Raises NeedsMapping where the file leaves something open, IdsDuplicated, RowsInvalid, TooManyRunClasses, and what
    reading the file raises.
    """
    table, container = open_named(path, scratch, named, max_bytes)
    side = FileSide(table, _SAMPLE_ROWS)
    ids = side.position_named(named.id) if isinstance(named.id, str) else side.id_position("actual labels")
    labels = side.truth_position(named, ids)
    forms = side.metadata(ids, labels)
    rows = TruthRows(table, ids, labels, forms)
    _check_ids(rows, table, ids)
    everything = np.arange(len(rows))
    arrays = {table.names[at]: rows.column(at, everything) for at in (ids, labels, *forms)}
    classes = sorted(pc.unique(arrays[table.names[labels]].cast(pa.string())).to_pylist())
    if len(classes) > max_classes:
        raise TooManyRunClasses(f"There are labels of {len(classes):,} classes; up to {max_classes} are counted.")
    pq.write_table(pa.table(arrays), target, compression=_COMPRESSION)
    reading = DatasetReading(container, _decisions(table, ids, labels, forms), [], classes, [*table.notices])
    return ReadDataset(reading, len(rows), content_sha256(arrays))


def content_sha256(arrays: dict[str, Any]) -> str:
    """The SHA-256 of columns of texts, of which the first has the ids: the same for any order of rows and metadata."""
    id_name, *others = arrays
    order = pc.sort_indices(arrays[id_name])
    digest = hashlib.sha256()
    for name in (id_name, others[0], *sorted(others[1:])):
        texts = arrays[name].cast(pa.string()).take(order)
        # The lengths say where a text ends, so that no two different columns have the same bytes.
        encoded = name.encode()
        digest.update(len(encoded).to_bytes(8, "little") + encoded)
        digest.update(pc.binary_length(texts).to_numpy().astype("<i8").tobytes())
        if (data := texts.buffers()[2]) is not None:
            digest.update(memoryview(data)[: pc.sum(pc.binary_length(texts)).as_py()])
    return digest.hexdigest()


def _check_ids(rows: TruthRows, table: FileTable, position: int) -> None:
    missing = np.flatnonzero(pc.binary_length(rows.ids).to_numpy() == 0)
    if len(missing):
        name, first = table.names[position], int(missing[0])
        why = "there is no sample id; every row needs one."
        raise RowsInvalid([RowFault(first + 1, name, why, table.line_of(first))])
    if longest(rows.ids) > MAX_ID_BYTES:
        raise FileUnreadable(f"“{table.names[position]}” holds texts of over {MAX_ID_BYTES} bytes, not ids.")


def _decisions(table: FileTable, ids: int, labels: int, forms: dict[int, ColumnForm]) -> list[ColumnDecision]:
    found: dict[int, tuple[ColumnRole, str]] = {
        ids: ("id", "the ids by which predictions are joined"),
        labels: ("truth", "the actual labels"),
    }
    for at, form in forms.items():
        found[at] = ("slice" if form is ColumnForm.LABELS else "text", "a column beside the actual labels")
    return [
        ColumnDecision(table.names[at], role, "J1", "certain", evidence)
        for at, (role, evidence) in sorted(found.items())
    ]
