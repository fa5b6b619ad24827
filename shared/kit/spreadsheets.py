"""Reading tables: CSV of any encoding and separator, or cells pasted from a spreadsheet."""

import codecs
import csv
import io
import re
from collections import Counter

from shared.kit.errors import Fault, InvalidInput

SEPARATORS = ",;\t|"

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# The lines that determine the separator; a longer cell than this is a quote that was never closed.
_SAMPLED_LINES = 50
_MAX_CELL_LENGTH = 100_000
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
# Excel's own first line, which names the separator.
_SEPARATOR_LINE = re.compile(r"sep=(?P<separator>[,;\t|])\r?\n", re.IGNORECASE)


def read_rows(data: bytes, pointer: str) -> list[list[str]]:
    """Return the rows that are not empty, each cell stripped; `pointer` is the position of the table in errors.

    Raises InvalidInput for bytes that are not text, or not a table.
    """
    text = _decoded(data, pointer)
    if "\0" in text:
        raise InvalidInput(Fault(pointer, "The file contains NUL characters and is not text; save it as CSV."))
    separator_line = _SEPARATOR_LINE.match(text)
    body = text[separator_line.end() :] if separator_line else text
    separator = separator_line["separator"] if separator_line else _separator(body)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    former_limit = csv.field_size_limit(_MAX_CELL_LENGTH)
    try:
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise InvalidInput(Fault(pointer, f"Line {reader.line_num} cannot be read as CSV: {error}.")) from error
    finally:
        csv.field_size_limit(former_limit)
    return [row for row in rows if any(row)]


def _decoded(data: bytes, pointer: str) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise InvalidInput(Fault(pointer, "The file has an invalid encoding; save it as UTF-8.")) from error
    try:
        return data.decode()
    except UnicodeDecodeError:
        # The encoding of Excel where it does not write UTF-8; the five bytes it lacks become a visible mark.
        return data.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    """Return the separator that splits most of the first lines into the same number of cells, two or more."""
    start = text[: _SAMPLED_LINES * 1000].splitlines()[:_SAMPLED_LINES]
    lines = [_QUOTED.sub("", line) for line in start if line.strip()]
    matching_lines = {}
    for separator in SEPARATORS:
        counts = Counter(line.count(separator) for line in lines)
        counts.pop(0, None)
        matching_lines[separator] = max(counts.values(), default=0)
    return max(SEPARATORS, key=lambda separator: matching_lines[separator])
