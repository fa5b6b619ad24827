"""CSV tables of annotations: rows with their lines, columns by name."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from shared.imports.errors import AnnotationsUnreadable
from shared.imports.reading.files import text_of
from shared.kit.plurals import counted


def columns_of(head: bytes) -> set[str]:
    """Return the names of columns in the first line of a table, by its first bytes."""
    first_line = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
    return {column.strip().strip('"') for column in first_line.decode(errors="replace").split(",")}


def rows_of(name: str, body: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of each line and its cells by the names of columns; raises AnnotationsUnreadable."""
    reader = csv.reader(io.StringIO(text_of(name, body), newline=""), strict=True)
    try:
        header = [column.strip() for column in next(reader, [])]
        if twice := [column for column, count in Counter(header).items() if count > 1]:
            raise AnnotationsUnreadable(f"“{name[:200]}”: the column {twice[0][:100]} stands there twice.")
        for cells in reader:
            if len(cells) != len(header) and cells:
                detail = f"line {reader.line_num:,} has {counted(len(cells), 'cell')}, and the first line {len(header)}"
                raise AnnotationsUnreadable(f"“{name[:200]}”: {detail}.")
            if cells:
                yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise AnnotationsUnreadable(f"“{name[:200]}”: line {reader.line_num:,}: {error}.") from error
