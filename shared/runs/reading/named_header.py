"""Opening a file whose columns the request may name, which says whether the first row is a header."""

from pathlib import Path

import msgspec
from msgspec import UNSET

from shared.runs.mapping import ColumnsIn, MappingQuestion, NeedsMapping
from shared.runs.previews import preview_of
from shared.runs.reading.containers import Container
from shared.runs.reading.files import open_table
from shared.runs.reading.tables import FileTable


def open_named(
    path: Path, scratch: Path, given: ColumnsIn, max_bytes: int, where: str = ""
) -> tuple[FileTable, Container]:
    """Open a file as a table; raises NeedsMapping, which begins with `where`, and what `open_table` raises."""
    header = None if given.header is UNSET else given.header
    table, container = open_table(path, scratch, max_bytes=max_bytes, header=header)
    if table.header_question is None:
        return table, container
    named = _names(given)
    if named & {*table.names}:
        return table, container
    if named:
        # Columns that were named by texts of the first row say that it is a header.
        with_header, _ = open_table(path, scratch, max_bytes=max_bytes, header=True)
        if named & {*with_header.names}:
            return with_header, container
    detail = f"{where}{table.header_question} Send `header` with true or false, and name the columns."
    # Of two files, the columns to be named are those of the predictions.
    preview = None if where else preview_of(table)
    raise NeedsMapping([MappingQuestion("header", detail, list(table.names))], preview=preview)


def _names(given: ColumnsIn) -> set[str]:
    members = msgspec.to_builtins(given)
    scores = members.get("scores") or {}
    named = [members.get(field) for field in ("truth", "prediction", "correct", "id", "confidence")]
    indicators = [name for columns in members.get("indicators", {}).values() for name in columns.values()]
    return {name for name in [*named, *scores.values(), *indicators, *members.get("slices", [])] if name}
