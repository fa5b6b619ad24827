"""Parquet and Arrow files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from shared.runs.errors import FileUnreadable
from shared.runs.reading.columns.nested import Leaf, classes_of, leaves, notice_of, refuse_unread, spread
from shared.runs.reading.columns.stored_values import notices_of_types
from shared.runs.reading.columns.typed_values import is_label_list, labels_of, listed, scores_of, texts
from shared.runs.reading.containers import Container
from shared.runs.reading.tables import Batch, ColumnForm, check_names, rows_of_batch

# So many rows at once: a column of them is a few hundred KiB.
_BATCH_ROWS = 2**17
# The classes of scores in lists are those of the first rows; every row has a score of each.
_ROWS_SEEN = 1_000
_NO_ROWS = "The file has columns and no rows; it needs a row for each sample."


class _Source(Protocol):
    """A file of record batches."""

    schema: pa.Schema

    def batches(self, names: Sequence[str], rows: int, labels: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        """All rows of some columns, about so many at a time; `labels` have few different texts."""


class _Column(NamedTuple):
    """A column of the table: where it stands in the file, and of which of the classes there it has the scores."""

    name: str
    leaf: Leaf
    class_at: int | None


class ColumnarFile:
    """A Parquet or Arrow file; fields of structures, and the scores of each class, are columns with dotted names."""

    header_question = None
    has_decimal_commas = False

    def __init__(
        self,
        path: Path,
        container: Container,
        groups: range | None = None,
        spread_classes: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Open a file; with `groups` only these row groups of Parquet, or batches of an Arrow file, are its rows.

        `spread_classes` are those that the first rows of the whole file have scores of, where these rows are others.
        """
        self.path = path
        self._source = _open(path, container, groups)
        schema = self._source.schema
        known = leaves(schema)
        # The classes of each column that holds the scores of several ones in a value.
        self.spread_classes = spread_classes or self._spread([leaf for leaf in known if leaf.is_scores])
        unread = [leaf for leaf in known if not leaf.is_plain and leaf.name not in self.spread_classes]
        self._columns = [column for leaf in known for column in self._columns_of(leaf)]
        self.names = [column.name for column in self._columns]
        check_names([*self.names, *(leaf.name for leaf in unread)])
        refuse_unread(unread)
        if not self.names:
            raise FileUnreadable("The file has no column with one value in each row.")
        self.notices = [*(notice_of(leaf) for leaf in unread), *notices_of_types(schema)]
        self.class_names = _class_names(schema)

    def _spread(self, scored: Sequence[Leaf]) -> Mapping[str, Sequence[str]]:
        """The classes of each column with the scores of several ones, by the first rows."""
        if not scored:
            return {}
        found: dict[str, dict[str, None]] = {leaf.name: {} for leaf in scored}
        has_rows = False
        with _damage():
            for batch in self._first([*dict.fromkeys(leaf.column for leaf in scored)], _ROWS_SEEN):
                has_rows = True
                for leaf in scored:
                    found[leaf.name] |= dict.fromkeys(classes_of(leaf, leaf.of(batch)))
        if not has_rows:
            raise FileUnreadable(_NO_ROWS)
        return {name: [*classes] for name, classes in found.items() if classes}

    def _first(self, names: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
        """So many of the first rows: a writer may have cut them into batches of any size, and of none."""
        for batch in self._source.batches(names, rows):
            if batch.num_rows:
                # A damaged file may hold offsets beyond its own end.
                batch.validate(full=True)
                yield batch.slice(0, rows)
            rows -= batch.num_rows
            if rows <= 0:
                return

    def _columns_of(self, leaf: Leaf) -> list[_Column]:
        if leaf.is_plain:
            return [_Column(leaf.name, leaf, None)]
        classes = self.spread_classes.get(leaf.name, [])
        if leaf.is_vector and len(classes) == 1:
            # As Keras predicts a class of two: the list says nothing of class 0.
            return [_Column(leaf.name, leaf, 0)]
        return [_Column(f"{leaf.name}.{name}", leaf, at) for at, name in enumerate(classes)]

    def sample(self, rows: int) -> list[list[str]]:
        """The texts of each column in the first rows."""
        cells: list[list[str]] = [[] for _ in self.names]
        with _damage():
            for batch in self._first(self._read_columns(range(len(self.names))), rows):
                arrays = self._arrays(batch, range(len(self.names)), len(cells[0]))
                for at, array in arrays.items():
                    cells[at] += self._formed(at, ColumnForm.LABELS, array).cast(pa.string()).to_pylist()
        if not cells[0]:
            raise FileUnreadable(_NO_ROWS)
        return cells

    def batches(self, forms: Mapping[int, ColumnForm]) -> Iterator[Batch]:
        """All rows; raises FileUnreadable where the file is damaged."""
        names, start = self._read_columns([*forms]), 0
        spread_columns = sum(len(classes) for classes in self.spread_classes.values())
        with _damage():
            labels = [self.names[position] for position, form in forms.items() if form is ColumnForm.LABELS]
            size = rows_of_batch(len(names) + spread_columns, _BATCH_ROWS)
            for batch in self._source.batches(names, size, [name for name in labels if name in names]):
                if batch.num_rows:
                    # A damaged file may hold offsets beyond its own end.
                    batch.validate(full=True)
                    arrays = self._arrays(batch, [*forms], start)
                    yield {position: self._formed(position, form, arrays[position]) for position, form in forms.items()}
                    start += batch.num_rows

    def _read_columns(self, positions: Sequence[int]) -> list[str]:
        return list(dict.fromkeys(self._columns[position].leaf.column for position in positions))

    def _arrays(self, batch: pa.RecordBatch, positions: Sequence[int], start: int) -> dict[int, Any]:
        """The values of some columns, behind so many rows."""
        spread_scores: dict[str, list[Any]] = {}
        arrays: dict[int, Any] = {}
        for position in positions:
            _, leaf, at = self._columns[position]
            if at is not None and leaf.name not in spread_scores:
                spread_scores[leaf.name] = spread(leaf, self.spread_classes[leaf.name], leaf.of(batch), start)
            arrays[position] = leaf.of(batch) if at is None else spread_scores[leaf.name][at]
        return arrays

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
        if names := self.class_names.get(self.names[position]):
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
    def __init__(self, path: Path, container: Container, groups: range | None) -> None:
        self._path, self._container, self._groups = path, container, groups
        with self._open() as reader:
            self.schema = reader.schema

    def batches(self, names: Sequence[str], rows: int, labels: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:  # noqa: ARG002 - batches are as they are
        with self._open() as reader:
            if self._container is Container.ARROW_STREAM:
                yield from (batch.select(list(names)) for batch in reader)
            else:
                groups = range(reader.num_record_batches) if self._groups is None else self._groups
                yield from (reader.get_batch(at).select(list(names)) for at in groups)

    def _open(self) -> Any:
        source = pa.memory_map(str(self._path))
        opened = pa.ipc.open_stream if self._container is Container.ARROW_STREAM else pa.ipc.open_file
        return opened(source)


def _open(path: Path, container: Container, groups: range | None) -> _Source:
    with _damage():
        return _Parquet(path, groups) if container is Container.PARQUET else _Arrow(path, container, groups)


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


def _class_names(schema: pa.Schema) -> Mapping[str, Sequence[str]]:
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
