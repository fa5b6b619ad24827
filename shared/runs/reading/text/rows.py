"""The rows of a text one by one, which takes long: where one of them stands, and what is wrong with it."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from shared.predictions.values import score
from shared.runs.errors import FileUnreadable, RowFault, RowsInvalid
from shared.runs.reading.tables import ColumnForm

_MAX_FAULTS = 101


class Dialect(NamedTuple):
    """How the text is cut: separator, quote, escape, mark of decimals, lines before the first sample, cells."""

    separator: str
    decimal: str
    skipped_lines: int
    width: int
    quote: str = '"'
    escape: str | None = None


def explained(
    path: Path, dialect: Dialect, forms: Mapping[int, ColumnForm], names: Sequence[str], error: Exception
) -> FileUnreadable | RowsInvalid:
    """Find the row that the reader stumbled over, and say what is wrong with it."""
    _check_encoding(path)
    faults: list[RowFault] = []
    for row, (line, cells) in enumerate(cells_of(path, dialect)):
        if len(cells) != dialect.width:
            found, usual = (f"{n} cell{'s' if n != 1 else ''}" for n in (len(cells), dialect.width))
            detail = f"Line {line:,}: this row has {found}, and the others have {usual}; quote cells that hold the "
            return FileUnreadable(f"{detail}separator.")
        faults += [
            RowFault(row + 1, names[position], _said_of(cells[position], cells, dialect), line)
            for position, form in forms.items()
            if form is ColumnForm.SCORES and not _is_score(cells[position].strip(), dialect)
        ]
        if len(faults) >= _MAX_FAULTS:
            break
    return RowsInvalid(faults) if faults else FileUnreadable(f"The text cannot be read as a table: {error}.")


def _is_score(cell: str, dialect: Dialect) -> bool:
    return score(cell.replace(dialect.decimal, ".")) is not None and not (dialect.decimal == "," and "." in cell)


def _said_of(cell: str, cells: Sequence[str], dialect: Dialect) -> str:
    if not any(map(str.strip, cells)):
        return "this row is empty; fill in its cells, or remove it."
    mark = " with a decimal comma, as others are" if dialect.decimal == "," else ""
    return f"“{cell[:40]}” is not a number{mark}; write one."


def line_of(path: Path, dialect: Dialect, row: int) -> int:
    """The line in which a row begins, from 1; takes as long as reading the file up to it."""
    return next((line for at, (line, _) in enumerate(cells_of(path, dialect)) if at == row), 0)


def cells_of(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """The line and the cells of each row that is not empty; raises FileUnreadable."""
    # What stands before the rows, such as a comment, may be in another encoding.
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for _ in range(dialect.skipped_lines):
            file.readline()
        reader = csv.reader(file, delimiter=dialect.separator, quotechar=dialect.quote, escapechar=dialect.escape)
        before = 0
        try:
            for cells in reader:
                if cells:
                    yield dialect.skipped_lines + before + 1, cells
                before = reader.line_num
        except csv.Error as error:
            line = dialect.skipped_lines + before + 1
            detail = f"Line {line:,}: this row cannot be read as CSV ({error}); is a quote in it never closed?"
            raise FileUnreadable(detail) from error


def _check_encoding(path: Path) -> None:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                raise not_utf_8(number) from error


def not_utf_8(line: int) -> FileUnreadable:
    """What is said of a line in another encoding."""
    return FileUnreadable(f"Line {line:,}: here are bytes that are not UTF-8 text; save the file as UTF-8.")
