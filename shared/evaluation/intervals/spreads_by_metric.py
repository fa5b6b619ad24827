"""The spreads of the metrics of a whole matrix that have an interval by the delta method."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.delta import ROUNDING, Spread, overall_spreads
from shared.evaluation.metrics import Metric
from shared.evaluation.metrics.matrix_result import MatrixResult

# By the metric's id: whether the counts themselves vary, and the spread with the added samples.
Spreads: TypeAlias = Mapping[str, tuple[bool, Spread]]

# Of samples laid evenly over the cells, as Agresti and Coull do: a cell that happens to be empty tells little, and with
# ten samples of a class its spread would be taken for none.
ADDED_SAMPLES = 1.0

# Metrics that go straight with another one, of which they have the interval.
OF_PI = {"krippendorff_alpha": "scott_pi"}


def spreads_by_metric(metrics: Iterable[Metric], result: MatrixResult) -> Spreads:
    """The spreads of those of the metrics that have an interval by the delta method; all of them are defined.

    They are computed together: of a small matrix one takes as long as several.
    """
    names = [OF_PI.get(metric.id, metric.id) for metric in metrics if metric.interval == "delta"]
    if not names or not result.total or result.matrix.is_weighted:
        return {}
    formulas = [count_formulas.OVERALL[name] for name in names]
    found = overall_spreads(formulas, result.matrix, (0.0, ADDED_SAMPLES))
    varies = (found.error[:, 0] > ROUNDING).tolist()
    return {name: (varies[i], Spread(*(part[i, 1] for part in found))) for i, name in enumerate(names)}
