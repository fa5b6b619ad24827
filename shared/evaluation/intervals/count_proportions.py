"""The metrics of a confusion matrix that are shares of samples, or go straight with one."""

from collections.abc import Callable
from typing import Any

# Of the numbers of hits, samples and predictions of a class, and of all samples: the part and the whole.
Proportion = Callable[[Any, Any, Any, Any], tuple[Any, Any]]

CLASS_PROPORTIONS: dict[str, Proportion] = {
    "precision.class": lambda h, _a, p, _n: (h, p),
    "recall.class": lambda h, a, _p, _n: (h, a),
    "specificity.class": lambda h, a, p, n: (n - a - p + h, n - a),
    "npv.class": lambda h, a, p, n: (n - a - p + h, n - p),
    "false_positive_rate.class": lambda h, a, p, n: (p - h, n - a),
    "false_negative_rate.class": lambda h, a, _p, _n: (a - h, a),
    "false_discovery_rate.class": lambda h, _a, p, _n: (p - h, p),
    "false_omission_rate.class": lambda h, a, p, n: (a - h, n - p),
    "accuracy.class": lambda h, a, p, n: (n - a - p + 2 * h, n),
    "error_rate.class": lambda h, a, p, n: (a + p - 2 * h, n),
    "jaccard.class": lambda h, a, p, _n: (h, a + p - h),
    # A monotone function of Jaccard's index, see `f1_of_jaccard`.
    "f1.class": lambda h, a, p, _n: (h, a + p - h),
    "prevalence.class": lambda _h, a, _p, n: (a, n),
    "positive_rate.class": lambda _h, a, _p, n: (a, n),
    "predicted_rate.class": lambda _h, _a, p, n: (p, n),
}
# Of the number of samples predicted correctly, and of all.
OVERALL_PROPORTIONS: dict[str, Callable[[int, int], int]] = {
    **dict.fromkeys(
        ("accuracy", "precision.micro", "recall.micro", "f1.micro", "recall.weighted"), lambda right, _n: right
    ),
    **dict.fromkeys(("error_rate", "false_negative_rate.micro"), lambda right, n: n - right),
}
# Of k classes: the metric at an accuracy of 0 and at one of 1, between which it goes straight.
LINEAR_IN_ACCURACY: dict[str, Callable[[int], tuple[float, float]]] = {
    "accuracy.macro": lambda k: (1 - 2 / k, 1.0),
    **dict.fromkeys(("specificity.micro", "npv.micro"), lambda k: (1 - 1 / (k - 1), 1.0)),
    "false_positive_rate.micro": lambda k: (1 / (k - 1), 0.0),
    "kappa_no_prevalence": lambda _: (-1.0, 1.0),
    "bennett_s": lambda k: (-1 / (k - 1), 1.0),
}
