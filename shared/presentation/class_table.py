"""The statistics of each class as a table that can be sorted."""

from typing import NamedTuple

from shared.evaluation.confusion.intervals import Intervals
from shared.evaluation.confusion.statistics import Statistics, Value
from shared.evaluation.metrics import PER_CLASS, Metric
from shared.presentation.number_format import figure_text

_METRICS = {metric.pycm: metric for metric in PER_CLASS.metrics}

COLUMNS: dict[str, Metric] = {
    name: _METRICS[name] for name in ("P", "TOP", "PPV", "TPR", "F1", "TNR", "MCC", "FN", "FP")
}

# Wilson's interval of none at all begins at 0, and that of all ends at 1; what PyCM has behind these is rounding.
_TELLING_DECIMALS = 15


class Figure(NamedTuple):
    """A value and its interval as texts; None where undefined."""

    text: str | None
    interval: str | None


class ClassRow(NamedTuple):
    """The figures of one class, in the order of COLUMNS; `position` is the class's in the matrix."""

    position: int
    figures: list[Figure]


def class_rows(found: Statistics, bounds: Intervals, *, sort: str | None, descending: bool) -> list[ClassRow]:
    """A row for each class, sorted by one of COLUMNS; undefined values come last."""
    size = len(found.per_class["TP"])
    places = list(range(size))
    if sort in COLUMNS:
        values = found.per_class[sort]
        known = [place for place in places if values[place] is not None]
        known.sort(key=lambda place: _number(values[place]), reverse=descending)
        places = known + [place for place in places if values[place] is None]
    return [ClassRow(place, [_figure(found, bounds, code, place) for code in COLUMNS]) for place in places]


def share_interval_text(bounds: Value) -> str | None:
    """The two bounds of Wilson's interval of a share, or None where there is none."""
    if not isinstance(bounds, tuple) or None in bounds:
        return None
    low, high = (figure_text(round(_number(bound), _TELLING_DECIMALS)) for bound in bounds)
    return f"{low} to {high}"


def _figure(found: Statistics, bounds: Intervals, code: str, place: int) -> Figure:
    value = found.per_class[code][place]
    of_class = bounds.per_class.get(code)
    interval = share_interval_text(of_class[place]) if of_class else None
    return Figure(None if value is None else figure_text(_number(value)), interval)


def _number(value: Value) -> float:
    assert isinstance(value, int | float), "these statistics are numbers"
    return value
