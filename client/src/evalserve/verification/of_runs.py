"""The figures of a run, computed once more."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from evalserve.verification import figures
from evalserve.verification.comparing import Comparator
from evalserve.verification.samples import Samples

_AREA = "roc_auc.class"
_WILSON = {"wilson", "weighted-wilson"}


def compare(receipt: Mapping[str, Any], samples: Samples, comparator: Comparator) -> None:
    """Compare the matrix, every figure whose definition is known here, and the intervals by Wilson's method."""
    _compare_matrix(receipt["result"], samples, comparator)
    counts, squares, alpha = samples.counts(), samples.squares(), receipt["protocol"]["alpha"]
    skipped: Counter[str] = Counter()
    for figure in receipt["result"]["figures"]:
        at = None if figure["label"] is None else samples.classes.index(figure["label"])
        name = figure["metric"] if at is None else f"{figure['metric']} of {figure['label']!r}"
        if figure["metric"] == _AREA:
            comparator.equal(name, figure["value"], area_of(samples, at))
        elif figures.is_known(figure["metric"]):
            comparator.equal(name, figure["value"], figures.value(figure["metric"], counts, at))
        else:
            comparator.unchecked.append(name)
        if figure["method"] in _WILSON:
            stated = [figure["low"], figure["high"]]
            interval = figures.wilson_interval(figure["metric"], counts, at, alpha, squares)
            _bounds(name, stated, interval, comparator)
        elif figure["low"] is not None:
            skipped[figure["method"]] += 1
    comparator.unchecked += [f"{count} intervals by the method {method}" for method, count in skipped.items()]


def area_of(samples: Samples, at: int | None) -> float | None:
    """Return the area under the ROC curve of a class; None without scores of it."""
    if at is None or at not in samples.scores:
        return None
    return figures.area(samples.scores[at], [truth == at for truth in samples.truth], samples.weights)


def _compare_matrix(result: Mapping[str, Any], samples: Samples, comparator: Comparator) -> None:
    """Compare the counts; of weighted samples the sums of weights, which are exact, and the numbers beside them."""
    counts = samples.matrix()
    if samples.weights is None:
        comparator.equal("confusion matrix", result["confusion_matrix"], counts)
        return
    comparator.equal("confusion matrix of weights", result["confusion_matrix"], samples.weight_matrix())
    comparator.equal("numbers of samples", result["sample_counts"], counts)


def _bounds(name: str, stated: list[Any], interval: tuple[float, float] | None, comparator: Comparator) -> None:
    if interval is None:
        comparator.unchecked.append(f"the interval of {name}")
        return
    for side, value, bound in zip(("lower", "upper"), stated, interval, strict=True):
        comparator.equal(f"{side} bound of {name}", value, bound)
