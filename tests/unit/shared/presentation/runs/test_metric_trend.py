"""A trend marks what is worse beyond chance than the baseline or the run before, and compares only what can be."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.evaluation.metrics import CATALOGUE
from shared.presentation.runs.metric_trend import HEIGHT, WIDTH, Change, trend
from shared.runs.figures import RunFigureRecord
from shared.runs.list_queries import MeasuredRun


def run(number: int, figure: RunFigureRecord, samples: int = 100) -> MeasuredRun:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    run_id, name = UUID(int=number), f"run {number}"
    return MeasuredRun(run_id, name, "", None, [], moment, samples, None, is_weighted=False, figure=figure)


def share(value: float, label: str | None = None, metric: str = "accuracy") -> RunFigureRecord:
    return RunFigureRecord(metric, label, value, value - 0.05, value + 0.05)


ACCURACY = CATALOGUE["accuracy"]


def test_each_run_is_compared_with_the_pinned_baseline_and_with_the_run_before() -> None:
    runs = [run(n, share(value)) for n, value in enumerate((0.6, 0.8, 0.82, 0.7, 0.9))]

    first, pinned = trend(runs, ACCURACY, None), trend(runs, ACCURACY, UUID(int=1))

    assert [point.change for point in first.points] == ["baseline", "better", "better", "better", "better"]
    assert [point.change for point in pinned.points] == ["worse", "baseline", "none", "worse", "better"]
    assert [point.step for point in pinned.points] == ["none", "better", "none", "worse", "better"]
    assert [point.run.name for point in pinned.regressions] == ["run 0", "run 3"]
    assert [point.run.name for point in pinned.drops] == ["run 3"]
    assert pinned.baseline.run.name == "run 1"
    difference = pinned.points[3].difference
    assert difference is not None
    assert tuple(difference) == pytest.approx((-0.1, -0.1 - 0.05 * 2**0.5, -0.1 + 0.05 * 2**0.5))


def test_of_an_error_rate_lower_is_better() -> None:
    runs = [run(n, share(value, metric="error_rate")) for n, value in enumerate((0.3, 0.1, 0.5))]

    assert [point.change for point in trend(runs, CATALOGUE["error_rate"], None).points] == [
        "baseline", "better", "worse",
    ]  # fmt: skip


def test_another_class_or_a_missing_interval_is_not_compared_and_other_samples_are_said() -> None:
    runs = [
        run(0, share(0.9, "spam")),
        run(1, share(0.1, "ham")),
        run(2, RunFigureRecord("accuracy", "spam", 0.1, None, None)),
        run(3, share(0.9, "spam"), samples=90),
    ]
    found = trend(runs, ACCURACY, None)

    assert [point.change for point in found.points] == [
        Change.BASELINE, Change.UNKNOWN, Change.UNKNOWN, Change.NONE,
    ]  # fmt: skip
    assert [point.difference is None for point in found.points] == [True, True, True, False]
    assert [point.has_other_samples for point in found.points] == [False, False, False, True]
    assert re.findall("[ML]", found.path) == ["M", "M", "M", "L"]


@pytest.mark.parametrize("values", [(0.5,), (0.0, 1.0), (1.0, 1.0, 1.0), (0.4, 0.4)])
def test_everything_is_drawn_inside_the_frame(values: tuple[float, ...]) -> None:
    runs = [run(n, RunFigureRecord("accuracy", None, value, value, value)) for n, value in enumerate(values)]
    found = trend(runs, ACCURACY, None)

    for point in found.points:
        assert 0 <= point.x <= WIDTH
        assert 0 <= point.high <= point.y <= point.low <= HEIGHT
    assert found.ticks[0].y == HEIGHT
