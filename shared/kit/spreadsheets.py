"""Tables as people's programs write them: CSV of any encoding and separator, or cells pasted from a spreadsheet."""

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
# So many lines tell the separator; a longer cell than this is a quote that was never closed.
_LINES_SEEN = 50
_MAX_CELL_LENGTH = 100_000
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
# Excel's own first line, which names the separator.
_SEPARATOR_LINE = re.compile(r"sep=(?P<separator>[,;\t|])\r?\n", re.IGNORECASE)


def read_rows(data: bytes, place: str) -> list[list[str]]:
    """The rows that hold anything, each cell without the space around it; `place` stands in the errors' pointers.

    Raises InvalidInput for what is no text, or no table.
    """
    text = _decoded(data, place)
    if "\0" in text:
        raise InvalidInput(Fault(place, "The file contains NUL characters and is not text; save it as CSV."))
    named = _SEPARATOR_LINE.match(text)
    body = text[named.end() :] if named else text
    separator = named["separator"] if named else _separator(body)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    former = csv.field_size_limit(_MAX_CELL_LENGTH)
    try:
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise InvalidInput(Fault(place, f"Line {reader.line_num} cannot be read as CSV: {error}.")) from error
    finally:
        csv.field_size_limit(former)
    return [row for row in rows if any(row)]


def _decoded(data: bytes, place: str) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise InvalidInput(Fault(place, "The file has an invalid encoding; save it as UTF-8.")) from error
    try:
        return data.decode()
    except UnicodeDecodeError:
        # What Excel writes where it does not write UTF-8; the five bytes that it lacks become a mark that shows.
        return data.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    """The separator that cuts most of the first lines into equally many cells, two or more."""
    lines = [_QUOTED.sub("", line) for line in text[: _LINES_SEEN * 1000].splitlines()[:_LINES_SEEN] if line.strip()]
    agreement = {}
    for separator in SEPARATORS:
        counts = Counter(line.count(separator) for line in lines)
        counts.pop(0, None)
        agreement[separator] = max(counts.values(), default=0)
    return max(SEPARATORS, key=lambda separator: agreement[separator])
