"""Metrics of a confusion matrix as smooth functions of its shares, for real and for complex numbers.

A formula takes three arrays of shape (..., k): the shares of all samples that are hits of each class (TP), that are of
it (P), and that are predicted as it (TOP). They are enough for every metric here, whatever k × k cells they come from.
NaN is where a metric is undefined.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.rates import binary_mcc, f1, jaccard, precision, recall

# A factor such as 1 − Σ of shares is off by less.
_ROUNDING = 1e-15
# A rate of few samples, in which such a factor is divided by a small share, is off by less.
_ROUNDING_OF_RATES = 1e-13

Shares = NDArray[Any]
ClassFormula = Callable[[Shares, Shares, Shares], Shares]
"""Of each class by itself, shape (..., k)."""


class OverallFormula(NamedTuple):
    """A metric that depends on the classes through sums over them alone.

    `terms` has arrays of shape (..., k), and `combine` takes k and the sums of the terms over the classes. The
    derivatives by all classes therefore cost as much as those by one. `is_of_hits` where it does not matter as which
    class a sample is predicted that is no hit.
    """

    terms: Callable[[Shares, Shares, Shares], tuple[Shares, ...]]
    combine: Callable[..., Any]
    is_of_hits: bool = False

    def __call__(self, hits: Shares, actual: Shares, predicted: Shares) -> Any:
        """The metric, shape (...)."""
        terms = self.terms(hits, actual, predicted)
        return self.combine(hits.shape[-1], *(term.sum(axis=-1) for term in terms))


def _divide(part: Any, whole: Any) -> Any:
    undefined = np.full(np.broadcast(part, whole).shape, np.nan, np.result_type(part, whole, float))
    # A complex step away from zero is still zero.
    return np.divide(part, whole, out=undefined, where=whole.real != 0)


def _root(square: Any, rounding: float = _ROUNDING) -> Any:
    """The square root; what rounding leaves of a product that is zero, on either side of it, is zero."""
    return np.sqrt(np.where(np.real(square) > rounding, square, 0))


def _rate(formula: Callable[[Any, Any, Any], tuple[Any, Any]]) -> ClassFormula:
    return lambda hits, actual, predicted: _divide(*formula(hits, actual, predicted))


def _f_beta(beta: float) -> ClassFormula:
    return lambda h, a, p: _divide((1 + beta**2) * h, beta**2 * a + p)


def _specificity(hits: Shares, actual: Shares, predicted: Shares) -> Shares:
    return _divide(1 - actual - predicted + hits, 1 - actual)  # type: ignore[no-any-return]  # an array


def _npv(hits: Shares, actual: Shares, predicted: Shares) -> Shares:
    return _divide(1 - actual - predicted + hits, 1 - predicted)  # type: ignore[no-any-return]  # an array


def _mcc(hits: Shares, actual: Shares, predicted: Shares) -> Shares:
    part, square = binary_mcc(hits, predicted - hits, actual - hits, 1 - actual - predicted + hits)
    return _divide(part, _root(square))  # type: ignore[no-any-return]  # an array


_precision, _recall, _f1, _jaccard = map(_rate, (precision, recall, f1, jaccard))


def _mean_of(rate: ClassFormula) -> OverallFormula:
    return OverallFormula(lambda h, a, p: (rate(h, a, p),), lambda k, total: total / k)


def _weighted_mean_of(rate: ClassFormula) -> OverallFormula:
    def terms(h: Shares, a: Shares, p: Shares) -> tuple[Shares]:
        return (np.where(a.real > 0, a * rate(h, a, p), 0),)

    return OverallFormula(terms, lambda _, total: total)


def _mean_of_defined(rate: ClassFormula) -> OverallFormula:
    def terms(h: Shares, a: Shares, p: Shares) -> tuple[Shares, Shares]:
        values = rate(h, a, p)
        return np.nan_to_num(values), ~np.isnan(values)

    return OverallFormula(terms, lambda _, total, defined: _divide(total, defined))


def _one_minus(rate: ClassFormula) -> ClassFormula:
    return lambda h, a, p: 1 - rate(h, a, p)


def _balanced(hits: Shares, actual: Shares, predicted: Shares) -> Shares:
    return (_recall(hits, actual, predicted) + _specificity(hits, actual, predicted)) / 2


def _recalls_of_occurring(hits: Shares, actual: Shares, predicted: Shares) -> tuple[Shares, Shares]:
    occurs = actual.real > 0
    return np.where(occurs, _recall(hits, actual, predicted), 0), occurs


def _inverse_f_half(hits: Shares, actual: Shares, predicted: Shares) -> Shares:
    return _f_beta(0.5)(1 - actual - predicted + hits, 1 - actual, 1 - predicted)


def _root_of_product(one: ClassFormula, other: ClassFormula) -> ClassFormula:
    return lambda h, a, p: _root(one(h, a, p) * other(h, a, p), _ROUNDING_OF_RATES)


def _adjusted_g_mean(hits: Shares, actual: Shares, predicted: Shares) -> Shares:
    mean, rest = _root_of_product(_recall, _specificity)(hits, actual, predicted), 1 - actual
    adjusted = (mean + _specificity(hits, actual, predicted) * rest) / (1 + rest)
    return np.where(hits.real > 0, adjusted, 0)


def _information_score(hits: Shares, actual: Shares, predicted: Shares) -> Shares:
    lift = _divide(hits, actual * predicted)
    return np.log2(np.where(lift.real > 0, lift, np.nan))


BY_CLASS: dict[str, ClassFormula] = {
    "f05.class": _f_beta(0.5),
    "f2.class": _f_beta(2),
    "mcc.class": _mcc,
    "markedness.class": lambda h, a, p: _precision(h, a, p) + _npv(h, a, p) - 1,
    "g_measure.class": _root_of_product(_precision, _recall),
    "otsuka_ochiai.class": lambda h, a, p: _divide(h, _root(a * p)),
    "g_mean.class": _root_of_product(_recall, _specificity),
    "adjusted_g_mean.class": _adjusted_g_mean,
    "adjusted_f.class": _root_of_product(_f_beta(2), _inverse_f_half),
    "icsi.class": lambda h, a, p: _precision(h, a, p) + _recall(h, a, p) - 1,
    "information_score.class": _information_score,
    "chance_agreement.class": lambda _, a, p: a * p,
    "chance_agreement_unbiased.class": lambda _, a, p: ((a + p) / 2) ** 2,
    "precision_recall_mean.class": lambda h, a, p: (_precision(h, a, p) + _recall(h, a, p)) / 2,
}

CLASS_PROPORTIONS: dict[str, ClassFormula] = {
    "precision.class": _precision,
    "f1.class": _f1,
    "jaccard.class": _jaccard,
}
"""Those whose intervals have a closed form; differences of them have none."""

OVERALL: dict[str, OverallFormula] = {
    "precision.macro": _mean_of(_precision),
    "recall.macro": _mean_of(_recall)._replace(is_of_hits=True),
    "f1.macro": _mean_of(_f1),
    "jaccard.macro": _mean_of(_jaccard),
    "specificity.macro": _mean_of(_specificity),
    "npv.macro": _mean_of(_npv),
    "false_positive_rate.macro": _mean_of(_one_minus(_specificity)),
    "false_negative_rate.macro": _mean_of(_one_minus(_recall))._replace(is_of_hits=True),
    "precision.weighted": _weighted_mean_of(_precision),
    "f1.weighted": _weighted_mean_of(_f1),
    "balanced_accuracy": OverallFormula(
        _recalls_of_occurring, lambda _, recalls, occurring: recalls / occurring, is_of_hits=True
    ),
    "balanced_accuracy.ovr_macro": _mean_of(_balanced),
    "balanced_accuracy.ovr_weighted": _weighted_mean_of(_balanced),
    "csi": _mean_of(lambda h, a, p: _precision(h, a, p) + _recall(h, a, p) - 1),
    "kappa": OverallFormula(lambda h, a, p: (h, a * p), lambda _, right, chance: _divide(right - chance, 1 - chance)),
    **dict.fromkeys(
        ("scott_pi", "kappa_unbiased"),
        OverallFormula(
            lambda h, a, p: (h, ((a + p) / 2) ** 2), lambda _, right, chance: _divide(right - chance, 1 - chance)
        ),
    ),
    "gwet_ac1": OverallFormula(
        lambda h, a, p: (h, (a + p) / 2 * (1 - (a + p) / 2) / max(h.shape[-1] - 1, 1)),
        lambda _, right, chance: _divide(right - chance, 1 - chance),
    ),
    "bangdiwala_b": OverallFormula(lambda h, a, p: (h * h, a * p), lambda _, square, product: _divide(square, product)),
    "mcc": OverallFormula(
        lambda h, a, p: (h, a * p, a * a, p * p),
        lambda _, right, chance, a, p: _divide(right - chance, _root((1 - a) * (1 - p))),
    ),
}

OVERALL_OF_SETS: dict[str, OverallFormula] = {
    "multilabel.hamming_loss": OverallFormula(lambda h, a, p: (a + p - 2 * h,), lambda k, wrong: wrong / k),
    "multilabel.f1.micro": OverallFormula(lambda h, a, p: (2 * h, a + p), lambda _, part, whole: _divide(part, whole)),
    "multilabel.f1.macro": _mean_of_defined(_f1),
}
"""Of samples with any number of labels, where hits, samples and predictions are of each label."""

CLASS_OF_SETS: dict[str, ClassFormula] = {
    "multilabel.precision.class": _precision,
    "multilabel.f1.class": _f1,
}
