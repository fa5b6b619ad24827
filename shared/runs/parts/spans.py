"""Where a large file is cut: between row groups of Parquet, batches of Arrow, lines of JSON, and rows of a text.

A text is cut only if every quote stands as CSV has it: an opening one behind a separator or the end of a row, and a
closing one before a separator, the end of a row or another quote. Then a line break behind an even number of quotes
ends a row, whatever the cells hold. With any other quote, as in `5" pipe`, the file is read in one piece.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from shared.runs.reading.text.rows import Dialect

_BLOCK = 4 * 2**20
_NO_POSITIONS = np.zeros(0, np.int64)
_BREAK, _RETURN = ord("\n"), ord("\r")
# More parts are hardly ever worked at together; the parts of a larger file are larger.
MAX_PARTS = 200
# The bytes that an Arrow file begins with; from there on it is written as a stream.
_ARROW_MAGIC = 8


class Span(msgspec.Struct, frozen=True, array_like=True):
    """The bytes of a part, and its row groups and rows where the file has row groups."""

    start: int
    stop: int
    first_group: int = 0
    group_stop: int = 0
    rows: int | None = None


def parquet_spans(path: Path, part_rows: int) -> list[Span]:
    """The parts of a Parquet file, of at least so many rows but for the last; one of a file that is not cut."""
    metadata, size = pq.read_metadata(path), path.stat().st_size
    part_rows = _least(metadata.num_rows, part_rows)
    if metadata.num_rows <= part_rows:
        return [Span(0, size)]
    spans: list[Span] = []
    first, rows, start, end = 0, 0, 0, 0
    for at in range(metadata.num_row_groups):
        group = metadata.row_group(at)
        begin, stop = _bytes_of(group)
        if not end <= begin < stop <= size:
            # The groups do not lie one behind the other, or the file says what is not so.
            return [Span(0, size)]
        rows, end = rows + group.num_rows, stop
        if rows >= part_rows or at == metadata.num_row_groups - 1:
            spans.append(Span(start, end, first, at + 1, rows))
            first, rows, start = at + 1, 0, end
    return spans


def _least(whole: int, part: int) -> int:
    """The least size of a part: all of a file that is not twice as large, and more where there would be too many."""
    return whole if whole < 2 * part else max(part, -(-whole // MAX_PARTS))


def _bytes_of(group: Any) -> tuple[int, int]:
    columns = [group.column(at) for at in range(group.num_columns)]
    # Some writers leave a zero for a dictionary that is not there.
    offsets = [(column.dictionary_page_offset, column.data_page_offset) for column in columns]
    begins = [min(filter(None, pair), default=0) for pair in offsets]
    ends = [begin + column.total_compressed_size for begin, column in zip(begins, columns, strict=True)]
    return min(begins), max(ends)


class ArrowSpans(NamedTuple):
    """The parts of an Arrow file, and where its first record batch begins; before it stand schema and dictionaries."""

    spans: list[Span]
    head: int


def arrow_spans(path: Path, part_bytes: int) -> ArrowSpans:
    """The parts of an Arrow file, of at least so many bytes but for the last; one of a file that is not cut.

    A file with dictionaries behind its first batch is not: a part would need all of them.
    """
    size = path.stat().st_size
    whole = ArrowSpans([Span(0, size)], 0)
    part_bytes = _least(size, part_bytes)
    if size <= part_bytes:
        return whole
    try:
        with pa.memory_map(str(path)) as source:
            edges = _batch_edges(source)
            if edges is None or len(edges) - 1 != pa.ipc.open_file(source).num_record_batches:
                return whole
    except (pa.ArrowInvalid, OSError):
        # A damaged one: whoever reads it as a whole says so.
        return whole
    spans: list[Span] = []
    first = 0
    for at in range(1, len(edges)):
        if edges[at] - edges[first] >= part_bytes or at == len(edges) - 1:
            spans.append(Span(edges[first], edges[at], first, at))
            first = at
    return ArrowSpans(spans, edges[0]) if spans else whole


def _batch_edges(source: Any) -> list[int] | None:
    """Where each record batch begins and the last one ends; None where something else stands among them."""
    source.seek(_ARROW_MAGIC)
    edges: list[int] = []
    try:
        while True:
            begin = source.tell()
            message = pa.ipc.read_message(source)
            if message.type == "record batch":
                edges = [*edges[:-1], begin, source.tell()]
            elif edges:
                return None
    except EOFError:
        # The mark that stands behind the last batch.
        return edges or None


def text_spans(path: Path, dialect: Dialect, part_bytes: int) -> list[Span]:
    """The parts of a text, of at least so many bytes but for the last; one of a text that is not cut."""
    size = path.stat().st_size
    part_bytes = _least(size, part_bytes)
    if size <= part_bytes:
        return [Span(0, size)]
    cuts, last = [0], _end_of_head(path, dialect)
    quotes = 0
    for block in _blocks(path):
        # Most files have no quote, which is found out in a tenth of the time.
        has_quotes = dialect.quote.encode() in block.text
        positions = np.flatnonzero(block.data == ord(dialect.quote)) if has_quotes else _NO_POSITIONS
        if not _are_usual(block, positions, quotes, dialect):
            return [Span(0, size)]
        while (cut := _cut(block, positions, quotes, last + part_bytes)) is not None:
            cuts.append(cut)
            last = cut
        quotes += len(positions)
    if quotes % 2:
        return [Span(0, size)]
    edges = [*(cut for cut in cuts if cut < size), size]
    return [Span(start, stop) for start, stop in pairwise(edges)]


def line_spans(path: Path, part_bytes: int) -> list[Span]:
    """The parts of JSON Lines, of at least so many bytes but for the last: no text in JSON holds a line break."""
    size = path.stat().st_size
    part_bytes = _least(size, part_bytes)
    if size <= part_bytes:
        return [Span(0, size)]
    edges = [0]
    with path.open("rb") as file:
        while edges[-1] + part_bytes < size:
            file.seek(edges[-1] + part_bytes - 1)
            file.readline()
            edges.append(file.tell())
    if edges[-1] < size:
        edges.append(size)
    return [Span(start, stop) for start, stop in pairwise(edges)]


def _end_of_head(path: Path, dialect: Dialect) -> int:
    with path.open("rb") as file:
        return sum(len(file.readline()) for _ in range(dialect.skipped_lines))


class _Block(NamedTuple):
    """Bytes of a text, their position, and the bytes before and behind them; line breaks at its ends."""

    start: int
    text: bytes
    before: int
    behind: int

    @property
    def data(self) -> NDArray[np.uint8]:
        """The bytes as numbers."""
        return np.frombuffer(self.text, np.uint8)


def _blocks(path: Path) -> Iterator[_Block]:
    with path.open("rb") as file:
        start, before = 0, _BREAK
        data = file.read(_BLOCK)
        while data:
            following = file.read(_BLOCK)
            yield _Block(start, data, before, following[0] if following else _BREAK)
            start, before, data = start + len(data), data[-1], following


def _are_usual(block: _Block, positions: NDArray[np.int64], quotes: int, dialect: Dialect) -> bool:
    if not len(positions):
        return True
    framed = np.concatenate([[block.before], block.data, [block.behind]]).astype(np.uint8)
    allowed = np.zeros(256, bool)
    allowed[[ord(dialect.separator), ord(dialect.quote), _BREAK, _RETURN]] = True
    opens = (quotes + np.arange(len(positions))) % 2 == 0
    # The neighbour that tells: before an opening quote, behind a closing one.
    neighbours = framed[np.where(opens, positions, positions + 2)]
    return bool(allowed[neighbours].all())


def _cut(block: _Block, positions: NDArray[np.int64], quotes: int, goal: int) -> int | None:
    """The first end of a row in the block that makes a part reach the goal."""
    low = max(goal - 1 - block.start, 0)
    if low >= len(block.text):
        return None
    breaks = low + np.flatnonzero(block.data[low:] == _BREAK)
    outside = (quotes + np.searchsorted(positions, breaks)) % 2 == 0
    ends = breaks[outside]
    return int(block.start + ends[0] + 1) if len(ends) else None
