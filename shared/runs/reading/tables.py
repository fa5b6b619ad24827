"""A file as a table, whatever its format: names, first rows as texts, and all rows in batches."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any, Protocol, TypeAlias

import pyarrow as pa

from shared.predictions.tables.names import normalise
from shared.runs.errors import ColumnsDuplicated, FileUnreadable

# More than the classes of any run and what stands beside their scores; each further column costs memory in each batch.
MAX_COLUMNS = 2000

# A batch holds at most so many cells, each of four bytes or more; a file may write a column of equal cells in a few.
_BATCH_CELLS = 2**23


# What programs call the list of the classes, in the order of their scores.
_CLASS_LISTS = frozenset({"classes", "classes_", "class_names", "target_names", "label_names"})


def names_classes(name: str) -> bool:
    """Return True if a member of a file beside its columns is named as the list of the classes."""
    return name in _CLASS_LISTS


class ColumnForm(Enum):
    """How a column is read."""

    # A dictionary array of texts: few different ones, many times.
    LABELS = auto()
    # A text array.
    TEXT = auto()
    # A float array, in the file's own precision.
    SCORES = auto()


# Of a file that names its classes in no place of their own.
NO_CLASS_NAMES: Mapping[str, Sequence[str]] = {}

# The arrays of equally many rows, by the position of their column.
Batch: TypeAlias = dict[int, "pa.Array[Any]"]


class FileTable(Protocol):
    """A file that is open to be read, any number of times."""

    @property
    def names(self) -> Sequence[str]:
        """The name of each column; `c0`, `c1` and so on where the file names none."""

    @property
    def notices(self) -> Sequence[str]:
        """What had to be assumed to read the file."""

    @property
    def has_decimal_commas(self) -> bool:
        """Whether numbers are written with commas."""

    @property
    def class_names(self) -> Mapping[str, Sequence[str]]:
        """Classes in the order of their numbers, by the name of the column or member that lists them; often none."""

    @property
    def header_question(self) -> str | None:
        """Why nobody can say whether the first row names the columns; None where it is certain."""

    def sample(self, rows: int) -> list[list[str]]:
        """The texts of each column in the first rows; a missing value is an empty text."""

    def batches(self, forms: Mapping[int, ColumnForm]) -> Iterator[Batch]:
        """All rows of some columns; missing texts are empty. Raises FileUnreadable, RowsInvalid."""

    def row_of(self, row: int) -> int:
        """The row of the file, counted from 0, that a row of the table is; some rows of a file may be left out."""

    def line_of(self, row: int) -> int | None:
        """The line in which a row, counted from 0, begins, from 1; None where rows are no lines of their own."""


def row_text(table: FileTable, row: int) -> str:
    """Where a row of the table, counted from 0, stands in the file."""
    line = table.line_of(row)
    return f"row {table.row_of(row) + 1:,}" if line is None else f"line {line:,}"


def rows_of_batch(columns: int, usual: int) -> int:
    """Return the number of rows of a batch with so many columns, at most the usual one."""
    return min(usual, _BATCH_CELLS // max(columns, 1))


def check_names(names: Sequence[str]) -> None:
    """Raise ColumnsDuplicated, naming both, or FileUnreadable for more columns than are read."""
    if len(names) > MAX_COLUMNS:
        detail = f"The file has {len(names):,} columns; up to {MAX_COLUMNS:,} are read, and a row for each sample."
        raise FileUnreadable(detail)
    counted = Counter(normalise(name) for name in names if name)
    again = [name for name in names if counted[normalise(name)] > 1]
    if again:
        detail = f"Two columns have the names “{again[0]}” and “{again[1]}”; rename one of them."
        raise ColumnsDuplicated(detail)
