"""The areas under the ROC curves of the scores in the canonical rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from shared.runs.ingest.ranking import RocArea, roc_area
from shared.runs.summary import ScoreColumn, ScoreKind

_TWO = 2


def roc_areas(
    rows_file: Path, scores: Sequence[ScoreColumn], kind: ScoreKind | None, positions: NDArray[np.int64], k: int
) -> list[RocArea | None] | None:
    """The exact area of each of k classes against the rest with its error; None where the scores are of no class.

    `positions` has the position of the class of each code in the canonical rows.
    """
    if not scores or any(column.class_position is None for column in scores):
        return None if kind != "confidence" or k != _TWO else _areas_of_confidence(rows_file, positions)
    # Two bytes for each row, of which there may be a hundred million.
    truth = positions.astype(np.int16)[_column(rows_file, "t")]
    areas: list[RocArea | None] = [None] * k
    for at, column in enumerate(scores):
        position = column.class_position
        assert position is not None, "checked above"
        areas[position] = roc_area(_column(rows_file, f"s_{at}"), truth == position)
        if len(scores) == 1 and k == _TWO:
            # The same pairs, seen from the other side.
            areas[1 - position] = areas[position]
    return areas


def _areas_of_confidence(rows_file: Path, positions: NDArray[np.int64]) -> list[RocArea | None]:
    truth, predicted = positions[_column(rows_file, "t")], positions[_column(rows_file, "p")]
    scores = _column(rows_file, "s_0")
    # Exact, as a float from a half to one is at most half of its complement away from it.
    area = roc_area(np.where(predicted == 1, scores, 1 - scores), truth == 1)
    return [area, area]


def _column(rows_file: Path, name: str) -> NDArray[Any]:
    values: NDArray[Any] = pq.read_table(rows_file, columns=[name]).column(0).to_numpy()
    return values
