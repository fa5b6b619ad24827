"""Counts of rows by their cells, a batch at a time, with the sums of the weights of weighted rows."""

import numpy as np

from shared.evaluation.confusion.exact_sums import WeightSums
from shared.evaluation.confusion.matrix import ConfusionMatrix, FilledCells, from_cells
from shared.evaluation.types import Floats, Integers, Label

# Up to so many cells a table with a position for each is faster than sorting the rows.
_DENSE = 2**22


class CellCounts:
    """The rows of each cell of a square matrix, in the order of its rows."""

    def __init__(self, size: int, *, is_weighted: bool) -> None:
        self._counts = np.zeros(size, np.int64)
        self._sums = WeightSums.of(size) if is_weighted else None

    def add(self, cells: Integers, weights: Floats | None) -> None:
        """Count rows by their cells (n,), and sum their weights (n,)."""
        self._counts += np.bincount(cells, minlength=len(self._counts))
        if self._sums is not None and weights is not None:
            self._sums.add(cells, weights)

    def matrix(self, classes: tuple[Label, ...]) -> ConfusionMatrix:
        """The counts as the matrix of so many classes."""
        shape = len(classes), len(classes)
        rows = self._counts.reshape(shape)
        if self._sums is None:
            return ConfusionMatrix(classes, rows)
        weights, squares = (sums.values().reshape(shape) for sums in (self._sums.weights, self._sums.squares))
        return ConfusionMatrix(classes, weights, rows, squares)


class SparseCells:
    """The rows of each cell that has any, of very many cells; `sums` are None of rows without weights."""

    def __init__(self) -> None:
        self.keys, self.counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self.sums: WeightSums | None = None

    def add(self, cells: Integers, weights: Floats | None) -> None:
        """Count rows by their cells (n,), and sum their weights (n,)."""
        found, numbers = _counted(cells)
        known = len(self.keys)
        self.keys, where = np.unique(np.concatenate([self.keys, found]), return_inverse=True)
        size = len(self.keys)
        self.counts = np.bincount(where, np.concatenate([self.counts, numbers]), size).astype(np.int64)
        if weights is None:
            return
        sums = WeightSums.of(size) if self.sums is None else self.sums.placed(where[:known], size)
        sums.add(np.searchsorted(self.keys, cells), weights)
        self.sums = sums

    def totals(self) -> tuple[Integers, Integers, Floats]:
        """The cells that have rows, how many these are, and the sums of their weights: their number without weights."""
        weights = self.counts.astype(np.float64) if self.sums is None else self.sums.weights.values()
        return self.keys, self.counts, weights

    def matrix(self, classes: tuple[Label, ...]) -> ConfusionMatrix:
        """The counts as the matrix of so many classes, whose cells were counted row by row."""
        k = len(classes)
        rows = from_cells(classes, FilledCells(self.keys // k, self.keys % k, self.counts))
        if self.sums is None:
            return rows
        cells = self.keys // k, self.keys % k
        weights, squares = (np.zeros((k, k)) for _ in range(2))
        weights[cells], squares[cells] = self.sums.weights.values(), self.sums.squares.values()
        return ConfusionMatrix(classes, weights, rows.counts, squares)


def _counted(cells: Integers) -> tuple[Integers, Integers]:
    if len(cells) and int(cells.max()) < _DENSE:
        dense = np.bincount(cells)
        found = np.flatnonzero(dense)
        return found, dense[found]
    found, counts = np.unique(cells, return_counts=True)
    return found, counts
