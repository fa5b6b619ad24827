"""Confidence intervals of a confusion matrix's metrics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pycm.ci import (
    AUC_SE_calc,
    CI_calc,
    CI_calc_agresti,
    CI_calc_wilson,
    LR_CI_calc,
    LR_SE_calc,
    SE_calc,
    kappa_SE_calc,
)
from pycm.params import ALPHA_ONE_SIDE_TABLE, ALPHA_TWO_SIDE_TABLE

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, Value, plain

BinomMethod = Literal["normal-approx", "wilson", "agresti-coull"]

_CRITICAL_VALUES: dict[bool, dict[float, float]] = {False: ALPHA_TWO_SIDE_TABLE, True: ALPHA_ONE_SIDE_TABLE}

# The levels that PyCM supports; for any other it silently uses 0.05.
ALPHAS = {one_sided: tuple(sorted(values)) for one_sided, values in _CRITICAL_VALUES.items()}

# Shares, each with the number of samples that it is a share of.
_SHARES = {"TPR": "P", "FNR": "P", "TNR": "N", "FPR": "N", "PPV": "TOP", "NPV": "TON", "ACC": "POP", "PRE": "POP"}

_RATIOS = {"PLR": ("TP", "P", "FP", "N"), "NLR": ("FN", "P", "TN", "N")}

_Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Intervals:
    """PyCM's confidence intervals under PyCM's names, each (low, high); None where undefined.

    A tuple in `per_class` has one interval for each class, in the order of the matrix.
    """

    overall: dict[str, Value]
    per_class: dict[str, tuple[Value, ...]]


def intervals(
    statistics: Statistics, *, alpha: float = 0.05, one_sided: bool = False, binom_method: BinomMethod = "normal-approx"
) -> Intervals:
    """Compute the intervals of PyCM's `CI`; raises KeyError if `alpha` is not one of `ALPHAS[one_sided]`.

    A one-sided interval is read at one of its ends only. Bounds are not cut to the range of the metric. The counts are
    numbers of samples; `intervals_of` asks the matrix whether they are.
    `binom_method` is for shares (TPR, TNR, PPV, NPV, ACC, FPR, FNR, PRE, and both overall metrics).
    """
    critical = _CRITICAL_VALUES[one_sided][alpha]
    share = _share_interval(binom_method, critical)
    classes = [
        dict(zip(statistics.per_class, column, strict=True))
        for column in zip(*statistics.per_class.values(), strict=True)
    ]
    return Intervals(
        overall=_overall(statistics.overall, classes[0]["POP"], share, binom_method, critical),
        per_class={
            **{
                name: tuple(share(values[name], values[total]) for values in classes) for name, total in _SHARES.items()
            },
            **{name: tuple(_ratio(values, name, critical) for values in classes) for name in _RATIOS},
            "AUC": tuple(_area(values, critical) for values in classes),
        },
    )


def intervals_of(
    matrix: ConfusionMatrix,
    statistics: Statistics,
    *,
    alpha: float = 0.05,
    one_sided: bool = False,
    binom_method: BinomMethod = "normal-approx",
) -> Intervals:
    """Compute the intervals of a matrix; all are None if it is weighted.

    PyCM takes the sum of the weights for the number of samples, so that another unit of the same weights would give
    intervals of any width.
    """
    unweighted = intervals(statistics, alpha=alpha, one_sided=one_sided, binom_method=binom_method)
    if not matrix.is_weighted:
        return unweighted
    return Intervals(
        overall=dict.fromkeys(unweighted.overall),
        per_class={name: (None,) * len(values) for name, values in unweighted.per_class.items()},
    )


def _share_interval(method: BinomMethod, critical: float) -> Callable[[Any, Any], Value]:
    # None for an undefined metric is what PyCM's functions catch as a TypeError, like its own text "None".
    if method == "wilson":
        return lambda share, total: plain(CI_calc_wilson(share, total, critical))
    if method == "agresti-coull":
        return lambda share, total: plain(CI_calc_agresti(share, total, critical))
    return lambda share, total: plain(CI_calc(share, SE_calc(share, total), critical))


def _overall(
    values: _Values, population: float, share: Callable[[Any, Any], Value], method: BinomMethod, critical: float
) -> dict[str, Value]:
    kappa = values["Kappa"]
    if method == "normal-approx":
        error = kappa_SE_calc(values["Overall ACC"], values["Overall RACC"], population)
        of_kappa = plain(CI_calc(kappa, error, critical))
    else:
        of_kappa = share(kappa, population)
    return {"Kappa": of_kappa, "Overall ACC": share(values["Overall ACC"], population)}


def _ratio(values: _Values, name: str, critical: float) -> Value:
    return plain(LR_CI_calc(values[name], LR_SE_calc(*(values[count_name] for count_name in _RATIOS[name])), critical))


def _area(values: _Values, critical: float) -> Value:
    return plain(CI_calc(values["AUC"], AUC_SE_calc(values["AUC"], values["P"], values["N"]), critical))
