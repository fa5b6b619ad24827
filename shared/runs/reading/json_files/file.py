"""JSON: a record in each line, an array of records, pandas' forms, W&B's tables, columns of lists.

Numbers keep the text that the file has for them, so that no digit of an id is lost.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from shared.predictions.values import score
from shared.runs.errors import FileUnreadable, RowFault, RowsInvalid
from shared.runs.reading.containers import Container
from shared.runs.reading.json_files.documents import read_document
from shared.runs.reading.json_files.faults import refuse_batch, refuse_list
from shared.runs.reading.json_files.kinds import JsonKinds
from shared.runs.reading.json_files.members import Record, members_of, repeated
from shared.runs.reading.json_files.scores import is_of_one, spread
from shared.runs.reading.tables import NO_CLASS_NAMES, Batch, ColumnForm, check_names, rows_of_batch

_BATCH_ROWS = 2**16
# The columns of a table are the keys of its first records.
_ROWS_SEEN = 10_000
# A record is one row: this is that of ten thousand columns with a text of a thousand letters each.
_MAX_LINE_BYTES = 16 * 2**20
_WORDS = {b"null": "", b"true": "True", b"false": "False", b"NaN": ""}
_BEGIN_NUMBERS = b"-0123456789"

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
        self._said: list[str] = []
        self.class_names = NO_CLASS_NAMES
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
        """What of a document was not read, and columns in which a program may have made numbers of some texts."""
        return [*self._said, *self.kinds.notices(self.names, self._scores)]

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
        if is_lines:
            source: Iterable[Record] = _lines(self.path, is_begin=is_begin)
        else:
            source, self._said, self.class_names = read_document(self.path)
        for number, record in enumerate(source, 1):
            try:
                cells = _flat(record, number, self.kinds)
            except UnicodeDecodeError as error:
                # The texts in a record are looked into only here.
                raise FileUnreadable(f"Record {number:,} cannot be read: {error}.") from error
            yield cells


def _lines(path: Path, *, is_begin: bool) -> Iterator[Record]:
    with path.open("rb") as file:
        for number, line in enumerate(iter(partial(file.readline, _MAX_LINE_BYTES + 1), b""), 1):
            if len(line) > _MAX_LINE_BYTES:
                detail = f"Line {number:,} is longer than {_MAX_LINE_BYTES:,} bytes; write one record in each line."
                raise FileUnreadable(detail)
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 and is_begin else line
            if text.strip():
                refuse_list(text.lstrip(), f"Line {number:,}")
                members = members_of(text, f"Line {number:,}")
                if number == 1 and is_begin:
                    refuse_batch(members, "Line 1")
                yield members


def _flat(record: Record, number: int, kinds: JsonKinds, before: str = "") -> dict[str, str]:
    cells: dict[str, str] = {}
    for short_name, raw in record.items():
        text, name = bytes(raw), before + short_name
        if name in cells:
            raise repeated(f"Record {number:,}", name)
        scores = spread(name, text) if text[:1] in {b"{", b"["} else None
        if scores is not None and is_of_one(text):
            (text,), scores = map(bytes, scores.values()), None
        if scores is not None or text.startswith(b"{"):
            members = scores or members_of(text, f"Record {number:,}")
            nested = _flat(members, number, kinds, f"{name}.")
            if doubled := cells.keys() & nested.keys():
                raise repeated(f"Record {number:,}", min(doubled))
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


def records_as_file(records: Iterable[bytes]) -> bytes:
    """Records as JSON Lines, each as it was sent."""
    return b"\n".join(record.replace(b"\n", b" ").replace(b"\r", b" ") for record in records)
