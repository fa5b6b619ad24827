"""Delimited text: CSV, TSV, semicolons with decimal commas."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from shared.predictions.errors import UnreadablePredictions
from shared.predictions.tables.dialect import read_table
from shared.predictions.tables.header import judge_first_row
from shared.predictions.tables.text_encoding import decode_text
from shared.predictions.values import has_decimal_commas, has_decimal_points, has_quoted_decimals
from shared.runs.errors import FileUnreadable
from shared.runs.reading.columns.typed_values import labels_of
from shared.runs.reading.read_ahead import read_ahead
from shared.runs.reading.tables import NO_CLASS_NAMES, Batch, ColumnForm, check_names
from shared.runs.reading.text.last_rows import length_without_empty_rows
from shared.runs.reading.text.rows import Dialect, cells_of, explained, line_of

# So much text tells the dialect, the header and the roles.
_SAMPLE_BYTES = 512 * 1024
# Rows of a batch stay in the processor's cache; a larger block costs more memory and is no faster.
_BLOCK_BYTES = 4 * 2**20
_PIECE_BYTES = 2**18


class DelimitedFile:
    """A text file, in UTF-8, of which each row is a sample."""

    class_names = NO_CLASS_NAMES

    def __init__(self, path: Path, *, header: bool | None = None) -> None:
        self.path = path
        table, notices = _first_rows(path)
        first = judge_first_row(table.rows[0], [list(column) for column in zip(*table.rows[1:], strict=True)])
        is_header = first.is_header if header is None else header
        self.header_question = None
        if header is None and (not first.is_certain or not first.is_header):
            self.header_question = f"Nothing says for certain that the first row is a header: {first.evidence}."
        start = 1 if is_header else 0
        if len(table.rows) == start:
            raise FileUnreadable("There is a header row and nothing below it; add a row for each sample.")
        cells = table.rows[0] if is_header else [f"c{position}" for position in range(len(table.rows[0]))]
        self.notices = notices
        self._rows = table.rows[start:]
        separator = table.separator or ","
        width = _width(path, table.lines[start] - 1, separator)
        # Cells behind the last name are empty in the first rows, and have to be in all.
        self.names = [*cells, *([""] * (width - len(cells)))]
        check_names(self.names)
        columns = [list(column) for column in zip(*self._rows, strict=True)]
        # Between commas numbers with a comma are quoted, and as often have it at thousands.
        self.has_decimal_commas = any(map(has_quoted_decimals if separator == "," else has_decimal_commas, columns))
        # A file with points, too, may have commas at thousands; only semicolons are there for decimal ones.
        is_read = self.has_decimal_commas and (separator == ";" or not any(map(has_decimal_points, columns)))
        decimal = "," if is_read else "."
        self.dialect = Dialect(separator, decimal, table.lines[start] - 1, width)

    def sample(self, rows: int) -> list[list[str]]:
        """The texts of each column in the first rows, without the spaces around them."""
        columns = [list(column) for column in zip(*self._rows[:rows], strict=True)]
        if self.dialect.decimal == ",":
            columns = [
                [c.replace(",", ".") for c in cells] if has_decimal_commas(cells) else cells for cells in columns
            ]
        return columns + [[""] * min(rows, len(self._rows))] * (self.dialect.width - len(columns))

    def batches(self, forms: Mapping[int, ColumnForm]) -> Iterator[Batch]:
        """All rows; raises FileUnreadable and RowsInvalid with the line at fault."""
        try:
            length = length_without_empty_rows(self.path, self.dialect.separator)
            yield from read_delimited(self.path, self.dialect, forms, length)
        except pa.ArrowInvalid as error:
            raise explained(self.path, self.dialect, forms, self.names, error) from error

    def row_of(self, row: int) -> int:
        """The same row: every row of the file is one of the table."""
        return row

    def line_of(self, row: int) -> int:
        """The line in which a row begins."""
        return line_of(self.path, self.dialect, row)


def read_delimited(
    path: Path, dialect: Dialect, forms: Mapping[int, ColumnForm], length: int | None = None
) -> Iterator[Batch]:
    """All rows of some columns, in batches, those of the first `length` bytes if it says so; raises ArrowInvalid."""
    # Texts become codes here: Arrow's reader takes twice as long for it.
    types = {ColumnForm.LABELS: pa.string(), ColumnForm.TEXT: pa.string(), ColumnForm.SCORES: pa.float64()}
    wanted = sorted(forms)
    quotes = _count_of(path, dialect.quote)
    reader = pa_csv.open_csv(
        str(path) if length is None else _first_bytes(path, length),
        read_options=pa_csv.ReadOptions(
            block_size=_BLOCK_BYTES,
            skip_rows=dialect.skipped_lines,
            column_names=[str(position) for position in range(dialect.width)],
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=dialect.separator,
            quote_char=dialect.quote if quotes else False,
            escape_char=dialect.escape or False,
            newlines_in_values=bool(quotes),
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={str(position): types[forms[position]] for position in wanted},
            include_columns=[str(position) for position in wanted],
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
            null_values=[],
            decimal_point=dialect.decimal,
        ),
    )
    # Cutting the text into cells takes longer than anything else, and turning them into codes half as long.
    with closing(read_ahead(iter(reader))) as batches:
        for batch in batches:
            arrays = dict(zip(wanted, batch.columns, strict=True))
            arrays |= {at: labels_of(arrays[at]) for at, form in forms.items() if form is ColumnForm.LABELS}
            if quotes:
                _refuse_blanks_before_quotes(arrays.values(), dialect.quote)
            if batch.num_rows:
                yield arrays
    if quotes % 2:
        _refuse_open_quote(path, dialect)


def _first_bytes(path: Path, length: int) -> pa.BufferReader:
    with pa.memory_map(str(path)) as file:
        return pa.BufferReader(file.read_buffer(length))


def is_blank(path: Path, dialect: Dialect) -> bool:
    """Whether only line breaks, which are no rows, stand behind the lines that are skipped."""
    with path.open("rb") as file:
        for _ in range(dialect.skipped_lines):
            file.readline()
        return not any(piece.strip(b"\r\n") for piece in iter(partial(file.read, _PIECE_BYTES), b""))


def _count_of(path: Path, sign: str) -> int:
    count = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            # Most files have none, and are searched faster than they are counted.
            if sign.encode() in piece:
                count += int(np.count_nonzero(np.frombuffer(piece, np.uint8) == ord(sign)))
    return count


def _refuse_open_quote(path: Path, dialect: Dialect) -> None:
    """Refuse a quote that is never closed: all rows behind it would be part of one cell."""
    last = deque(cells_of(path, dialect), maxlen=1)
    if last and "\n" in last[0][1][-1]:
        raise FileUnreadable(f"Line {last[0][0]:,}: a quote in this row is never closed; close it, or remove it.")


def _refuse_blanks_before_quotes(columns: Iterable["pa.Array[Any]"], quote: str) -> None:
    """Refuse `a, "b"`: the quotes would be part of the label."""
    for column in columns:
        texts = column.dictionary if isinstance(column, pa.DictionaryArray) else column
        if pa.types.is_string(texts.type) and pc.any(pc.match_substring_regex(texts, f"^[ \\t]+{quote}")).as_py():
            raise FileUnreadable("A cell begins with a blank and then a quote; write no blanks around the separators.")


def _first_rows(path: Path) -> tuple[Any, list[str]]:
    with path.open("rb") as file:
        data = file.read(_SAMPLE_BYTES)
        is_whole = not file.read(1)
    if not is_whole:
        data = _whole_lines(data)
    try:
        table = read_table(decode_text(data))
    except UnreadablePredictions as error:
        raise FileUnreadable(error.detail) from error
    if table.is_drawn:
        raise FileUnreadable("The file is a drawn table, with a rule below its header; write it as CSV.")
    if not table.rows:
        raise FileUnreadable("The file is empty; it needs a row for each sample.")
    return table, [notice.sentence for notice in table.notices]


def _whole_lines(data: bytes) -> bytes:
    """Cut the last line, which may be incomplete, and go on until no quoted cell is cut."""
    end = len(data)
    while (end := data.rfind(b"\n", 0, end)) > 0:
        if data.count(b'"', 0, end) % 2 == 0:
            return data[: end + 1]
    raise FileUnreadable("The first line is longer than 512 KiB, or a quote in it is never closed; is this a table?")


def _width(path: Path, skipped_lines: int, separator: str) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(skipped_lines):
            file.readline()
        cells = next(csv.reader(file, delimiter=separator))
    if separator == "|" and not cells[0].strip() and not cells[-1].strip():
        raise FileUnreadable("The file is a drawn table with bars around its rows; write it as CSV.")
    return len(cells)
