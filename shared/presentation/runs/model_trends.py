"""The models of a project, each with its newest average precision and how it got there."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.detection_runs.records import DetectionRunRecord

# Of the line of a trend, in the units of its drawing.
WIDTH, HEIGHT = 120, 24
# Older runs would not be told apart in so small a drawing.
MAX_POINTS = 30


class ModelTrend(NamedTuple):
    """The newest run of a model by one set of rules, its change since the run before, and the line through all.

    One run alone has neither a change nor a line.
    """

    newest: DetectionRunRecord
    ap: float
    change: float | None
    path: str | None
    runs: int


def trends(runs: Sequence[DetectionRunRecord]) -> list[ModelTrend]:
    """The models of runs, the newest first, by name, subject and profile; the best first within the same rules."""
    by_model = dict[tuple[str, str, str], list[DetectionRunRecord]]()
    for run in runs:
        if run.ap is not None:
            by_model.setdefault((run.asked.subject, run.asked.profile, run.model_name), []).append(run)
    found = [_trend(of_model) for of_model in by_model.values()]
    return sorted(found, key=lambda one: (one.newest.asked.subject, one.newest.asked.profile, -one.ap))


def _trend(newest_first: Sequence[DetectionRunRecord]) -> ModelTrend:
    values = [run.ap for run in newest_first if run.ap is not None][:MAX_POINTS][::-1]
    change = values[-1] - values[-2] if len(values) > 1 else None
    return ModelTrend(newest_first[0], values[-1], change, _path(values), len(newest_first))


def _path(values: Sequence[float]) -> str | None:
    """A line from 0 at the bottom to 1 at the top."""
    steps = len(values) - 1
    if not steps:
        return None
    places = (f"{WIDTH * at / steps:g} {HEIGHT * (1 - value):.4g}" for at, value in enumerate(values))
    return "M" + "L".join(places)
