"""The counts of detections in answers, by their kinds."""

from typing import Any

COUNTS = {"TP": "true_positives", "FP": "false_positives", "FN": "false_negatives"}


def counts_of(one: Any) -> list[int]:
    """True positives, false positives and false negatives."""
    return [getattr(one, name) for name in COUNTS.values()]
