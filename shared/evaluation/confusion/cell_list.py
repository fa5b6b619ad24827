"""The cells of a matrix as a list: those of some classes, or those that are confused most."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix, FilledCells

CellOrder = Literal["count", "position"]
"""Largest counts first, equal ones by position; or row by row."""


def list_cells(
    matrix: ConfusionMatrix, classes: Sequence[int] | None, *, errors_only: bool = False, order: CellOrder = "count"
) -> FilledCells:
    """The cells that are not zero, with one of the `classes` on either side; all if None.

    `classes` are positions in the matrix. `errors_only` leaves out the diagonal.
    """
    cells = matrix.cells
    chosen = cells.rows != cells.columns if errors_only else np.ones(len(cells.rows), np.bool_)
    if classes is not None:
        asked = np.zeros(len(matrix.classes), np.bool_)
        asked[np.asarray(classes, np.int64)] = True
        chosen &= asked[cells.rows] | asked[cells.columns]
    found = np.flatnonzero(chosen)
    if order == "count":
        found = found[np.argsort(-cells.counts[found], kind="stable")]
    return FilledCells(cells.rows[found], cells.columns[found], cells.counts[found])


def errors_by_class(matrix: ConfusionMatrix) -> NDArray[np.float64]:
    """The false negatives plus the false positives of each class, shape (k,)."""
    missed: NDArray[np.float64] = (matrix.actual + matrix.predicted - 2 * matrix.hits).astype(np.float64)
    return missed


def most_errors(matrix: ConfusionMatrix, limit: int) -> list[int]:
    """The positions of the classes with the most errors, most first, at most `limit`."""
    by_errors: list[int] = np.argsort(-errors_by_class(matrix), kind="stable")[:limit].tolist()
    return by_errors


def in_blocks(matrix: ConfusionMatrix, most: int) -> tuple[ConfusionMatrix, int]:
    """At most `most` blocks of neighbouring classes as classes, each named by its first, and the classes of a block."""
    size = -(-len(matrix.classes) // most)
    classes = matrix.classes[::size]
    rows, columns, counts = matrix.cells
    blocks = rows // size * len(classes) + columns // size
    sums: NDArray[Any] = np.bincount(blocks, counts, len(classes) ** 2).astype(counts.dtype)
    return ConfusionMatrix(classes, sums.reshape(len(classes), -1)), size


def neighbours(matrix: ConfusionMatrix, position: int, limit: int) -> list[int]:
    """A class, and the classes that are confused with it most, most first, at most `limit` in all."""
    cells = list_cells(matrix, [position], errors_only=True)
    others = np.where(cells.rows == position, cells.columns, cells.rows)
    sums = np.bincount(others, cells.counts, len(matrix.classes))
    order = np.argsort(-sums, kind="stable")[: limit - 1]
    return [position, *order[sums[order] > 0].tolist()]


def counts_as_json(matrix: ConfusionMatrix) -> dict[str, Any]:
    """All counts of a matrix; of many classes the cells that are not zero, by the positions of their classes."""
    if not matrix.is_sparse:
        return {"counts": matrix.counts.tolist()}
    rows, columns, counts = matrix.cells
    return {"cells": {"actual": rows.tolist(), "predicted": columns.tolist(), "counts": counts.tolist()}}
