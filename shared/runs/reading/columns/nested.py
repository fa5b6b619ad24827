"""Columns of Parquet and Arrow with several values in each row: fields of structures, and scores of several classes."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.predictions.tables.names import kind_of
from shared.runs.errors import FileUnreadable
from shared.runs.reading.columns.stored_values import usual, usual_type
from shared.runs.reading.columns.typed_values import is_bytes, is_flat, is_label_list, text_of
from shared.runs.reading.tables import MAX_COLUMNS

# More fields within fields than any program writes.
_MAX_DEPTH = 8
_LABELS = ("label", "class", "name", "Name", "tagName")
_SCORES = ("score", "prob", "probability", "confidence", "Score")
_VECTOR = frozenset({"type", "size", "indices", "values"})
# Of a vector of Spark: only the values that are not 0 are written.
_SPARSE = 0


class Leaf(NamedTuple):
    """A column, or a field of structures in one: its dotted name, the fields on the way to it, and its type."""

    name: str
    column: str
    fields: tuple[int, ...]
    type: pa.DataType

    def of(self, batch: pa.RecordBatch) -> Any:
        """Its values, null where a structure around them is."""
        array = batch.column(self.column)
        for field in self.fields:
            array = pc.struct_field(array, [field])
        return usual(array)

    @property
    def is_scores(self) -> bool:
        """Whether it holds the scores of several classes in each row."""
        return not self.is_plain and _is_scores(self)

    @property
    def is_vector(self) -> bool:
        """Whether it holds a list of numbers in each row."""
        return _is_list(self.type) and _is_number(self.type.value_type)

    @property
    def is_plain(self) -> bool:
        """Whether it holds a value, or a set of labels, in each row."""
        return is_flat(self.type) or is_label_list(self.type)


class Entries(NamedTuple):
    """The scores in the values of a column: the row of each, its class or position, and the rows that lack some."""

    rows: NDArray[np.int64]
    keys: list[str]
    codes: NDArray[np.int64]
    scores: NDArray[Any]
    sparse: NDArray[np.int64]


def leaves(schema: pa.Schema) -> list[Leaf]:
    """The columns of a file, with the fields of structures that are no scores as columns of their own."""
    return [leaf for field in schema for leaf in _leaves(Leaf(field.name, field.name, (), usual_type(field.type)))]


def _leaves(leaf: Leaf) -> Iterator[Leaf]:
    if not pa.types.is_struct(leaf.type) or _is_scores(leaf) or len(leaf.fields) >= _MAX_DEPTH:
        yield leaf
        return
    for at in range(leaf.type.num_fields):
        field = leaf.type.field(at)
        kind = usual_type(field.type)
        yield from _leaves(Leaf(f"{leaf.name}.{field.name}", leaf.column, (*leaf.fields, at), kind))


def _is_scores(leaf: Leaf) -> bool:
    kind = leaf.type
    if pa.types.is_struct(kind):
        types = _types(kind)
        inner = {name: of.value_type for name, of in types.items() if _is_list(of)}
        if types.keys() == _VECTOR:
            is_dense = inner.keys() == {"indices", "values"} and _is_number(inner["values"])
            return is_dense and all(map(pa.types.is_integer, (types["type"], types["size"], inner["indices"])))
        return types.keys() == inner.keys() == {"classes", "scores"} and _is_scored(inner["classes"], inner["scores"])
    if not _is_list(kind):
        return False
    if not pa.types.is_struct(kind.value_type):
        return pa.types.is_floating(kind.value_type) and kind_of(leaf.name) == "score"
    types = _types(kind.value_type)
    labels, scored = ([types[name] for name in names if name in types] for names in (_LABELS, _SCORES))
    return len(labels) == 1 and bool(scored) and _is_scored(labels[0], scored[0])


def classes_of(leaf: Leaf, array: Any) -> list[str]:
    """The classes, or the positions, that the first rows have scores of."""
    return _entries(leaf, array).keys


def spread(leaf: Leaf, classes: Sequence[str], array: Any, start: int) -> list[Any]:
    """The scores of each class; `start` is the number of rows before these.

    Raises FileUnreadable for a row that lacks a class of the first rows, has another one, or has one twice.
    """
    found = _entries(leaf, array)
    known = {name: at for at, name in enumerate(classes)}
    position = np.array([known.get(key, -1) for key in found.keys], np.int64)[found.codes]
    if (unknown := np.flatnonzero(position < 0)).size:
        key = found.keys[int(found.codes[unknown[0]])]
        where = f"Row {start + int(found.rows[unknown[0]]) + 1:,}, column “{leaf.name}”"
        detail = (
            f"{where}: there is a score of “{key[:100]}”, which the first rows have none of; write one of each class."
        )
        raise FileUnreadable(detail)
    scores, is_written = (np.zeros((len(array), len(classes)), dtype) for dtype in (found.scores.dtype, bool))
    scores[found.rows, position] = found.scores
    is_written[found.rows, position] = True
    if np.count_nonzero(is_written) < len(found.rows):
        raise FileUnreadable(f"“{leaf.name}” has two scores of one class in a row; write one of each class.")
    is_written[found.sparse] = True
    if not is_written.all():
        row, at = np.argwhere(~is_written)[0].tolist()
        where = f"Row {start + row + 1:,}, column “{leaf.name}”"
        raise FileUnreadable(f"{where}: there is no score of “{classes[at][:100]}”; write one of each class.")
    return [pa.array(np.ascontiguousarray(column)) for column in scores.T]


def refuse_unread(names: Sequence[Leaf]) -> None:
    """Raise FileUnreadable for scores in a form that is not read: figures without them would lack some."""
    for leaf in names:
        if kind_of(leaf.name) == "score":
            raise FileUnreadable(
                f"The column “{leaf.name[:100]}” is named as scores and holds {str(leaf.type)[:100]}, which is not "
                "read; write a list of numbers, a list of labels with scores, or a column for each class."
            )


def notice_of(leaf: Leaf) -> str:
    """What is said of a column that is not read."""
    if is_bytes(leaf.type):
        return (
            f"The column “{leaf.name}” holds bytes, not texts, and was not read; write them as texts if they are ids."
        )
    return f"The column “{leaf.name}” holds lists or structures and was not read."


def _entries(leaf: Leaf, array: Any) -> Entries:
    kind, none = leaf.type, np.zeros(0, np.int64)
    if _is_list(kind):
        array = _plain_list(array)
        rows, inner = _indices(array), pc.list_flatten(array)
        if not pa.types.is_struct(kind.value_type):
            return Entries(rows, *_by_position(array, rows), _numbers(inner), none)
        parts = _fields(inner)
        labels, scored = (next(parts[name] for name in names if name in parts) for names in (_LABELS, _SCORES))
        return Entries(rows, *_coded(labels), _numbers(scored), none)
    parts = _fields(array)
    if "classes" in parts:
        classes, scores = _plain_list(parts["classes"]), _plain_list(parts["scores"])
        rows = _indices(scores)
        if not np.array_equal(rows, _indices(classes)):
            raise FileUnreadable(f"“{leaf.name}” has a row with more or fewer classes than scores.")
        return Entries(rows, *_coded(pc.list_flatten(classes)), _numbers(pc.list_flatten(scores)), none)
    return _of_vectors(leaf, parts)


def _of_vectors(leaf: Leaf, parts: dict[str, Any]) -> Entries:
    """Vectors of Spark: dense ones, and sparse ones with the positions of their values."""
    values = _plain_list(parts["values"])
    rows, scores = _indices(values), _numbers(pc.list_flatten(values))
    _, at = _by_position(values, rows)
    is_sparse = parts["type"].fill_null(1).to_numpy(zero_copy_only=False) == _SPARSE
    sparse = np.flatnonzero(is_sparse)
    width = int(at.max(initial=-1)) + 1
    if sparse.size:
        positions = _plain_list(parts["indices"])
        of_sparse = is_sparse[rows]
        if not np.array_equal(_indices(positions), rows[of_sparse]):
            raise FileUnreadable(f"“{leaf.name}” has a sparse vector with more or fewer positions than values.")
        at[of_sparse] = pc.list_flatten(positions).to_numpy(zero_copy_only=False)
        sizes = parts["size"].fill_null(0).to_numpy(zero_copy_only=False)[sparse]
        width = max(int(at.max(initial=-1)) + 1, int(sizes.max(initial=0)))
        if width > MAX_COLUMNS or at.min(initial=0) < 0:
            raise FileUnreadable(f"“{leaf.name}” has a vector of {width:,} scores; up to {MAX_COLUMNS:,} are read.")
    return Entries(rows, [*map(str, range(width))], at, scores, sparse)


def _by_position(array: Any, rows: NDArray[np.int64]) -> tuple[list[str], NDArray[np.int64]]:
    """The position of each item in its list."""
    lengths = pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    starts = np.cumsum(lengths) - lengths
    at = np.arange(len(rows)) - starts[rows]
    return [*map(str, range(int(lengths.max(initial=0))))], at


def _coded(labels: Any) -> tuple[list[str], NDArray[np.int64]]:
    encoded = pc.dictionary_encode(labels, null_encoding="encode")
    return [text_of(value) for value in encoded.dictionary.to_pylist()], encoded.indices.to_numpy().astype(np.int64)


def _numbers(array: Any) -> NDArray[Any]:
    if not pa.types.is_floating(array.type) or pa.types.is_float16(array.type):
        array = array.cast(pa.float64())
    numbers: NDArray[Any] = array.fill_null(np.nan).to_numpy(zero_copy_only=False)
    return numbers


def _indices(array: Any) -> NDArray[np.int64]:
    indices: NDArray[np.int64] = pc.list_parent_indices(array).to_numpy().astype(np.int64)
    return indices


def _plain_list(array: Any) -> Any:
    kind = array.type
    return array.cast(pa.list_(kind.value_type)) if pa.types.is_fixed_size_list(kind) else array


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind))


def _is_scored(label: pa.DataType, score: pa.DataType) -> bool:
    return is_flat(label) and _is_number(score)


def _types(kind: pa.DataType) -> dict[str, pa.DataType]:
    return {kind.field(at).name: kind.field(at).type for at in range(kind.num_fields)}


def _fields(array: Any) -> dict[str, Any]:
    """The fields of structures by their names, null where a structure is."""
    return {array.type.field(at).name: pc.struct_field(array, [at]) for at in range(array.type.num_fields)}
