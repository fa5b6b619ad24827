"""The areas under the ROC curves of the scores in the canonical rows."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.runs.ingest.ranking import RocArea, roc_area
from shared.runs.ingest.sorted_scores import ScoredRows
from shared.runs.ingest.weighted_ranking import weighted_roc_area
from shared.runs.rows.row_source import RowSource
from shared.runs.summary import ScoreColumn, ScoreKind

_TWO = 2

# The scores of some rows, and which of these are positives.
_Read = Callable[[pa.Table], tuple[NDArray[Any], NDArray[np.bool_]]]


def roc_areas(
    rows: RowSource,
    scores: Sequence[ScoreColumn],
    kind: ScoreKind | None,
    positions: NDArray[np.int64],
    counts: NDArray[np.int64],
    k: int,
    *,
    is_weighted: bool = False,
) -> list[RocArea | None] | None:
    """The exact area of each of k classes against the rest with its error; None where the scores are of no class.

    `positions` has the position of the class of each code in the canonical rows, `counts` in how many rows it is the
    actual one.
    """
    if not scores or any(column.class_position is None for column in scores):
        if kind != "confidence" or k != _TWO:
            return None
        return _areas_of_confidence(rows, positions, counts, is_weighted=is_weighted)
    areas: list[RocArea | None] = [None] * k
    for at, column in enumerate(scores):
        position = column.class_position
        assert position is not None, "checked above"
        areas[position] = _area_of(rows, at, positions == position, counts, is_weighted=is_weighted)
        if len(scores) == 1 and k == _TWO:
            # The same pairs, seen from the other side.
            areas[1 - position] = areas[position]
    return areas


def label_areas(
    rows: RowSource,
    scores: Sequence[ScoreColumn],
    labels_of_code: Sequence[Sequence[int]],
    counts: NDArray[np.int64],
    k: int,
) -> list[RocArea | None] | None:
    """The exact area of each of k labels with its error, None for one without scores; None without any.

    `counts` has the number of rows with each code of an actual set of labels.
    """
    if not scores:
        return None
    areas: list[RocArea | None] = [None] * k
    for at, column in enumerate(scores):
        position = column.class_position
        assert position is not None, "scores of sets are of labels"
        has_label = np.array([position in labels for labels in labels_of_code], bool)
        areas[position] = _area_of(rows, at, has_label, counts)
    return areas


def _area_of(
    rows: RowSource,
    at: int,
    is_positive: NDArray[np.bool_],
    counts: NDArray[np.int64],
    *,
    is_weighted: bool = False,
) -> RocArea | None:
    """The area of a column of scores; `is_positive` says it of each code of actual labels, and `counts` how many."""

    def read(table: pa.Table) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        return table.column(f"s_{at}").to_numpy(), _marked(table.column("t").to_numpy(), is_positive)

    columns = ["t", f"s_{at}"]
    if is_weighted:
        return _weighted(rows, columns, read)
    return roc_area(_scored(rows, columns, f"s_{at}", int(counts[is_positive].sum()), read))


def _marked(codes: NDArray[np.uint16], is_positive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows are of a code that is a positive."""
    (marked,) = np.nonzero(is_positive)
    # The usual case, in a tenth of the time: codes are compared many at once.
    return codes == marked[0] if len(marked) == 1 else is_positive[codes]


def _areas_of_confidence(
    rows: RowSource, positions: NDArray[np.int64], counts: NDArray[np.int64], *, is_weighted: bool
) -> list[RocArea | None]:
    def read(table: pa.Table) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        truth, predicted = (positions[table.column(side).to_numpy()] for side in ("t", "p"))
        scores = table.column("s_0").to_numpy()
        # Exact, as a float from a half to one is at most half of its complement away from it.
        return np.where(predicted == 1, scores, 1 - scores), truth == 1

    columns = ["t", "p", "s_0"]
    if is_weighted:
        area = _weighted(rows, columns, read)
    else:
        positives = int(counts[positions == 1].sum())
        area = roc_area(_scored(rows, columns, "s_0", positives, read))
    return [area, area]


def _weighted(rows: RowSource, columns: list[str], read: _Read) -> RocArea | None:
    tables = [rows.read(group, [*columns, "w"]) for group, _ in enumerate(rows.group_sizes)]
    scores, positive = (np.concatenate(parts) for parts in zip(*map(read, tables), strict=True))
    return weighted_roc_area(scores, positive, np.concatenate([table.column("w").to_numpy() for table in tables]))


def _scored(rows: RowSource, columns: list[str], score: str, positives: int, read: _Read) -> ScoredRows:
    """Scores of all rows, a row group at a time: there may be a hundred million."""
    sizes = rows.group_sizes

    def batches() -> Iterator[tuple[NDArray[Any], NDArray[np.bool_]]]:
        return (read(rows.read(group, columns)) for group, _ in enumerate(sizes))

    return ScoredRows(sum(sizes), positives, np.dtype(rows.schema.field(score).type.to_pandas_dtype()), batches)
