"""The score of what was predicted, whatever the columns of scores are of."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.predictions.scores.single_score import complement
from shared.runs.summary import RunSummary


def confidences_of(summary: RunSummary, predicted: NDArray[np.int64], scores: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """The scores of the predicted classes (n,), from those in each column of scores of the run (n,)."""
    columns = summary.scores
    if len(columns) == 1:
        position = columns[0].class_position
        own = np.full(len(predicted), True) if position is None else predicted == position  # noqa: FBT003 - a value
        # Of a margin the other side is its negative.
        other = -scores[0] if summary.score_kind == "margins" else 1 - scores[0]
        either: NDArray[Any] = np.where(own, scores[0], other)
        return either
    at = np.full(len(summary.classes), -1)
    at[[column.class_position for column in columns if column.class_position is not None]] = np.arange(len(columns))
    chosen = at[predicted]
    matrix = np.column_stack(scores)
    own_scores = matrix[np.arange(len(matrix)), np.maximum(chosen, 0)]
    # Of two classes one may have no column of its own.
    confidence: NDArray[Any] = np.where(chosen < 0, 1 - own_scores, own_scores)
    return confidence


def as_sent(summary: RunSummary, confidences: list[float], sent: list[float]) -> list[float | None]:
    """Scores of predictions as they are shown, beside those of the first column: 0.67 beside 0.33, not 0.66…99."""
    if len(summary.scores) > 1 or summary.score_kind == "margins":
        return [*confidences]
    return [one if one == score else complement(score) for one, score in zip(confidences, sent, strict=True)]
