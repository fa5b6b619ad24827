"""The slices of a run as rows with the interval of their accuracy."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.evaluation.intervals.of_matrix import Confidence, Estimate
from shared.evaluation.intervals.proportions import wilson
from shared.presentation.interval_text import IntervalText, interval_text
from shared.presentation.whiskers import Whisker, whisker
from shared.runs.results import SliceResult
from shared.runs.rows.filters import Condition


class SliceRow(NamedTuple):
    """A slice, its accuracy with its interval, and how it is drawn; `text` selects it in an address."""

    found: SliceResult
    text: str
    interval: IntervalText | None
    drawn: Whisker


def slice_rows(results: Sequence[SliceResult]) -> list[SliceRow]:
    """The rows of slices whose metric is the accuracy, in their order."""
    return [_row(found) for found in results]


def _row(found: SliceResult) -> SliceRow:
    estimate = found.accuracy
    if estimate is None:
        low, high = wilson(found.support - found.errors, found.support, Confidence().critical)
        estimate = Estimate(found.metric, float(low), float(high), "wilson")
    text = Condition(found.column, found.value, is_literal=True).text
    return SliceRow(found, text, interval_text(estimate), whisker(estimate))
