"""The main statistics of several classifiers in one table."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.evaluation.confusion.association import association
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.pycm_ranking import aligned
from shared.evaluation.confusion.statistics import summary
from shared.evaluation.rates import ratio

# Equal shares of different counts can differ in the last bit.
_TIE = 1e-12

Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One statistic of every matrix, in the order of the table's names; None where undefined.

    `to_first` and `to_best` are a value minus that of the first matrix and minus the best one. `winners` have the best
    value; nobody wins where all defined values are equal or only one is defined.
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
    """Statistics as rows, matrices as columns."""

    names: tuple[str, ...]
    sample_count: float
    rows: tuple[Row, ...]


class _Statistic(NamedTuple):
    title: str
    lower_is_better: bool = False


_STATISTICS = {
    "accuracy": _Statistic("Accuracy"),
    "error_rate": _Statistic("Error rate", lower_is_better=True),
    "balanced_accuracy": _Statistic("Balanced accuracy"),
    "precision_macro": _Statistic("Precision (macro)"),
    "precision_weighted": _Statistic("Precision (weighted)"),
    "precision_micro": _Statistic("Precision (micro)"),
    "recall_macro": _Statistic("Recall (macro)"),
    "recall_weighted": _Statistic("Recall (weighted)"),
    "recall_micro": _Statistic("Recall (micro)"),
    "f1_macro": _Statistic("F1 (macro)"),
    "f1_weighted": _Statistic("F1 (weighted)"),
    "f1_micro": _Statistic("F1 (micro)"),
    "jaccard_macro": _Statistic("Jaccard index (macro)"),
    "specificity_macro": _Statistic("Specificity (macro)"),
    "false_positive_rate_macro": _Statistic("False positive rate (macro)", lower_is_better=True),
    "false_negative_rate_macro": _Statistic("False negative rate (macro)", lower_is_better=True),
    "kappa": _Statistic("Cohen's kappa"),
    "mcc": _Statistic("Matthews correlation coefficient"),
}


def side_by_side(matrices: Mapping[str, ConfusionMatrix]) -> SideBySide:
    """Set comparable matrices side by side; plain values throughout.

    Macro means are PyCM's, undefined if one class has no value; weighted means leave out classes that never occur, and
    so does balanced accuracy, as in scikit-learn. Raises a subclass of `NotComparable`.
    """
    matrices = aligned(matrices)
    names = tuple(matrices)
    columns = [_figures(matrix) for matrix in matrices.values()]
    rows = (
        _row(name, statistic, [column[name] for column in columns], names) for name, statistic in _STATISTICS.items()
    )
    return SideBySide(names, matrices[names[0]].sample_count, tuple(rows))


def _row(name: str, statistic: _Statistic, values: Sequence[float | None], names: tuple[str, ...]) -> Row:
    known = [value for value in values if value is not None]
    choose = min if statistic.lower_is_better else max
    best = choose(known, default=None)
    decided = best is not None and not all(_equal(value, best) for value in known)
    return Row(
        name,
        *statistic,
        values=tuple(values),
        to_first=_differences(values, values[0]),
        to_best=_differences(values, best),
        winners=tuple(name for name, value in zip(names, values, strict=True) if decided and _equal(value, best)),
    )


def _equal(value: float | None, best: float | None) -> bool:
    return value is not None and best is not None and math.isclose(value, best, rel_tol=_TIE, abs_tol=_TIE)


def _differences(values: Sequence[float | None], base: float | None) -> Values:
    return tuple(None if value is None or base is None else value - base for value in values)


def _figures(matrix: ConfusionMatrix) -> dict[str, float | None]:
    headline, together = summary(matrix), association(matrix)
    hits: list[float] = matrix.counts.diagonal().tolist()
    actual: list[float] = matrix.counts.sum(axis=1).tolist()
    predicted: list[float] = matrix.counts.sum(axis=0).tolist()
    total = sum(actual)
    either = [a + p for a, p in zip(actual, predicted, strict=True)]
    precision, recall = _shares(hits, predicted), _shares(hits, actual)
    f1 = _shares([2 * hit for hit in hits], either)
    negative = [total - a for a in actual]
    specificity = _mean(_shares([total - e + hit for hit, e in zip(hits, either, strict=True)], negative))
    micro = headline.accuracy
    return {
        "accuracy": headline.accuracy,
        "error_rate": _known(ratio(total - sum(hits), total)),
        "balanced_accuracy": _mean([share for share in recall if not math.isnan(share)]),
        "precision_macro": headline.precision,
        "precision_weighted": _mean(precision, actual),
        "precision_micro": micro,
        "recall_macro": headline.recall,
        "recall_weighted": _mean(recall, actual),
        "recall_micro": micro,
        "f1_macro": headline.f1,
        "f1_weighted": _mean(f1, actual),
        "f1_micro": micro,
        "jaccard_macro": _mean(_shares(hits, [e - hit for hit, e in zip(hits, either, strict=True)])),
        "specificity_macro": specificity,
        "false_positive_rate_macro": _rest(specificity),
        "false_negative_rate_macro": _rest(headline.recall),
        "kappa": _known(together.kappa),
        "mcc": _known(together.mcc),
    }


def _shares(parts: Sequence[float], wholes: Sequence[float]) -> list[float]:
    return [ratio(part, whole) for part, whole in zip(parts, wholes, strict=True)]


def _mean(shares: Sequence[float], weights: Sequence[float] | None = None) -> float | None:
    weights = [1.0] * len(shares) if weights is None else weights
    # A class without weight has no say, even where its share is undefined.
    terms = [share * weight for share, weight in zip(shares, weights, strict=True) if weight]
    return _known(ratio(sum(terms), sum(weights)))


def _rest(share: float | None) -> float | None:
    return None if share is None else 1 - share


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
