"""Metrics from counts, by the definitions of the textbooks; None where undefined."""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

Matrix = Sequence[Sequence[int]]
_TWO = 2


class Counts:
    """The sums of a confusion matrix: hits, samples and predictions of each class."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.k = len(matrix)
        self.hits = [matrix[at][at] for at in range(self.k)]
        self.actual = [sum(row) for row in matrix]
        self.predicted = [sum(row[at] for row in matrix) for at in range(self.k)]
        self.total = sum(self.actual)

    def parts(self, at: int) -> tuple[int, int, int, int]:
        """Return true positives, false positives, false negatives and true negatives of a class."""
        tp = self.hits[at]
        fp, fn = self.predicted[at] - tp, self.actual[at] - tp
        return tp, fp, fn, self.total - tp - fp - fn


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _mean(values: Sequence[float | None], weights: Sequence[float] | None = None) -> float | None:
    """The weighted mean; undefined if a value with a weight is."""
    pairs = [(value, weight) for value, weight in zip(values, weights or [1.0] * len(values), strict=True) if weight]
    if not pairs or any(value is None for value, _ in pairs):
        return None
    return math.fsum(value * weight for value, weight in pairs if value is not None) / math.fsum(w for _, w in pairs)


def _f(beta: float) -> Callable[[int, int, int, int], float | None]:
    square = beta * beta
    return lambda tp, fp, fn, _: _share((1 + square) * tp, (1 + square) * tp + square * fn + fp)


def _mcc_of_two(tp: int, fp: int, fn: int, tn: int) -> float | None:
    square = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return (tp * tn - fp * fn) / math.sqrt(square) if square else None


BY_CLASS: dict[str, Callable[[int, int, int, int], float | None]] = {
    "precision": lambda tp, fp, _fn, _tn: _share(tp, tp + fp),
    "recall": lambda tp, _fp, fn, _tn: _share(tp, tp + fn),
    "specificity": lambda _tp, fp, _fn, tn: _share(tn, tn + fp),
    "jaccard": lambda tp, fp, fn, _tn: _share(tp, tp + fp + fn),
    "f1": _f(1.0),
    "f05": _f(0.5),
    "f2": _f(2.0),
    "mcc": _mcc_of_two,
}
# The part and the whole of the proportions whose interval is Wilson's; that of F1 follows from Jaccard's.
_PROPORTIONS: dict[str, Callable[[int, int, int, int], tuple[int, int]]] = {
    "precision": lambda tp, fp, _fn, _tn: (tp, tp + fp),
    "recall": lambda tp, _fp, fn, _tn: (tp, tp + fn),
    "jaccard": lambda tp, fp, fn, _tn: (tp, tp + fp + fn),
    "f1": lambda tp, fp, fn, _tn: (tp, tp + fp + fn),
}
_RIGHT = {"accuracy", "precision.micro", "recall.micro", "f1.micro", "recall.weighted"}


def is_known(metric: str) -> bool:
    """Return whether a metric can be computed here from counts."""
    name, _, kind = metric.partition(".")
    if kind in {"class", "macro", "weighted"}:
        return name in BY_CLASS
    return metric in _RIGHT or metric in {"error_rate", "balanced_accuracy", "mcc", "kappa"}


def value(metric: str, counts: Counts, at: int | None) -> float | None:
    """Return a metric of all classes, or of the class at a position."""
    name, _, kind = metric.partition(".")
    if kind == "class":
        assert at is not None, "a metric of a class has one"
        return BY_CLASS[name](*counts.parts(at))
    if metric in _RIGHT:
        return _share(sum(counts.hits), counts.total)
    if metric == "error_rate":
        return _share(counts.total - sum(counts.hits), counts.total)
    if metric == "mcc":
        return _mcc(counts)
    if metric == "kappa":
        return _kappa(counts)
    values = [BY_CLASS["recall" if metric == "balanced_accuracy" else name](*counts.parts(k)) for k in range(counts.k)]
    if metric == "balanced_accuracy":
        values = [one for one in values if one is not None]
    return _mean(values, counts.actual if kind == "weighted" else None)


def _mcc(counts: Counts) -> float | None:
    n, right = counts.total, sum(counts.hits)
    both = sum(a * p for a, p in zip(counts.actual, counts.predicted, strict=True))
    square = (n * n - sum(a * a for a in counts.actual)) * (n * n - sum(p * p for p in counts.predicted))
    return (n * right - both) / math.sqrt(square) if square else None


def _kappa(counts: Counts) -> float | None:
    n = counts.total
    both = sum(a * p for a, p in zip(counts.actual, counts.predicted, strict=True))
    return _share(n * sum(counts.hits) - both, n * n - both)


def wilson_interval(metric: str, counts: Counts, at: int | None, alpha: float) -> tuple[float, float] | None:
    """Return the interval of a proportion by Wilson's method (1927); None where it is not offered here."""
    name, _, kind = metric.partition(".")
    if kind == "class" and name in _PROPORTIONS and at is not None:
        part, whole = _PROPORTIONS[name](*counts.parts(at))
    elif metric in _RIGHT:
        part, whole = sum(counts.hits), counts.total
    elif metric == "error_rate":
        part, whole = counts.total - sum(counts.hits), counts.total
    else:
        return None
    if not whole:
        return None
    low, high = wilson(part, whole, alpha)
    return (2 * low / (1 + low), 2 * high / (1 + high)) if name == "f1" and kind == "class" else (low, high)


def wilson(part: int, whole: int, alpha: float) -> tuple[float, float]:
    """Return Wilson's interval of a proportion; `whole` > 0."""
    z = NormalDist().inv_cdf(1 - alpha / 2)
    share, square = part / whole, z * z / whole
    centre = (share + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(share * (1 - share) / whole + square / (4 * whole))
    return (0.0 if part == 0 else centre - half), (1.0 if part == whole else centre + half)


def area(scores: Sequence[float], is_positive: Sequence[bool]) -> float | None:
    """Return the area under the ROC curve: the share of pairs in their order, equal scores counted half."""
    positives = sum(is_positive)
    negatives = len(is_positive) - positives
    if not positives or not negatives:
        return None
    order = sorted(range(len(scores)), key=scores.__getitem__)
    # Twice the number of pairs, so that halves are whole.
    twice, below, start = 0, 0, 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        tied = sum(is_positive[at] for at in order[start:end])
        others = end - start - tied
        twice += tied * (2 * below + others)
        below += others
        start = end
    return twice / (2 * positives * negatives)
