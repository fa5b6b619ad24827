"""JSON: a record in each line, an array of records, pandas' forms, W&B's tables, columns of lists.

Numbers keep the text that the file has for them, so that no digit of an id is lost.
"""

import mmap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
from msgspec import Raw

from shared.kit.json_keys import repeated_key
from shared.predictions.values import score
from shared.runs.errors import FileUnreadable, RowFault, RowsInvalid
from shared.runs.reading.containers import Container
from shared.runs.reading.json_faults import explained, refuse_list
from shared.runs.reading.json_frames import records_of_frame
from shared.runs.reading.json_kinds import JsonKinds
from shared.runs.reading.json_scores import spread
from shared.runs.reading.tables import Batch, ColumnForm, check_names, rows_of_batch

_BATCH_ROWS = 2**16
# The columns of a table are the keys of its first records.
_ROWS_SEEN = 10_000
# A document is decoded as a whole, at some 100 bytes for each value; lines are not.
_MAX_DOCUMENT_BYTES = 256 * 2**20
# A record is one row: this is that of ten thousand columns with a text of a thousand letters each.
_MAX_LINE_BYTES = 16 * 2**20
_WORDS = {b"null": "", b"true": "True", b"false": "False", b"NaN": ""}
_BEGIN_NUMBERS = b"-0123456789"

Record = dict[str, Raw]

_RECORD = msgspec.json.Decoder(Record)
_RECORDS = msgspec.json.Decoder(list[Raw])
_ROW = msgspec.json.Decoder(list[Raw])
_TEXT = msgspec.json.Decoder(str)


class JsonPart(NamedTuple):
    """Some lines of a file: the names of its columns, and whether they are the first ones."""

    names: Sequence[str]
    is_begin: bool


class JsonFile:
    """A JSON file of records; nested objects are columns with dotted names."""

    header_question = None
    has_decimal_commas = False

    def __init__(self, path: Path, container: Container, part: JsonPart | None = None) -> None:
        """Open a file, or some of the lines of one, of which is known what the whole file has."""
        self.path, self._container, self._part = path, container, part
        self.kinds = JsonKinds()
        self._scores = set[str]()
        self._first: list[dict[str, str]] = []
        if part is not None:
            self.names = [*part.names]
            return
        self._first = [*islice(self._records(), _ROWS_SEEN)]
        if not self._first:
            raise FileUnreadable("The file holds no records; it needs one for each sample.")
        self.names = list(dict.fromkeys(name for record in self._first for name in record))
        check_names(self.names)

    @property
    def notices(self) -> list[str]:
        """Columns in which a program may have made numbers of some texts, among the records that were read."""
        return self.kinds.notices(self.names, self._scores)

    def sample(self, rows: int) -> list[list[str]]:
        """The texts of each column in the first records."""
        return [[record.get(name, "") for record in self._first[:rows]] for name in self.names]

    def batches(self, forms: Mapping[int, ColumnForm]) -> Iterator[Batch]:
        """All rows; raises FileUnreadable, and RowsInvalid for text where a score should be."""
        self._scores |= {self.names[at] for at, form in forms.items() if form is ColumnForm.SCORES}
        # A short file is known to its end.
        is_known = self._part is None and len(self._first) < _ROWS_SEEN
        records = iter(self._first) if is_known else self._records()
        start, size = 0, rows_of_batch(len(self.names), _BATCH_ROWS)
        while rows := [*islice(records, size)]:
            self._refuse_new_names(rows, start)
            yield {position: self._array(rows, position, form, start) for position, form in forms.items()}
            start += len(rows)

    def row_of(self, row: int) -> int:
        """The same row: every row of the file is one of the table."""
        return row

    def line_of(self, _row: int) -> None:
        """None: the number of a record says as much."""

    def _array(self, rows: Sequence[Mapping[str, str]], position: int, form: ColumnForm, start: int) -> Any:
        name = self.names[position]
        cells = [row.get(name, "") for row in rows]
        if form is not ColumnForm.SCORES:
            array = pa.array(cells, pa.string())
            return array.dictionary_encode() if form is ColumnForm.LABELS else array
        numbers = [score(cell) for cell in cells]
        faults = [
            RowFault(start + at + 1, name, f"“{cells[at][:40]}” is not a number; write one.")
            for at, number in enumerate(numbers)
            if number is None
        ]
        if faults:
            raise RowsInvalid(faults)
        return pa.array(numbers, pa.float64())

    def _refuse_new_names(self, rows: Sequence[Mapping[str, str]], start: int) -> None:
        known = {*self.names}
        for at, row in enumerate(rows):
            if not row.keys() <= known:
                name = min(row.keys() - known)
                detail = "this key is in none of the first 10,000 records; write every key in every record."
                raise RowsInvalid([RowFault(start + at + 1, name, detail)])

    def _records(self) -> Iterator[dict[str, str]]:
        is_begin = self._part is None or self._part.is_begin
        is_lines = self._container is Container.JSON_LINES
        source = _lines(self.path, is_begin=is_begin) if is_lines else _document(self.path)
        for number, record in enumerate(source, 1):
            yield _flat(record, number, self.kinds)


def _lines(path: Path, *, is_begin: bool) -> Iterator[Record]:
    with path.open("rb") as file:
        for number, line in enumerate(iter(partial(file.readline, _MAX_LINE_BYTES + 1), b""), 1):
            if len(line) > _MAX_LINE_BYTES:
                detail = f"Line {number:,} is longer than {_MAX_LINE_BYTES:,} bytes; write one record in each line."
                raise FileUnreadable(detail)
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 and is_begin else line
            if text.strip():
                refuse_list(text.lstrip(), f"Line {number:,}")
                yield _members(text, f"Line {number:,}")


def _document(path: Path) -> Iterator[Record]:
    if path.stat().st_size > _MAX_DOCUMENT_BYTES:
        detail = f"A JSON document of more than {_MAX_DOCUMENT_BYTES:,} bytes is not read; write JSON Lines."
        raise FileUnreadable(detail)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        text = bytes(data).removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        for number, raw in enumerate(_decoded(_RECORDS, text, "The document"), 1):
            refuse_list(bytes(raw), f"Record {number:,}")
            yield _members(raw, f"Record {number:,}")
        return
    members = _members(text, "The document")
    if {"columns", "data"} <= members.keys():
        yield from _split(members)
    elif {"schema", "data"} <= members.keys():
        for number, raw in enumerate(_decoded(_RECORDS, members["data"], "data"), 1):
            yield _members(raw, f"Record {number:,}")
    elif members and all(bytes(raw).startswith(b"[") for raw in members.values()):
        yield from _of_columns(members)
    elif members and all(bytes(raw).startswith(b"{") for raw in members.values()):
        parts = {name: _members(raw, f"“{name}”") for name, raw in members.items()}
        yield from records_of_frame(parts) or [members]
    else:
        # One record alone is a file of one line.
        yield members


def _split(members: Record) -> Iterator[Record]:
    names = _decoded(msgspec.json.Decoder(list[str]), members["columns"], "columns")
    check_names(names)
    for number, raw in enumerate(_decoded(_RECORDS, members["data"], "data"), 1):
        cells = _decoded(_ROW, raw, f"Row {number:,} of data")
        if len(cells) != len(names):
            raise FileUnreadable(f"Row {number:,} of data has {len(cells)} values, and there are {len(names)} columns.")
        yield dict(zip(names, cells, strict=True))


def _of_columns(members: Record) -> Iterator[Record]:
    columns = {name: _decoded(_ROW, raw, f"The column “{name}”") for name, raw in members.items()}
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len({*lengths.values()}) > 1:
        (one, length), (other, second) = min(lengths.items(), key=_size), max(lengths.items(), key=_size)
        raise FileUnreadable(f"The column “{one}” has {length:,} values, and “{other}” has {second:,}.")
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(columns, cells, strict=True))


def _size(item: tuple[str, int]) -> int:
    return item[1]


def _flat(record: Record, number: int, kinds: JsonKinds, before: str = "") -> dict[str, str]:
    cells: dict[str, str] = {}
    for short_name, raw in record.items():
        text, name = bytes(raw), before + short_name
        if name in cells:
            raise _repeated(f"Record {number:,}", name)
        scores = spread(name, text) if text[:1] in {b"{", b"["} else None
        if scores is not None or text.startswith(b"{"):
            members = scores or _members(text, f"Record {number:,}")
            nested = _flat(members, number, kinds, f"{name}.")
            if doubled := cells.keys() & nested.keys():
                raise _repeated(f"Record {number:,}", min(doubled))
            cells |= nested
        elif text.startswith(b'"'):
            cells[name] = cell = _TEXT.decode(text)
            if cell.isdecimal():
                kinds.digits.setdefault(name, cell)
        elif text in _WORDS:
            cells[name] = _WORDS[text]
        else:
            cells[name] = text.decode()
            if text[0] in _BEGIN_NUMBERS:
                kinds.numbers.add(name)
    return cells


def _members(text: bytes | Raw, where: str) -> Record:
    """The members of an object; raises FileUnreadable where one of its keys stands twice."""
    members: Record = _decoded(_RECORD, text, where)
    if (key := repeated_key(bytes(text), members)) is not None:
        raise _repeated(where, key)
    return members


def _repeated(where: str, key: str) -> FileUnreadable:
    return FileUnreadable(f"{where} has the key “{key[:100]}” twice; write every key once.")


def _decoded(decoder: msgspec.json.Decoder[Any], text: bytes | Raw, where: str) -> Any:
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileUnreadable(explained(bytes(text), where, error)) from error


def records_as_file(records: Iterable[bytes]) -> bytes:
    """Records as JSON Lines, each as it was sent."""
    return b"\n".join(record.replace(b"\n", b" ").replace(b"\r", b" ") for record in records)
