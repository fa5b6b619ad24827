"""Tables as CSV text that no spreadsheet reads as formulas."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Cell: TypeAlias = str | int | float | None

# Spreadsheets read a text that begins so as a formula, but for a lone sign and a number.
_FORMULA = re.compile(r"(?![+-](?:[0-9]+\.?[0-9]*|\.[0-9]+)?(?:(?<=[0-9.])[eE][+-]?[0-9]+)?\Z)[=+\-@\t\r\n]")


def csv_text(header: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> str:
    """A table as CSV; a text that a spreadsheet would read as a formula is escaped. Without a header, only the rows."""
    text = io.StringIO()
    writer = csv.writer(text)
    if header:
        writer.writerow(map(guard_formula, header))
    writer.writerows(map(guard_formula, row) for row in rows)
    return text.getvalue()


def guard_formula(cell: Cell) -> Cell:
    """The cell, with an apostrophe before a text that a spreadsheet would read as a formula."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
