"""What every part of a file has to know, found out once for all of them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa

from shared.runs.errors import FileUnreadable
from shared.runs.ingest.file_to_run import InspectedFile
from shared.runs.mapping import Assignment
from shared.runs.parts.spans import Span, arrow_spans, line_spans, parquet_spans, text_spans
from shared.runs.previews import Preview
from shared.runs.reading.columnar import ColumnarFile
from shared.runs.reading.containers import Container
from shared.runs.reading.json_files.file import JsonFile, JsonPart
from shared.runs.reading.json_files.kinds import JsonKinds
from shared.runs.reading.tables import NO_CLASS_NAMES, Batch, ColumnForm, FileTable
from shared.runs.reading.text.delimited import DelimitedFile, is_blank, read_delimited
from shared.runs.reading.text.rows import Dialect
from shared.runs.records import InputFile


class PartSizes(NamedTuple):
    """The least rows of a part of Parquet, and the least bytes of a part of any other file."""

    rows: int
    bytes: int


class PartPlan(msgspec.Struct, frozen=True):
    """Where a file is cut, and what it is: decided on the whole file, before any part is read."""

    spans: list[Span]
    size_bytes: int
    container: Container
    names: list[str]
    notices: list[str]
    has_decimal_commas: bool
    # Of a text.
    dialect: Dialect | None
    assignment: Assignment
    preview: Preview
    inputs: list[InputFile]
    # Of Parquet and Arrow: the classes of each column with the scores of several ones, which its first rows name.
    spread_classes: Mapping[str, Sequence[str]] = {}
    # Of Arrow: the bytes before the first rows, which describe all of them.
    head_bytes: int = 0

    @property
    def has_places(self) -> bool:
        """Whether the bytes of a part are read at their places in the file; those of a text are a text."""
        return self.container in {Container.PARQUET, Container.ARROW_FILE}

    def ranges(self, index: int) -> list[tuple[int, int]]:
        """The bytes that a part reads: its own, and those before and behind all rows, where these are described."""
        span = self.spans[index]
        head = [(0, self.head_bytes)] if self.head_bytes else []
        tail = [(self.spans[-1].stop, self.size_bytes)] if self.has_places else []
        return [*head, (span.start, span.stop), *tail]


def plan_parts(inspected: InspectedFile, path: Path, sizes: PartSizes, inputs: list[InputFile]) -> PartPlan | None:
    """Cut a file that is larger than a part; None where it is not, or where it is read in one piece.

    A file that was unpacked or transcoded is, as its parts would have to be found in what was sent. So is one whose ids
    are unique only together with a fold.
    """
    table, container, assignment, preview = inspected
    if not isinstance(table, (ColumnarFile, DelimitedFile, JsonFile)) or table.path != path or assignment.folds:
        return None
    spans, head_bytes = _cut(table, container, path, sizes)
    if len(spans) <= 1:
        return None
    return PartPlan(
        spans=spans,
        size_bytes=path.stat().st_size,
        container=container,
        names=list(table.names),
        notices=list(table.notices),
        has_decimal_commas=table.has_decimal_commas,
        dialect=table.dialect if isinstance(table, DelimitedFile) else None,
        assignment=assignment,
        preview=preview,
        inputs=inputs,
        spread_classes=table.spread_classes if isinstance(table, ColumnarFile) else {},
        head_bytes=head_bytes,
    )


def _cut(
    table: ColumnarFile | DelimitedFile | JsonFile, container: Container, path: Path, sizes: PartSizes
) -> tuple[list[Span], int]:
    """The spans of a file, and the bytes before all of them that each part needs."""
    if isinstance(table, DelimitedFile):
        return text_spans(path, table.dialect, sizes.bytes), 0
    if container is Container.JSON_LINES:
        return line_spans(path, sizes.bytes), 0
    if container is Container.PARQUET:
        return parquet_spans(path, sizes.rows), 0
    return arrow_spans(path, sizes.bytes) if container is Container.ARROW_FILE else ([], 0)


def table_of(plan: PartPlan, index: int, path: Path) -> FileTable:
    """A part of a file as a table; with `has_places` the file has its bytes at their places, else nothing but these."""
    span = plan.spans[index]
    if plan.container is Container.JSON_LINES:
        return JsonFile(path, plan.container, JsonPart(plan.names, is_begin=not index))
    if plan.dialect is None:
        groups = range(span.first_group, span.group_stop)
        return ColumnarFile(path, plan.container, groups, plan.spread_classes)
    return _TextPart(path, plan, plan.dialect._replace(skipped_lines=plan.dialect.skipped_lines if not index else 0))


def kinds_of(table: FileTable) -> JsonKinds:
    """What the records of a part hold; nothing of other files."""
    return table.kinds if isinstance(table, JsonFile) else JsonKinds()


class _TextPart:
    """Some rows of a text; what is wrong with one is said by whoever reads the whole text."""

    header_question = None
    class_names = NO_CLASS_NAMES

    def __init__(self, path: Path, plan: PartPlan, dialect: Dialect) -> None:
        self._path, self._dialect = path, dialect
        self.names, self.notices, self.has_decimal_commas = plan.names, plan.notices, plan.has_decimal_commas

    def sample(self, rows: int) -> list[list[str]]:
        """Raise NotImplementedError: what the columns are was decided on the whole file."""
        raise NotImplementedError

    def batches(self, forms: Mapping[int, ColumnForm]) -> Iterator[Batch]:
        """All rows of some columns; raises FileUnreadable."""
        try:
            # Arrow refuses a text without rows.
            if not is_blank(self._path, self._dialect):
                yield from read_delimited(self._path, self._dialect, forms)
        except pa.ArrowInvalid as error:
            raise FileUnreadable(f"The text cannot be read as a table: {error}.") from error

    def row_of(self, row: int) -> int:
        """The same row, counted from the first of the part."""
        return row

    def line_of(self, _row: int) -> None:
        """None: nobody knows how many lines stand before the part."""
