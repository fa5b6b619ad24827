"""The threshold of a run that reaches what was asked for."""

import math

from api.web.numbers import read_number
from api.web.runs.selection import RunSelection
from shared.evaluation.thresholds.goals import Goal, TargetMetric
from shared.kit.errors import Fault, InvalidInput
from shared.kit.platform import Platform
from shared.runs.scores import curves


async def threshold_that_reaches(
    platform: Platform, selection: RunSelection, metric: TargetMetric, at_least: str
) -> float:
    """Return the best threshold of the selected class at which a metric has a value or more; raises InvalidInput."""
    value = read_number(at_least, "at_least", "0.9")
    if value is None or not 0 <= value <= 1:
        raise InvalidInput(Fault("/at_least", "at_least: write a number from 0 to 1, such as 0.9."))
    goal = Goal(metric, value)
    found = await curves.threshold(platform, selection.run, selection.position, selection.conditions, goal)
    point = found.choice.point
    if not found.choice.is_reached or point is None or not math.isfinite(point.threshold):
        raise InvalidInput(Fault("/at_least", f"at_least: no threshold reaches a {metric} of {value:g}; ask for less."))
    return point.threshold
