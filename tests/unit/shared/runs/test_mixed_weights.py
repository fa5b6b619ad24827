"""Counts of rows with weights are never added to counts of rows without."""

import numpy as np
import pytest

from shared.runs.ingest.sparse_counts import SparseCounts

ROWS, SIZES = np.array([0, 1, 3]), (2, 2)
WEIGHTS = np.array([0.5, 2.0, 1.0])


@pytest.mark.parametrize("first", [None, WEIGHTS], ids=["without first", "with first"])
def test_rows_with_weights_and_rows_without_are_not_counted_together(first: np.ndarray | None) -> None:
    counts = SparseCounts()
    counts.add(ROWS, SIZES, first)

    with pytest.raises(ValueError, match="rows with weights and rows without"):
        counts.add(ROWS, SIZES, WEIGHTS if first is None else None)


def test_nothing_is_added_to_either() -> None:
    counts, nothing = SparseCounts(), SparseCounts()
    counts.add(ROWS, SIZES, WEIGHTS)

    counts.merge(nothing.keys, nothing.counts, nothing.sums)

    assert counts.counts.tolist() == [1, 1, 1]
    assert counts.sums is not None
    assert counts.sums.weights.values().tolist() == [0.5, 2.0, 1.0]
