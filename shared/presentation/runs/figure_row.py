"""A figure of a run as a list shows it."""

from typing import NamedTuple

from shared.evaluation.intervals.of_matrix import Estimate
from shared.kit.number_format import value_text
from shared.presentation.whiskers import Whisker, whisker
from shared.runs.figures import RunFigureRecord


class FigureRow(NamedTuple):
    """A metric with its value and interval as texts, and drawn on the range of the metric.

    `label` is the class that it is of, None of all classes; `bounds` is None where no interval is offered.
    """

    title: str
    label: str | None
    value: str
    bounds: str | None
    drawn: Whisker


def figure_row(figure: RunFigureRecord, *, is_weighted: bool = False) -> FigureRow:
    """A figure as it is shown; that of weighted samples says so."""
    lowest, highest = figure.metric.range or (0.0, 1.0)
    bounds = None
    if figure.low is not None and figure.high is not None:
        bounds = f"{value_text(figure.low)} to {value_text(figure.high)}"
    estimate = Estimate(figure.value, figure.low, figure.high)
    title = f"{figure.metric.title}, weighted" if is_weighted else figure.metric.title
    return FigureRow(title, figure.label, value_text(figure.value), bounds, whisker(estimate, lowest, highest))
