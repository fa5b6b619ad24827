"""A table with its header row, if any, and the roles of its columns."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shared.predictions.errors import UnreadablePredictions
from shared.predictions.matrices.count_matrices import SAID_OF_TABLES, Likeness, likeness
from shared.predictions.notices import Code, Notice
from shared.predictions.tables.column_kinds import Column
from shared.predictions.tables.dialect import Table, read_table
from shared.predictions.tables.header import FirstRow, Header, judge_first_row
from shared.predictions.tables.names import is_bare, normalise
from shared.predictions.tables.roles import Decision, Role, infer_roles
from shared.predictions.tables.text_encoding import decode_text
from shared.predictions.values import has_quoted_decimals, with_points

# So many rows are enough to infer the roles of the columns.
SAMPLE = 10_000


@dataclass(frozen=True, slots=True)
class NamedTable:
    """Columns of cells, their names where the table has a header, the line of each row, and what was inferred.

    `written` are the columns before points took the place of decimal commas; `merged` are cells that differed in the
    spaces around them.
    """

    names: list[str] | None
    columns: list[list[str]]
    written: list[list[str]]
    lines: list[int]
    decisions: list[Decision]
    notices: list[Notice]
    merged: frozenset[str]
    separator: str | None

    def columns_of(self, role: Role) -> list[int]:
        """The columns that have the role."""
        return [decision.column for decision in self.decisions if decision.role == role]

    def title(self, column: int) -> str:
        """The name of a column in errors."""
        return f"“{self.names[column]}”" if self.names else f"column {column + 1}"


def read_named_table(data: bytes, header: Header) -> NamedTable:
    """Read a table and infer its roles; raises UnreadablePredictions."""
    table = read_table(decode_text(data))
    if not table.rows:
        raise UnreadablePredictions("The file is empty; it needs a line for each sample.")
    if likeness(table.rows[0], [*zip(*table.rows[1:], strict=True)]) is Likeness.MATRIX:
        raise UnreadablePredictions(SAID_OF_TABLES)
    first_row, notices = _first_row(table, header)
    names = table.rows[0] if first_row.is_header else None
    start = 1 if first_row.is_header else 0
    if len(table.rows) == start:
        raise UnreadablePredictions("There is a header row and nothing below it; add a line for each sample.")
    if names is not None:
        _refuse_duplicates(names)
        _refuse_repeated_header(table, names)
    written = [list(column) for column in zip(*table.rows[start:], strict=True)]
    is_read = table.separator != ","
    columns = [with_points(column) if is_read or has_quoted_decimals(column) else column for column in written]
    samples = [Column(names[i] if names else None, column[:SAMPLE]) for i, column in enumerate(columns)]
    lines = table.lines[start:]
    decisions = infer_roles(samples)
    all_notices = [*table.notices, *notices]
    return NamedTable(names, columns, written, lines, decisions, all_notices, table.merged, table.separator)


def _first_row(table: Table, header: Header) -> tuple[FirstRow, list[Notice]]:
    if header != "auto":
        return FirstRow(is_header=header == "yes", rule="given", evidence="it was said so"), []
    columns_below = [list(column) for column in zip(*table.rows[1 : SAMPLE + 1], strict=True)]
    verdict = judge_first_row(table.rows[0], columns_below)
    code = Code.FIRST_ROW_HEADER if verdict.is_header else Code.FIRST_ROW_SAMPLE
    return verdict, [] if verdict.is_certain else [Notice(code)]


def _refuse_repeated_header(table: Table, names: list[str]) -> None:
    """Refuse files that were put one behind the other with their headers."""
    if not all(is_bare(name) for name in names) and names in table.rows[1:]:
        line = table.lines[table.rows.index(names, 1)]
        raise UnreadablePredictions("this row repeats the header; remove it.", line=line)


def _refuse_duplicates(names: Sequence[str]) -> None:
    counts = Counter(normalise(name) for name in names if name)
    duplicates = [name for name in names if counts[normalise(name)] > 1]
    if duplicates:
        raise UnreadablePredictions(
            f"Two columns have the names “{duplicates[0]}” and “{duplicates[1]}”; rename one of them."
        )
