"""Precision, recall and F1 of a detector from its counts."""

from dataclasses import dataclass

from shared.evaluation.rates import defined, f1, precision, ratio, recall


@dataclass(frozen=True, slots=True)
class DetectionRates:
    """How one class, or all together, was found in the ground truth; rates are None where undefined."""

    true_positives: int
    false_positives: int
    false_negatives: int
    precision: float | None
    recall: float | None
    f1: float | None


def detection_rates(true_positives: int, false_positives: int, false_negatives: int) -> DetectionRates:
    """Return the counts with their rates."""
    sums = true_positives, true_positives + false_negatives, true_positives + false_positives
    values = (defined(ratio(*formula(*sums))) for formula in (precision, recall, f1))
    return DetectionRates(true_positives, false_positives, false_negatives, *values)
