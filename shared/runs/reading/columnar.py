"""Parquet and Arrow files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from shared.runs.errors import FileUnreadable
from shared.runs.reading.containers import Container
from shared.runs.reading.tables import Batch, ColumnForm, check_names, rows_of_batch
from shared.runs.reading.typed import is_flat, is_label_list, labels_of, listed, scores_of, texts

# So many rows at once: a column of them is a few hundred KiB.
_BATCH_ROWS = 2**17


class _Source(Protocol):
    """A file of record batches."""

    schema: pa.Schema

    def batches(self, names: Sequence[str], rows: int, labels: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        """All rows of some columns, about so many at a time; `labels` have few different texts."""


class ColumnarFile:
    """A Parquet or Arrow file; columns of structures, and of lists of anything but labels, are not read."""

    header_question = None
    has_decimal_commas = False

    def __init__(self, path: Path, container: Container, groups: range | None = None) -> None:
        """Open a file; with `groups` only these row groups of Parquet are rows of the table."""
        self.path = path
        self._source = _open(path, container, groups)
        schema = self._source.schema
        self._fields = [field for field in schema if _is_read(field.type)]
        nested = [field.name for field in schema if not _is_read(field.type)]
        self.names = [field.name for field in self._fields]
        check_names(schema.names)
        if not self.names:
            raise FileUnreadable("The file has no column with one value in each row.")
        self.notices = [f"The column “{name}” holds lists or structures and was not read." for name in nested]
        self._class_names = _class_names(schema)

    def sample(self, rows: int) -> list[list[str]]:
        """The texts of each column in the first rows."""
        with _damage():
            batch = next(self._source.batches(self.names, rows), None)
            if batch is None or not batch.num_rows:
                raise FileUnreadable("The file has columns and no rows; it needs a row for each sample.")
            batch.validate(full=True)
            head = batch.slice(0, rows)
            columns = [self._formed(at, ColumnForm.LABELS, head.column(name)) for at, name in enumerate(self.names)]
            return [column.cast(pa.string()).to_pylist() for column in columns]

    def batches(self, forms: Mapping[int, ColumnForm]) -> Iterator[Batch]:
        """All rows; raises FileUnreadable where the file is damaged."""
        names = [self.names[position] for position in forms]
        with _damage():
            labels = [self.names[position] for position, form in forms.items() if form is ColumnForm.LABELS]
            for batch in self._source.batches(names, rows_of_batch(len(names), _BATCH_ROWS), labels):
                if batch.num_rows:
                    # A damaged file may hold offsets beyond its own end.
                    batch.validate(full=True)
                    yield {
                        position: self._formed(position, form, batch.column(self.names[position]))
                        for position, form in forms.items()
                    }

    def row_of(self, row: int) -> int:
        """The same row: every row of the file is one of the table."""
        return row

    def line_of(self, _row: int) -> None:
        """None: such a file has no lines."""

    def _formed(self, position: int, form: ColumnForm, array: Any) -> Any:
        if form is ColumnForm.SCORES:
            return scores_of(array, self.names[position])
        if is_label_list(array.type):
            array = listed(array)
        try:
            if form is ColumnForm.TEXT:
                return texts(array)
            labels = labels_of(array)
        except OverflowError as error:
            name = self.names[position]
            detail = f"The column “{name}” holds a {array.type} that no calendar has; write the values as texts."
            raise FileUnreadable(detail) from error
        if names := self._class_names.get(self.names[position]):
            values = [_named(text, names) for text in labels.dictionary.to_pylist()]
            return pa.DictionaryArray.from_arrays(labels.indices, pa.array(values, pa.string()))
        return labels


class _Parquet:
    def __init__(self, path: Path, groups: range | None) -> None:
        self._path, self._groups = path, groups
        with pq.ParquetFile(path) as file:
            self.schema = file.schema_arrow

    def batches(self, names: Sequence[str], rows: int, labels: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        # Texts that the file keeps in a dictionary are passed on as its codes, which is far faster.
        texts = [name for name in labels if pa.types.is_string(self.schema.field(name).type)]
        with pq.ParquetFile(self._path, read_dictionary=texts) as file:
            yield from file.iter_batches(rows, row_groups=self._groups, columns=list(names))


class _Arrow:
    def __init__(self, path: Path, container: Container) -> None:
        self._path, self._container = path, container
        with self._open() as reader:
            self.schema = reader.schema

    def batches(self, names: Sequence[str], rows: int, labels: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:  # noqa: ARG002 - batches are as they are
        with self._open() as reader:
            if self._container is Container.ARROW_STREAM:
                yield from (batch.select(list(names)) for batch in reader)
            else:
                yield from (reader.get_batch(at).select(list(names)) for at in range(reader.num_record_batches))

    def _open(self) -> Any:
        source = pa.memory_map(str(self._path))
        opened = pa.ipc.open_stream if self._container is Container.ARROW_STREAM else pa.ipc.open_file
        return opened(source)


def _is_read(kind: pa.DataType) -> bool:
    return is_flat(kind) or is_label_list(kind)


def _open(path: Path, container: Container, groups: range | None) -> _Source:
    with _damage():
        return _Parquet(path, groups) if container is Container.PARQUET else _Arrow(path, container)


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except pa.ArrowMemoryError:
        # The file may be whole: what bounds the memory of a job says so.
        raise
    except (pa.ArrowException, OSError) as error:
        detail = f"The file is cut off or damaged; write it and send it again ({_first_line(error)})."
        raise FileUnreadable(detail) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]


def _class_names(schema: pa.Schema) -> dict[str, list[str]]:
    """The names of classes that Hugging Face's datasets write beside columns of their numbers."""
    try:
        about = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = about["info"]["features"].items()
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {
        column: [str(name) for name in feature["names"]]
        for column, feature in features
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" and feature.get("names")
    }


def _named(text: str, names: Sequence[str]) -> str:
    return names[int(text)] if text.isdecimal() and int(text) < len(names) else text
