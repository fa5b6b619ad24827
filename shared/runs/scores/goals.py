"""Goals of a threshold, as requests write them."""

from shared.evaluation.thresholds.goals import Costs, Goal, TargetMetric
from shared.kit.errors import Fault, InvalidInput


def read_goal(
    metric: TargetMetric | None,
    at_least: float | None,
    max_positives: int | None,
    cost_fp: float | None,
    cost_fn: float | None,
) -> Goal:
    """Read a goal, the best F1 if nothing is said; raises InvalidInput for parts that do not go together."""
    if (cost_fp is None) != (cost_fn is None):
        missing = "cost_fp" if cost_fp is None else "cost_fn"
        raise InvalidInput(Fault(f"/{missing}", f"{missing}: send the costs of both kinds of errors, or neither."))
    if cost_fp == cost_fn == 0:
        raise InvalidInput(Fault("/cost_fn", "cost_fn: one of the two costs must be above 0."))
    if at_least is not None and metric is None:
        raise InvalidInput(Fault("/metric", "metric: say which metric has to reach `at_least`."))
    if cost_fp is not None and cost_fn is not None:
        if metric is not None and at_least is None:
            raise InvalidInput(
                Fault("/at_least", "at_least: the costs choose the threshold; say what `metric` must reach.")
            )
        return Goal(metric, at_least, max_positives, Costs(cost_fp, cost_fn))
    if metric is None and max_positives is None:
        return Goal("f1")
    return Goal(metric, at_least, max_positives)
