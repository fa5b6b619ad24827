"""NPZ: arrays that numpy.savez wrote; never objects, which would be a pickle."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from shared.runs.errors import FileUnreadable
from shared.runs.reading.columns.typed_values import labels_of, scores_of, texts
from shared.runs.reading.tables import Batch, ColumnForm, check_names, names_classes

_BATCH_ROWS = 2**17
# The arrays are unpacked into memory.
_MAX_BYTES = 512 * 2**20
_TABLE = 2


class NpzFile:
    """Arrays of equal length; a matrix of k columns is k columns `name_0`, `name_1` and so on, one of one is `name`."""

    header_question = None
    has_decimal_commas = False

    def __init__(self, path: Path) -> None:
        self._columns = _columns(path)
        self.class_names = _taken_class_names(self._columns)
        self.names = [*self._columns]
        check_names(self.names)
        self.notices: list[str] = []
        lengths = {name: len(column) for name, column in self._columns.items()}
        if len({*lengths.values()}) > 1:
            said = ", ".join(f"{name} {length:,}" for name, length in [*lengths.items()][:5])
            raise FileUnreadable(f"The arrays have different lengths ({said}); each needs a value for each sample.")
        if not lengths or not max(lengths.values()):
            raise FileUnreadable("The arrays are empty; they need a value for each sample.")

    def sample(self, rows: int) -> list[list[str]]:
        """The texts of each column in the first rows."""
        return [labels_of(_array(column[:rows])).to_pylist() for column in self._columns.values()]

    def batches(self, forms: Mapping[int, ColumnForm]) -> Iterator[Batch]:
        """All rows."""
        length = len(next(iter(self._columns.values())))
        for start in range(0, length, _BATCH_ROWS):
            rows = slice(start, start + _BATCH_ROWS)
            yield {position: self._formed(position, form, rows) for position, form in forms.items()}

    def row_of(self, row: int) -> int:
        """The same row: every row of the file is one of the table."""
        return row

    def line_of(self, _row: int) -> None:
        """None: such a file has no lines."""

    def _formed(self, position: int, form: ColumnForm, rows: slice) -> Any:
        name = self.names[position]
        array = _array(self._columns[name][rows])
        if form is ColumnForm.SCORES:
            return scores_of(array, name)
        return labels_of(array) if form is ColumnForm.LABELS else texts(array)


def _taken_class_names(columns: dict[str, Any]) -> Mapping[str, Sequence[str]]:
    """Take the arrays that name the classes out of the columns: those that are not as long as any other one."""
    lengths = {len(column) for name, column in columns.items() if not names_classes(name)}
    found = [
        name
        for name, column in columns.items()
        if names_classes(name) and column.dtype.kind == "U" and len(column) not in lengths
    ]
    return {name: columns.pop(name).tolist() for name in found if lengths}


def _columns(path: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > _MAX_BYTES:
            raise FileUnreadable(f"The arrays take {size:,} bytes, more than are read at once; write Parquet.")
        with np.load(path, allow_pickle=False) as arrays:
            return {name: column for key in arrays.files for name, column in _named(key, arrays[key])}
    except (ValueError, OSError, zipfile.BadZipFile, EOFError) as error:
        detail = "The archive holds something else than arrays of numbers or texts, or is damaged; objects are never "
        raise FileUnreadable(f"{detail}opened. Save the labels as numbers or with dtype str.") from error


def _named(key: str, array: Any) -> Iterator[tuple[str, Any]]:
    if array.ndim == 1:
        yield key, array
    elif array.ndim == _TABLE and array.shape[1] == 1:
        # As Keras predicts a class of two.
        yield key, array[:, 0]
    elif array.ndim == _TABLE and array.shape[0] == 1:
        raise FileUnreadable(f"The array “{key}” is one row of {array.shape[1]:,} values; save it flat, with ravel().")
    elif array.ndim == _TABLE:
        yield from ((f"{key}_{position}", array[:, position]) for position in range(array.shape[1]))
    elif array.ndim:
        raise FileUnreadable(f"The array “{key}” has {array.ndim} dimensions; one or two are read.")


def _array(column: Any) -> Any:
    if column.dtype.kind == "S":
        try:
            column = np.char.decode(column, "utf-8")
        except UnicodeDecodeError as error:
            raise FileUnreadable("An array holds bytes that are not UTF-8 text; save it with dtype str.") from error
    try:
        return pa.array(column.astype(object) if column.dtype.kind == "U" else np.ascontiguousarray(column))
    except pa.ArrowException as error:
        detail = f"An array holds values of the type {column.dtype}, which is not read; save numbers, or dtype str."
        raise FileUnreadable(detail) from error
