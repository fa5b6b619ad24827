"""The class that a single column of scores belongs to, of two classes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from shared.evaluation.types import Label
from shared.predictions.errors import UnreadablePredictions

# Of so many predictions one may be off by rounding at the threshold.
_AGREEMENT = 0.999
_HALF = 0.5
_POSITIVE: frozenset[tuple[str, str]] = frozenset(
    {("0", "1"), ("-1", "1"), ("false", "true"), ("no", "yes"), ("n", "y"), ("f", "t"), ("neg", "pos"),
     ("negative", "positive")}
)  # fmt: skip


class ScoredClass(NamedTuple):
    """The position, 0 or 1, of the class that the scores are of, and its scores."""

    scored: int
    scores: list[float]
    is_confidence: bool = False


def positive_class(classes: Sequence[Label]) -> int | None:
    """The position of the class that is positive by convention, as in no and yes; None for any other pair."""
    low, high = (f"{label:g}" if isinstance(label, float) else str(label).casefold() for label in classes)
    return 1 if (low, high) in _POSITIVE else None


def infer_scored_class(scores: list[float], predicted: Sequence[int | None], title: str) -> ScoredClass:
    """Infer the class of the scores from the predictions, each the position of a class.

    They belong to the class that is predicted where they are high; or to the predicted class of each sample, if none
    is below a half. Otherwise raises UnreadablePredictions, which names the column by its `title`.
    """
    if None in predicted:
        raise _unclear(title)
    for position in (1, 0):
        agreement = sum(
            (number >= _HALF) == (label == position) for number, label in zip(scores, predicted, strict=True)
        )
        if agreement >= _AGREEMENT * len(scores):
            return ScoredClass(position, scores)
    if min(scores) >= _HALF:
        pairs = zip(scores, predicted, strict=True)
        second = [number if label == 1 else complement(number) for number, label in pairs]
        return ScoredClass(1, second, is_confidence=True)
    for position in (1, 0):
        high = [number for number, label in zip(scores, predicted, strict=True) if label == position]
        low = [number for number, label in zip(scores, predicted, strict=True) if label != position]
        if high and low and max(low) < min(high):
            return ScoredClass(position, scores)
    raise _unclear(title)


def complement(score: float) -> float:
    """1 minus the score in its decimal notation: 0.1 for 0.9."""
    return float(1 - Decimal(repr(score)))


def _unclear(title: str) -> UnreadablePredictions:
    detail = f"The scores in {title} go with neither of the predicted classes; name the class that they are of, as in "
    return UnreadablePredictions(detail + "“prob_yes”, or leave the column of predictions out.")
