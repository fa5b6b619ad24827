"""The probabilities of all classes in the rows of a run."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.evaluation.types import Floats
from shared.runs.records import ReadyRun
from shared.runs.rows.filters import Condition
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.class_scores import scores_of
from shared.runs.scores.curves import refuse_margins


class ReadProbabilities(NamedTuple):
    """Labels and predictions (n,), the probabilities (n, k) of all classes, and weights (n,); None without weights."""

    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    probabilities: Floats
    weights: Floats | None


def read_probabilities(
    scan: RowScan,
    run: ReadyRun,
    conditions: Sequence[Condition] = (),
    chosen: Callable[[pa.Table], pa.Table] = lambda table: table,
) -> ReadProbabilities:
    """Read the rows that fulfil the conditions, and of each part those chosen.

    Raises ScoresMissing, ScoresNotProbabilities.
    """
    k = len(run.summary.classes)
    scored = [scores_of(run.summary, position) for position in range(k)]
    for one in scored:
        refuse_margins(one)
    columns = list(dict.fromkeys(["t", "p", *(name for one in scored for name in one.columns), *scan.weighed]))
    labels, predicted = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    probabilities, weights = [np.zeros((0, k))], [np.zeros(0)]
    for part in scan.select(columns, conditions):
        table = chosen(part)
        labels.append(scan.classes_in(table, "t"))
        predicted.append(scan.classes_in(table, "p"))
        probabilities.append(np.column_stack([one.values(scan, table).astype(np.float64) for one in scored]))
        if (of_rows := scan.weights(table)) is not None:
            weights.append(of_rows)
    all_weights = np.concatenate(weights) if scan.weighed else None
    return ReadProbabilities(
        np.concatenate(labels), np.concatenate(predicted), np.concatenate(probabilities), all_weights
    )


def with_weight(scan: RowScan, table: pa.Table) -> pa.Table:
    """The rows of a table that weigh anything; all of them where rows have no weights."""
    weights = scan.weights(table)
    return table if weights is None else table.take(pa.array(np.flatnonzero(weights)))
