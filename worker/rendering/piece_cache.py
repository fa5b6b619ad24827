"""Pieces of tables that are the same in every report: rendered once in a process, with gaps for what differs.

Half of a small report are the names and meanings of a hundred metrics, and a macro for each number took most of its
page's time.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from shared.evaluation.metrics import Metric
from shared.presentation.interval_text import IntervalText
from shared.presentation.matrices.tables import OverallRow

# They stand for what is filled in; the templates hold no control characters.
_TEXT, _BOUNDS, _METHOD, _WHY, _WITHOUT = "\x01", "\x02", "\x03", "\x04", "\x05"
_BETWEEN = "\x06"


class PieceCache:
    """The macros of `rows.html`, rendered once for each metric and shape, and filled for each report."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        # As many as the catalogue has metrics and groups, in a few shapes each.
        self._kept: dict[tuple[str, ...], str] = {}
        self._rows: dict[tuple[str, bool, bool, bool, bool], str] = {}

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
        # All at once: one by one takes longer than all the rest. They are numbers and PyCM's words.
        escaped = str(escape(_BETWEEN.join([text or "" for text in texts]))).split(_BETWEEN)
        cells = [
            undefined if text is None else f"{before}{shown}{after}" for text, shown in zip(texts, escaped, strict=True)
        ]
        return Markup("".join(cells))  # noqa: S704 -- the texts are escaped

    def overall_rows(self, rows: Sequence[OverallRow]) -> Markup:
        """The rows of a table of overall metrics."""
        return Markup("\n".join(map(self._overall_row, rows)))  # noqa: S704 -- the texts are escaped

    def _overall_row(self, row: OverallRow) -> str:
        metric, text, interval, why, without = row
        key = (metric.id, text is None, interval is None, why is None, without is None)
        if (piece := self._rows.get(key)) is None:
            piece = self._rows[key] = self._render_overall_row(row)
        if text is not None:
            piece = piece.replace(_TEXT, _escaped(text))
        if interval is not None:
            piece = piece.replace(_BOUNDS, _escaped(interval.bounds)).replace(_METHOD, _escaped(interval.method))
        if without is not None:
            piece = piece.replace(_WITHOUT, _escaped(without))
        if why is not None:
            # The last to be filled, as it may name classes by the texts of whoever sent them.
            piece = piece.replace(_WHY, str(escape(why)))
        return piece

    def _render_overall_row(self, row: OverallRow) -> str:
        return str(
            self._macros.overall_row(
                row.metric,
                row.text and _TEXT,
                row.interval and IntervalText(_BOUNDS, _METHOD),
                row.why and _WHY,
                row.without_interval and _WITHOUT,
            )
        )


# Numbers of four digits and a few names come again in every report.
@lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    return str(escape(text))
