"""From text to the rows of a table: the character that separates the cells, and the line of each row."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from shared.predictions.errors import UnreadablePredictions
from shared.predictions.notices import Code, Notice
from shared.predictions.tables.drawn_tables import is_rule, without_frame
from shared.predictions.tables.names import kind_of
from shared.predictions.values import counts_up, has_decimal_commas

# In the order of preference: a tab is never part of a label, a bar hardly ever separates.
SEPARATORS = "\t;,|"
_NAMES = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars"}

# More than the classes of any matrix and what stands beside their scores.
MAX_COLUMNS = 2000

# So much text is enough to infer the separator.
_SAMPLE_LENGTH = 64 * 1024
# Blanks, and the one that does not break, which sheets and pages put in; other controls stay and are refused.
_SPACE = " \t\r\n\u00a0"
# Excel's own first line, which names the separator.
_SEPARATOR_LINE = re.compile(r"sep=(?P<separator>[,;\t|])(?:\r\n|\r|\n)", re.IGNORECASE)
_COMMENT = re.compile(r"[ \t]*#[^\r\n]*(?:\r\n|\r|\n)")
# What Hive and others write between cells.
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f]")
# R's write.table puts blanks between cells, and quotes around texts.
_NO_SEPARATOR = "the cells are apart by none of commas, semicolons, tabs and bars; write one of these between them"
# In so many rows no labels count up, and none are all different.
_FEW_ROWS, _MANY_ROWS = 3, 8

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equally many cells, the line in which each begins, and the separator of the cells, if any."""

    rows: list[list[str]]
    lines: list[int]
    separator: str | None
    notices: list[Notice] = field(default_factory=list)
    # Cells that were different texts before the spaces around them were taken away.
    merged: frozenset[str] = frozenset()
    # Whether a rule stands below the header, as Markdown and psql draw one.
    is_drawn: bool = False

    @property
    def columns(self) -> list[list[str]]:
        """The cells of each column."""
        return [list(column) for column in zip(*self.rows, strict=True)]


def read_table(text: str) -> Table:
    """Read the rows that are not empty; raises UnreadablePredictions for rows of unequal length, with the line."""
    notices: list[Notice] = []
    if separator_line := _SEPARATOR_LINE.match(text):
        separator: str | None = separator_line["separator"]
        start = separator_line.end()
    else:
        start, count = _comments(text)
        separator, notices = _separator(text[start:])
        if separator is None and (control := _CONTROLS.search(text, start, start + _SAMPLE_LENGTH)):
            line = 1 + _line_count(text[: control.start()])
            raise UnreadablePredictions("here is a control character; write commas or tabs between cells.", line=line)
        notices += [Notice(Code.COMMENT_LINES, (count,))] if count else []
    skipped = _line_count(text[:start])
    cells, lines = [], []
    padded: set[str] = set()
    empty: int | None = None
    is_drawn = False
    for line, row in _rows(text[start:], separator, strict=True):
        stripped = [cell.strip(_SPACE) for cell in row]
        if separator == "|" and is_rule(stripped):
            is_drawn = True
            continue
        if any(stripped):
            if empty is not None:
                raise UnreadablePredictions("this row is empty; fill in its cells, or remove it.", line=empty)
            if stripped != row:
                padded.update(cell for cell, short in zip(row, stripped, strict=True) if cell != short)
            cells.append(stripped)
            lines.append(line + skipped)
        elif len(row) > 1 and empty is None:
            # Sheets end in such rows; anywhere else one is a sample without labels.
            empty = line + skipped
    if separator == "|":
        cells = without_frame(cells, is_drawn=is_drawn)
        del lines[len(cells) :]
    merged = _merged_cells(padded, text[start:], separator) if padded else frozenset()
    return Table(_equal_lengths(cells, lines), lines, separator, notices, merged, is_drawn)


def _merged_cells(padded: set[str], text: str, separator: str | None) -> frozenset[str]:
    forms = Counter(cell.strip(_SPACE) for cell in padded)
    plain = {cell for _, row in _rows(text, separator, strict=True) for cell in row if cell in forms}
    return frozenset(form for form, count in forms.items() if form and (count > 1 or form in plain))


def _rows(text: str, separator: str | None, *, strict: bool) -> Iterator[tuple[int, list[str]]]:
    # Without a separator, no printable character may split a cell.
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator or "\x1f", skipinitialspace=True, strict=strict
    )
    before = 0
    try:
        for row in reader:
            yield before + 1, row
            before = reader.line_num
    except csv.Error as error:
        is_apart = separator is None and "expected after" in str(error)
        fault = _NO_SEPARATOR if is_apart else f"this cannot be read as CSV ({error})"
        raise UnreadablePredictions(f"{fault}.", line=before + 1) from error


def _separator(text: str) -> tuple[str | None, list[Notice]]:
    sample = text[:_SAMPLE_LENGTH]
    is_whole = len(sample) == len(text)
    if len(text) > len(sample):
        # The last line may be cut.
        sample = sample[: 1 + max(sample.rfind("\n"), sample.rfind("\r"))] or sample
    rows_by = {}
    # One that stands nowhere cuts no row.
    for separator in (separator for separator in SEPARATORS if separator in sample):
        try:
            rows_by[separator] = [
                row for _, row in _rows(sample, separator, strict=is_whole) if any(map(str.strip, row))
            ]
        except UnreadablePredictions:
            continue
    candidates = [separator for separator, rows in rows_by.items() if _is_even(rows)]
    if len(candidates) > 1:
        return _preferred_separator(candidates, rows_by)
    if candidates:
        return candidates[0], []
    row_counts = {separator: _agreement(rows) for separator, rows in rows_by.items()}
    best = max(row_counts, key=lambda separator: row_counts[separator], default=None)
    return (best if best and row_counts[best] else None), []


def _is_even(rows: Rows) -> bool:
    lengths = {len(row) for row in rows}
    return len(lengths) == 1 and lengths.pop() > 1


def _agreement(rows: Rows) -> int:
    lengths = Counter(len(row) for row in rows)
    lengths.pop(1, None)
    return max(lengths.values(), default=0)


def _preferred_separator(candidates: Sequence[str], rows_by: Mapping[str, Rows]) -> tuple[str, list[Notice]]:
    if "\t" in candidates:
        return "\t", []
    first = candidates[0]
    if first == ";" and _are_numbers_or_prose(rows_by[";"]):
        return ";", [Notice(Code.SEMICOLON)]
    names = " and ".join(_NAMES[separator] for separator in candidates)
    detail = f"The rows can be cut at {names} alike; put a header row above them, or quote the cells."
    raise UnreadablePredictions(detail)


def _are_numbers_or_prose(rows: Rows) -> bool:
    columns = list(zip(*rows, strict=True))
    return all(
        has_decimal_commas(cells) or all(", " in cell for cell in cells)
        for column in columns
        if (cells := [cell.strip(_SPACE) for cell in column if "," in cell])
    )


def _comments(text: str) -> tuple[int, int]:
    """The end and the number of the comments at the beginning."""
    ends = [0]
    while match := _COMMENT.match(text, ends[-1]):
        ends.append(match.end())
    if len(ends) == 1 or not text[ends[-1] :].strip():
        return 0, 0
    separator, _ = _separator(text[ends[-1] :])
    width = len(next(_rows(text[ends[-1] :], separator, strict=False), (0, [""]))[1])
    for count, (start, end) in enumerate(pairwise(ends)):
        line = text[start:end].strip()
        if not separator or line.count(separator) + 1 != width:
            continue
        # A row whose first cell begins with # is a row, and NumPy's savetxt writes the header as a comment.
        if not line.startswith(("# ", "##")) or _names_a_side(line.split(separator)):
            return start, count
    return ends[-1], len(ends) - 1


def _names_a_side(cells: Sequence[str]) -> bool:
    return any(kind_of(cell) in {"truth", "prediction"} for cell in cells)


def _remedy(rows: Rows, odd_row: int, usual_length: int) -> str:
    length = len(rows[odd_row])
    if not odd_row and length == usual_length - 1 and all(len(row) == usual_length for row in rows[1:]):
        # R's write.table leaves out the name of the column of row names.
        return "name the first column, too, if it holds the names of the rows"
    if length == 1:
        return "remove it if it is no row, as a title or a comment, or quote cells that hold the separator"
    return "quote cells that hold the separator"


def rows_have_names(rows: Rows) -> bool:
    """Return True if each row but the first has a cell more, and the first of these names its row, as R writes it."""
    header, *below = rows
    if any(len(row) != len(header) + 1 for row in below) or not any(row[-1] for row in below):
        return False
    names = [row[0] for row in below]
    is_numbered = len(names) > _FEW_ROWS and counts_up(names)
    return is_numbered or len({*names}) == len(names) > _MANY_ROWS


def _line_count(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _equal_lengths(rows: list[list[str]], lines: Sequence[int]) -> list[list[str]]:
    if not rows:
        return rows
    usual_length = Counter(map(len, rows)).most_common(1)[0][0]
    if usual_length > MAX_COLUMNS:
        detail = (
            f"The rows have {usual_length:,} cells; up to {MAX_COLUMNS:,} columns are read, and a row for each sample."
        )
        raise UnreadablePredictions(detail)
    if len(rows[0]) > usual_length and not any(rows[0][usual_length:]):
        # Weka ends the row of names with a comma more than others have cells.
        rows = [rows[0][:usual_length], *rows[1:]]
    if rows_have_names(rows):
        rows = [["", *rows[0]], *rows[1:]]
    odd_row = next((index for index, row in enumerate(rows) if len(row) != usual_length), None)
    if odd_row is not None:
        cells, usual_cells = (f"{n} cell{'s' if n != 1 else ''}" for n in (len(rows[odd_row]), usual_length))
        detail = f"this row has {cells}, and most rows have {usual_cells}; {_remedy(rows, odd_row, usual_length)}."
        raise UnreadablePredictions(detail, line=lines[odd_row])
    width = usual_length
    while width > 1 and not any(row[width - 1] for row in rows):
        width -= 1
    return [row[:width] for row in rows] if width < usual_length else rows
