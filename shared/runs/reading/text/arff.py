"""ARFF, the format of Weka and OpenML: a header that names the columns, then comma-separated rows."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.runs.errors import FileUnreadable, RowFault, RowsInvalid
from shared.runs.reading.tables import NO_CLASS_NAMES, Batch, ColumnForm, check_names
from shared.runs.reading.text.delimited import read_delimited
from shared.runs.reading.text.rows import Dialect, explained, line_of, not_utf_8

_ATTRIBUTE = re.compile(
    r"""\s*@attribute\s+(?:'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>\S+))\s+(?P<kind>.*)""",
    re.IGNORECASE,
)
_VALUES = re.compile(r"""\{(?:\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s,'"{}\\][^,'"{}\\]*)\s*[,}])+\s*(?:%.*)?""")
_VALUE = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"{}]+))\s*[,}]""")
# Weka and liac-arff write these behind a backslash, within quotes.
_ESCAPED = re.compile(rb"\\[\\'\"%]")
_ESCAPE = re.compile(r"\\(.)")
_PIECE_BYTES = 2**18
_DATA = re.compile(r"\s*@data\s*$", re.IGNORECASE)
_MISSING = "?"
# Bytes that are not UTF-8, as they are read here; in a comment they do no harm.
_FOREIGN = re.compile("[\udc80-\udcff]")
# A header is a line for each column; a class list of thousands makes long lines, not many.
_MAX_HEADER_LINES = 20_000


class ArffFile:
    """An ARFF file with dense rows."""

    header_question = None
    class_names = NO_CLASS_NAMES
    has_decimal_commas = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self.names, self._declared, skipped, first = _header(path)
        self.notices: list[str] = []
        check_names(self.names)
        if first.startswith("{"):
            raise FileUnreadable("The rows are sparse, each within braces; write a dense ARFF file, or CSV.")
        self._dialect = Dialect(",", ".", skipped, len(self.names), "'", "\\" if _has_escapes(path) else None)

    def sample(self, rows: int) -> list[list[str]]:
        """The texts of each column in the first rows."""
        batch = next(self.batches(dict.fromkeys(range(len(self.names)), ColumnForm.TEXT)))
        return [[cell.strip() for cell in batch[position][:rows].to_pylist()] for position in sorted(batch)]

    def batches(self, forms: Mapping[int, ColumnForm]) -> Iterator[Batch]:
        """All rows; raises FileUnreadable and RowsInvalid with the line at fault."""
        try:
            start = 0
            for batch in read_delimited(self._path, self._dialect, forms):
                self._refuse_undeclared(batch, start)
                start += len(next(iter(batch.values()), ()))
                yield {position: _with_gaps(array) for position, array in batch.items()}
        except pa.ArrowInvalid as error:
            raise explained(self._path, self._dialect, forms, self.names, error) from error

    def row_of(self, row: int) -> int:
        """The same row: every row of the file is one of the table."""
        return row

    def line_of(self, row: int) -> int:
        """The line in which a row begins."""
        return line_of(self._path, self._dialect, row)

    def _refuse_undeclared(self, batch: Batch, start: int) -> None:
        """Raise RowsInvalid for a value that is none of those that the header declares for its column."""
        for position, declared in self._declared.items():
            array = batch.get(position)
            if not isinstance(array, pa.DictionaryArray):
                continue
            for code, cell in enumerate(array.dictionary.to_pylist()):
                value = cell.strip().strip('"')
                if value not in declared and value not in {_MISSING, ""}:
                    row = start + pc.index(array.indices, code).as_py() + 1
                    detail = (
                        f"“{value[:40]}” is none of the values that the header declares; declare it, or correct it."
                    )
                    raise RowsInvalid([RowFault(row, self.names[position], detail, self.line_of(row - 1))])


def _with_gaps(array: "pa.Array[Any]") -> "pa.Array[Any]":
    """An array with an empty text for the sign of a missing value."""
    if isinstance(array, pa.DictionaryArray):
        return pa.DictionaryArray.from_arrays(array.indices, _with_gaps(array.dictionary))
    return pc.if_else(pc.equal(array, _MISSING), "", array) if pa.types.is_string(array.type) else array


def _header(path: Path) -> tuple[list[str], dict[int, frozenset[str]], int, str]:
    """The names, the values of nominal columns, the number of lines before the first row, and that row."""
    names: list[str] = []
    declared: dict[int, frozenset[str]] = {}
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        for number, line in enumerate(islice(file, _MAX_HEADER_LINES), 1):
            if match := _ATTRIBUTE.match(line):
                if _FOREIGN.search(line):
                    raise not_utf_8(number)
                if _VALUES.fullmatch(match["kind"].strip()):
                    declared[len(names)] = _values(match["kind"])
                name = next(name for name in match.group("single", "double", "bare") if name is not None)
                names.append(_ESCAPE.sub(r"\1", name))
            elif _DATA.match(line):
                first, blank = _first_row(file)
                return names, declared, number + blank, first
    raise FileUnreadable("The ARFF file has no line @data, behind which its rows would begin.")


def _values(kind: str) -> frozenset[str]:
    """The values between braces."""
    found = _VALUE.findall(kind.partition("{")[2])
    return frozenset(_ESCAPE.sub(r"\1", single or double or bare).strip() for single, double, bare in found)


def _has_escapes(path: Path) -> bool:
    """Whether a backslash is one that escapes anywhere, and not part of a path."""
    end = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            if _ESCAPED.search(end + piece):
                return True
            end = piece[-1:]
    return False


def _first_row(lines: Iterator[str]) -> tuple[str, int]:
    for passed, line in enumerate(lines):
        if line.strip() and not line.startswith("%"):
            return line.strip(), passed
    raise FileUnreadable("There are no rows below @data; the file needs one for each sample.")
