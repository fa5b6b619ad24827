"""What one column of scores says of two classes."""

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


class Meaning(NamedTuple):
    """Whose scores they are: the place, 0 or 1, of a class, and its scores."""

    scored: int
    scores: list[float]
    is_confidence: bool = False


def positive_class(classes: Sequence[Label]) -> int | None:
    """The place of the class that everybody takes for the positive one of a pair, None of any other pair."""
    low, high = (f"{label:g}" if isinstance(label, float) else str(label).casefold() for label in classes)
    return 1 if (low, high) in _POSITIVE else None


def meaning(scores: list[float], predicted: Sequence[int | None], title: str) -> Meaning:
    """Find out by the predictions, each the place of a class, what the scores are.

    They are those of the class that is predicted where they are high; or of the predicted class, whichever it is, if
    none is below a half. Raises UnreadablePredictions where they are neither, and names the column by its `title`.
    """
    if None in predicted:
        raise _unclear(title)
    for place in (1, 0):
        agreeing = sum((number >= _HALF) == (other == place) for number, other in zip(scores, predicted, strict=True))
        if agreeing >= _AGREEMENT * len(scores):
            return Meaning(place, scores)
    if min(scores) >= _HALF:
        pairs = zip(scores, predicted, strict=True)
        return Meaning(1, [number if other == 1 else complement(number) for number, other in pairs], True)  # noqa: FBT003 - the last of a named tuple
    for place in (1, 0):
        high = [number for number, other in zip(scores, predicted, strict=True) if other == place]
        low = [number for number, other in zip(scores, predicted, strict=True) if other != place]
        if high and low and max(low) < min(high):
            return Meaning(place, scores)
    raise _unclear(title)


def complement(score: float) -> float:
    """1 minus the score as it is written: 0.1 of 0.9."""
    return float(1 - Decimal(repr(score)))


def _unclear(title: str) -> UnreadablePredictions:
    detail = f"The scores in {title} go with neither of the predicted classes; name the class that they are of, as in "
    return UnreadablePredictions(detail + "“prob_yes”, or leave the column of predictions out.")
