"""The first rows of a run's file, as they are shown before anything is counted."""

from collections.abc import Sequence
from itertools import islice
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.runs.reading.tables import FileTable

PREVIEW_ROWS = 20
# The first cells tell what a column is; a file may have thousands of columns, and texts of any length.
_MAX_COLUMNS = 256
_MAX_CELL = 200
_MAX_CLASSES = 50


class PreviewClass(msgspec.Struct, frozen=True):
    """A class of the first rows."""

    label: Annotated[str, Meta(description="Label of the class.")]
    actual: Annotated[int, Meta(description="Number of rows of the class, among those that were looked at.")]
    predicted: Annotated[int, Meta(description="Number of rows predicted as the class.")]


class Preview(msgspec.Struct, frozen=True):
    """What the first rows of a file show; `rows` hold the texts of the columns that `names` name, at most 256."""

    names: Annotated[list[str], Meta(description="Names of the columns.")]
    rows: Annotated[
        list[list[str]], Meta(description="The first rows, at most 20: a text for each column, cut to 200 characters.")
    ]
    rows_read: Annotated[
        int, Meta(description="Number of rows that `classes` and `warnings` rest on; 0 if nothing was counted.")
    ] = 0
    classes: Annotated[list[PreviewClass], Meta(description="The classes of these rows, at most 50.")] = []
    warnings: Annotated[list[str], Meta(description="What looks wrong, or had to be assumed, in these rows.")] = []


def preview_of(table: FileTable, hidden: Sequence[int] = ()) -> Preview:
    """The first rows of a table, without the columns at hidden positions."""
    shown = list(islice((at for at in range(len(table.names)) if at not in hidden), _MAX_COLUMNS))
    columns = table.sample(PREVIEW_ROWS)
    rows = zip(*([_short(cell) for cell in columns[at]] for at in shown), strict=True)
    return Preview([table.names[at] for at in shown], [list(row) for row in rows], warnings=[*table.notices])


def with_counts(preview: Preview, rows: int, classes: Sequence[PreviewClass], warnings: Sequence[str]) -> Preview:
    """A preview with what so many rows say."""
    return msgspec.structs.replace(preview, rows_read=rows, classes=[*classes[:_MAX_CLASSES]], warnings=[*warnings])


def _short(cell: str) -> str:
    # The database stores no NUL; the file is refused for it where its rows are read.
    return cell[:_MAX_CELL].replace("\0", "")
