"""Metrics from counts, by the definitions of the textbooks; None where undefined."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from statistics import NormalDist

# Sums of weights are fractions, as a difference of two doubles would leave a rounding error instead of zero.
Number = int | Fraction
Matrix = Sequence[Sequence[Number]]
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

    def parts(self, at: int) -> tuple[Number, Number, Number, Number]:
        """Return true positives, false positives, false negatives and true negatives of a class."""
        tp = self.hits[at]
        fp, fn = self.predicted[at] - tp, self.actual[at] - tp
        return tp, fp, fn, self.total - tp - fp - fn


def _share(part: Number | float, whole: Number | float) -> float | None:
    return float(part / whole) if whole else None


def _mean(values: Sequence[float | None], weights: Sequence[Number] | None = None) -> float | None:
    """The weighted mean; undefined if a value with a weight is."""
    pairs = [(value, weight) for value, weight in zip(values, weights or [1] * len(values), strict=True) if weight]
    if not pairs or any(value is None for value, _ in pairs):
        return None
    return math.fsum(value * weight for value, weight in pairs if value is not None) / math.fsum(w for _, w in pairs)


def _f(beta: float) -> Callable[[Number, Number, Number, Number], float | None]:
    square = beta * beta
    return lambda tp, fp, fn, _: _share((1 + square) * tp, (1 + square) * tp + square * fn + fp)


def _mcc_of_two(tp: Number, fp: Number, fn: Number, tn: Number) -> float | None:
    square = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return float(tp * tn - fp * fn) / math.sqrt(square) if square else None


BY_CLASS: dict[str, Callable[[Number, Number, Number, Number], float | None]] = {
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
_PROPORTIONS: dict[str, Callable[[Number, Number, Number, Number], tuple[Number, Number]]] = {
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
    return float(n * right - both) / math.sqrt(square) if square else None


def _kappa(counts: Counts) -> float | None:
    n = counts.total
    both = sum(a * p for a, p in zip(counts.actual, counts.predicted, strict=True))
    return _share(n * sum(counts.hits) - both, n * n - both)


def wilson_interval(
    metric: str, counts: Counts, at: int | None, alpha: float, squares: Counts | None = None
) -> tuple[float, float] | None:
    """Return the interval of a proportion by Wilson's method (1927); None where it is not offered here.

    `squares` are the sums of squared weights of weighted samples.
    """
    proportion = _proportion(metric, counts, at)
    if proportion is None or not proportion[1]:
        return None
    of_squares = None if squares is None else _proportion(metric, squares, at)
    part, whole = proportion if of_squares is None else _effective(proportion, of_squares)
    low, high = wilson(float(part), float(whole), alpha)
    return (2 * low / (1 + low), 2 * high / (1 + high)) if metric == "f1.class" else (low, high)


def _proportion(metric: str, counts: Counts, at: int | None) -> tuple[Number, Number] | None:
    """The part and the whole of a proportion."""
    name, _, kind = metric.partition(".")
    if kind == "class" and name in _PROPORTIONS and at is not None:
        return _PROPORTIONS[name](*counts.parts(at))
    if metric in _RIGHT:
        return sum(counts.hits), counts.total
    return (counts.total - sum(counts.hits), counts.total) if metric == "error_rate" else None


def _effective(weights: tuple[Number, Number], squares: tuple[Number, Number]) -> tuple[float, float]:
    """The part and the whole as numbers of independent samples with the variance that the weights leave.

    That of the ratio of two sums by linearisation (Cochran 1977), or that of (Σ w)²/Σ w² samples (Kish 1965),
    whichever is larger.
    """
    (part, whole), (of_part, of_whole) = weights, squares
    number, share = float(whole * whole / of_whole), Fraction(part) / whole
    if 0 < share < 1:
        variance = of_part * (1 - share) ** 2 + (of_whole - of_part) * share**2
        number = min(number, float(part * (whole - part) / variance))
    # All is all exactly.
    return float(share) * number, number


def wilson(part: float, whole: float, alpha: float) -> tuple[float, float]:
    """Return Wilson's interval of a proportion; `whole` > 0."""
    z = NormalDist().inv_cdf(1 - alpha / 2)
    share, square = part / whole, z * z / whole
    centre = (share + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(share * (1 - share) / whole + square / (4 * whole))
    return (0.0 if part == 0 else centre - half), (1.0 if part == whole else centre + half)


def area(scores: Sequence[float], is_positive: Sequence[bool], weights: Sequence[float] | None = None) -> float | None:
    """Return the area under the ROC curve: the share of pairs in their order, equal scores counted half.

    A pair of weighted samples weighs the product of their weights.
    """
    own: Sequence[float] = [1] * len(scores) if weights is None else weights
    positives = sum(weight for weight, is_one in zip(own, is_positive, strict=True) if is_one)
    negatives = sum(weight for weight, is_one in zip(own, is_positive, strict=True) if not is_one)
    if not positives or not negatives:
        return None
    order = sorted(range(len(scores)), key=scores.__getitem__)
    # Twice the number of pairs, so that halves are whole.
    twice: float = 0
    below: float = 0
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        tied = sum(own[at] for at in order[start:end] if is_positive[at])
        others = sum(own[at] for at in order[start:end] if not is_positive[at])
        twice += tied * (2 * below + others)
        below += others
        start = end
    return twice / (2 * positives * negatives)
