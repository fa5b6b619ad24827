"""A metric of runs over time, each compared with a baseline: as rows, and as a drawing."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.evaluation.intervals.independent import MetricBounds, difference
from shared.evaluation.metrics import Metric
from shared.runs.figures import RunFigureRecord
from shared.runs.list_queries import MeasuredRun

WIDTH, HEIGHT = 900, 260
# Beyond the values, so that no dot lies on the frame.
_MARGIN = 0.08
_TICKS = 4


class Change(StrEnum):
    """What a run's interval says of it beside the baseline."""

    BASELINE = "baseline"
    BETTER = "better"
    WORSE = "worse"
    NONE = "none"
    # The metric is of another class, or one of the two has no interval.
    UNKNOWN = "unknown"


class TrendPoint(NamedTuple):
    """A run of a trend with its change; the difference is the run minus the baseline, None where there is none.

    `x`, `y`, `low` and `high` are units of a drawing of WIDTH x HEIGHT whose y axis points down.
    """

    run: MeasuredRun
    change: Change
    difference: MetricBounds | None
    # Beside the run before, from one run to the next.
    step: Change
    has_other_samples: bool
    x: float
    y: float
    low: float
    high: float


class TrendTick(NamedTuple):
    """A line of the grid with its value."""

    y: float
    value: float


class Trend(NamedTuple):
    """A metric over time, oldest run first; `baseline` is one of the points."""

    points: list[TrendPoint]
    baseline: TrendPoint
    ticks: list[TrendTick]

    @property
    def path(self) -> str:
        """The line through the values; broken where the metric is of another class."""
        label, parts = None, list[str]()
        for point in self.points:
            is_same = bool(parts) and point.run.figure.label == label
            parts.append(f"{'L' if is_same else 'M'}{point.x:g} {point.y:g}")
            label = point.run.figure.label
        return "".join(parts)

    @property
    def regressions(self) -> list[TrendPoint]:
        """The runs that are worse than the baseline beyond chance."""
        return [point for point in self.points if point.change is Change.WORSE]

    @property
    def drops(self) -> list[TrendPoint]:
        """The runs that are worse than the run before beyond chance."""
        return [point for point in self.points if point.step is Change.WORSE]


def trend(runs: Sequence[MeasuredRun], metric: Metric, baseline_id: UUID | None) -> Trend:
    """The runs, of which there is one at least, beside the pinned baseline; beside the first without one."""
    pinned = next((run for run in runs if run.id == baseline_id), runs[0])
    bounds = [_bounds(run.figure) for run in runs]
    lowest, highest = min(low for low, _ in bounds), max(high for _, high in bounds)
    margin = _MARGIN * (highest - lowest or 1)
    least, most = metric.range or (lowest - margin, highest + margin)
    lowest, highest = max(least, lowest - margin), min(most, highest + margin)

    def y(value: float) -> float:
        return round(HEIGHT * (highest - value) / (highest - lowest or 1), 1)

    def point(at: int, run: MeasuredRun) -> TrendPoint:
        change, measured = _changed(run, pinned, metric)
        low, high = bounds[at]
        step = _changed(run, runs[at - 1], metric)[0] if at else Change.NONE
        x = round(WIDTH * (at + 0.5) / len(runs), 1)
        has_other_samples = (run.dataset_id, run.sample_count) != (pinned.dataset_id, pinned.sample_count)
        return TrendPoint(run, change, measured, step, has_other_samples, x, y(run.figure.value), y(low), y(high))

    points = [point(at, run) for at, run in enumerate(runs)]
    steps = [lowest + (highest - lowest) * step / _TICKS for step in range(_TICKS + 1)]
    base = next(point for point in points if point.run.id == pinned.id)
    return Trend(points, base, [TrendTick(y(value), value) for value in steps])


def _changed(run: MeasuredRun, pinned: MeasuredRun, metric: Metric) -> tuple[Change, MetricBounds | None]:
    if run.id == pinned.id:
        return Change.BASELINE, None
    one, other = _bounded(run.figure), _bounded(pinned.figure)
    if one is None or other is None or run.figure.label != pinned.figure.label:
        return Change.UNKNOWN, None
    measured = difference(one, other)
    is_lower, is_higher = measured.high < 0, measured.low > 0
    if not is_lower and not is_higher:
        return Change.NONE, measured
    return Change.WORSE if is_lower != metric.lower_is_better else Change.BETTER, measured


def _bounded(figure: RunFigureRecord) -> MetricBounds | None:
    if figure.low is None or figure.high is None:
        return None
    return MetricBounds(figure.value, figure.low, figure.high)


def _bounds(figure: RunFigureRecord) -> tuple[float, float]:
    return (
        figure.value if figure.low is None else figure.low,
        figure.value if figure.high is None else figure.high,
    )
