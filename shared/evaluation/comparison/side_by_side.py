"""The main metrics of several classifiers in one table."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.evaluation.comparison.pycm_ranking import aligned
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.metrics import CATALOGUE, Metric
from shared.evaluation.metrics.matrix_result import MatrixResult

# Equal shares of different counts can differ in the last bit.
_TIE = 1e-12

Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric of every matrix, in the order of the table's names; None where undefined.

    `to_first` and `to_best` are a value minus that of the first matrix and minus the best one. `winners` have the best
    value; there is no winner where all defined values are equal or only one is defined.
    """

    name: str
    title: str
    lower_is_better: bool
    values: Values
    to_first: Values
    to_best: Values
    winners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Metrics as rows, matrices as columns."""

    names: tuple[str, ...]
    sample_count: float
    rows: tuple[MetricRow, ...]


COMPARED = tuple(
    CATALOGUE[metric_id]
    for metric_id in (
        "accuracy",
        "error_rate",
        "balanced_accuracy",
        "precision.macro",
        "precision.weighted",
        "precision.micro",
        "recall.macro",
        "recall.weighted",
        "recall.micro",
        "f1.macro",
        "f1.weighted",
        "f1.micro",
        "jaccard.macro",
        "specificity.macro",
        "false_positive_rate.macro",
        "false_negative_rate.macro",
        "kappa",
        "mcc",
    )
)


def side_by_side(matrices: Mapping[str, ConfusionMatrix]) -> SideBySide:
    """Set comparable matrices side by side; plain values throughout.

    Macro means are PyCM's, undefined if one class has no value; weighted means leave out classes that never occur, and
    so does balanced accuracy, as in scikit-learn. Raises a subclass of `NotComparable`.
    """
    matrices = aligned(matrices)
    names = tuple(matrices)
    results = list(map(MatrixResult, matrices.values()))
    rows = (_row(metric, [metric.read(result) for result in results], names) for metric in COMPARED)
    return SideBySide(names, matrices[names[0]].sample_count, tuple(rows))


def _row(metric: Metric, values: Sequence[float | None], names: tuple[str, ...]) -> MetricRow:
    defined = [value for value in values if value is not None]
    choose = min if metric.lower_is_better else max
    best = choose(defined, default=None)
    has_winner = best is not None and not all(_equal(value, best) for value in defined)
    return MetricRow(
        name=metric.plain_name,
        title=metric.title,
        lower_is_better=metric.lower_is_better,
        values=tuple(values),
        to_first=_differences(values, values[0]),
        to_best=_differences(values, best),
        winners=tuple(name for name, value in zip(names, values, strict=True) if has_winner and _equal(value, best)),
    )


def _equal(value: float | None, best: float | None) -> bool:
    return value is not None and best is not None and math.isclose(value, best, rel_tol=_TIE, abs_tol=_TIE)


def _differences(values: Sequence[float | None], base: float | None) -> Values:
    return tuple(None if value is None or base is None else value - base for value in values)
