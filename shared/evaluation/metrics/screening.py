"""Metrics that only calculators have, read from their answers: of a diagnostic test in a population, and F-beta."""

from collections.abc import Mapping
from typing import Any

from shared.evaluation.metrics.definition import ABOVE_ZERO, Group, Metric

MetricValues = Mapping[str, float | None]


def _metric(
    metric_id: str,
    field: str,
    title: str,
    definition: str,
    formula: str,
    undefined: tuple[str, ...],
    **more: Any,
) -> Metric:
    def read(values: MetricValues) -> float | None:
        return values[field]

    return Metric(
        id=metric_id,
        title=title,
        definition=definition,
        formula=formula,
        undefined=undefined,
        read=read,
        averaging="binary",
        needs="rates",
        field=field,
        **more,
    )


SCREENING = Group(
    "Diagnostic test",
    (
        _metric(
            "ppv.screening",
            "ppv",
            "Positive predictive value",
            "Positive predictive value: how probable the condition is after a positive test.",
            "(sens·prev)/(sens·prev + (1−spec)(1−prev))",
            ("no test is positive",),
            source="Bayes’ theorem",
        ),
        _metric(
            "npv.screening",
            "npv",
            "Negative predictive value",
            "Negative predictive value: how probable it is not to have the condition after a negative test.",
            "(spec·(1−prev))/(spec·(1−prev) + (1−sens)·prev)",
            ("no test is negative",),
            source="Bayes’ theorem",
        ),
        _metric(
            "plr.screening",
            "likelihood_ratio_positive",
            "Positive likelihood ratio",
            "LR+: how many times likelier a positive test is with the condition than without.",
            "sens/(1−spec)",
            ("the specificity is 1",),
            range=ABOVE_ZERO,
        ),
        _metric(
            "nlr.screening",
            "likelihood_ratio_negative",
            "Negative likelihood ratio",
            "LR−: how many times likelier a negative test is with the condition than without.",
            "(1−sens)/spec",
            ("the specificity is 0",),
            range=ABOVE_ZERO,
            direction="lower",
        ),
        _metric(
            "dor.screening",
            "diagnostic_odds_ratio",
            "Diagnostic odds ratio",
            "The odds of a positive test with the condition, in multiples of those without.",
            "LR+/LR−",
            ("the specificity is 0 or 1", "the sensitivity is 1"),
            range=ABOVE_ZERO,
        ),
    ),
)

F_BETA = Group(
    "F-beta",
    (
        _metric(
            "f_beta.screening",
            "fbeta_score",
            "F-beta",
            "The weighted harmonic mean of precision P and recall R, in which recall counts β times as much.",
            "(1+β²)·P·R / (β²·P + R)",
            ("precision or recall is undefined", "β²·P + R is 0"),
            source="van Rijsbergen 1979",
        ),
    ),
)
