"""The areas under the ROC curves of the scores in the canonical rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.runs.ingest.ranking import RocArea, roc_area
from shared.runs.row_source import RowSource
from shared.runs.summary import ScoreColumn, ScoreKind

_TWO = 2


def roc_areas(
    rows: RowSource, scores: Sequence[ScoreColumn], kind: ScoreKind | None, positions: NDArray[np.int64], k: int
) -> list[RocArea | None] | None:
    """The exact area of each of k classes against the rest with its error; None where the scores are of no class.

    `positions` has the position of the class of each code in the canonical rows.
    """
    if not scores or any(column.class_position is None for column in scores):
        return None if kind != "confidence" or k != _TWO else _areas_of_confidence(rows, positions)
    # Two bytes for each row, of which there may be a hundred million.
    truth = positions.astype(np.int16)[_column(rows, "t")]
    areas: list[RocArea | None] = [None] * k
    for at, column in enumerate(scores):
        position = column.class_position
        assert position is not None, "checked above"
        areas[position] = roc_area(_column(rows, f"s_{at}"), truth == position)
        if len(scores) == 1 and k == _TWO:
            # The same pairs, seen from the other side.
            areas[1 - position] = areas[position]
    return areas


def label_areas(
    rows: RowSource, scores: Sequence[ScoreColumn], labels_of_code: Sequence[Sequence[int]], k: int
) -> list[RocArea | None] | None:
    """The exact area of each of k labels with its error, None for one without scores; None without any."""
    if not scores:
        return None
    truth = _column(rows, "t")
    areas: list[RocArea | None] = [None] * k
    for at, column in enumerate(scores):
        position = column.class_position
        assert position is not None, "scores of sets are of labels"
        has_label = np.array([position in labels for labels in labels_of_code], bool)
        areas[position] = roc_area(_column(rows, f"s_{at}"), has_label[truth])
    return areas


def _areas_of_confidence(rows: RowSource, positions: NDArray[np.int64]) -> list[RocArea | None]:
    truth, predicted = positions[_column(rows, "t")], positions[_column(rows, "p")]
    scores = _column(rows, "s_0")
    # Exact, as a float from a half to one is at most half of its complement away from it.
    area = roc_area(np.where(predicted == 1, scores, 1 - scores), truth == 1)
    return [area, area]


def _column(rows: RowSource, name: str) -> NDArray[Any]:
    values: NDArray[Any] = rows.column(name).to_numpy()
    return values
