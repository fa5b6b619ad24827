"""Pieces of tables that are the same in every report: rendered once in a process, with gaps for what differs.

Half of a small report are the names and meanings of a hundred metrics, and a macro for each number took most of its
page's time.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from shared.evaluation.metrics import Metric
from shared.presentation.interval_text import IntervalText
from shared.presentation.matrices.tables import OverallRow

# They stand for what is filled in; the templates hold no control characters.
_TEXT, _BOUNDS, _METHOD, _WHY, _WITHOUT = "\x01", "\x02", "\x03", "\x04", "\x05"


class PieceCache:
    """The macros of `rows.html`, rendered once for each metric and shape, and filled for each report."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        # As many as the catalogue has metrics and groups, in a few shapes each.
        self._kept: dict[tuple[str, ...], str] = {}

    @cached_property
    def _macros(self) -> Any:
        return self._environment.get_template("rows.html").module

    @cached_property
    def _cell(self) -> tuple[str, str, str]:
        before, after = self._macros.value(_TEXT, None).split(_TEXT)
        return str(before), str(after), str(self._macros.value(None, self._environment.globals["undefined_title"]))

    def meanings(self, columns: Sequence[Metric]) -> Markup:
        """The names and definitions of the columns of a table."""
        return self._of_columns("meanings", columns)

    def heads(self, columns: Sequence[Metric]) -> Markup:
        """The heads of the columns of a table."""
        return self._of_columns("heads", columns)

    def _of_columns(self, macro: str, columns: Sequence[Metric]) -> Markup:
        key = (macro, *(metric.id for metric in columns))
        if (piece := self._kept.get(key)) is None:
            piece = self._kept[key] = getattr(self._macros, macro)(columns)
        return Markup(piece)  # noqa: S704 -- rendered by a template that escapes

    def cells(self, texts: Sequence[str | None]) -> Markup:
        """The cells of a row of class metrics; None is an undefined one."""
        before, after, undefined = self._cell
        cells = [undefined if text is None else f"{before}{escape(text)}{after}" for text in texts]
        return Markup("".join(cells))  # noqa: S704 -- the texts are escaped

    def overall_rows(self, rows: Sequence[OverallRow]) -> Markup:
        """The rows of a table of overall metrics."""
        return Markup("\n".join(map(self._overall_row, rows)))  # noqa: S704 -- the texts are escaped

    def _overall_row(self, row: OverallRow) -> str:
        parts = (row.text, row.interval, row.why, row.without_interval)
        shape = "".join("-" if part is None else "+" for part in parts)
        key = ("overall_row", row.metric.id, shape)
        if (piece := self._kept.get(key)) is None:
            piece = self._kept[key] = str(
                self._macros.overall_row(
                    row.metric,
                    row.text and _TEXT,
                    row.interval and IntervalText(_BOUNDS, _METHOD),
                    row.why and _WHY,
                    row.without_interval and _WITHOUT,
                )
            )
        if row.text is not None:
            piece = piece.replace(_TEXT, escape(row.text))
        if row.interval is not None:
            piece = piece.replace(_BOUNDS, escape(row.interval.bounds)).replace(_METHOD, escape(row.interval.method))
        if row.without_interval is not None:
            piece = piece.replace(_WITHOUT, escape(row.without_interval))
        if row.why is not None:
            # The last to be filled, as it may name classes by the texts of whoever sent them.
            piece = piece.replace(_WHY, escape(row.why))
        return piece
