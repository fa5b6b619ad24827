"""The confusion matrix as a value, with all of its cells or with those alone that are not zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.types import Counts, Label

DENSE_CLASSES = 1000
"""Up to so many classes a matrix has all its cells, 8 MB; with more it has those that are not zero."""

MAX_CELLS = DENSE_CLASSES**2
"""Most cells that are not zero, so that no matrix takes more memory than one of DENSE_CLASSES classes."""


class ManyClasses(Exception):
    """The matrix has more classes than can be shown cell by cell; read its cells, or a window."""


class FilledCells(NamedTuple):
    """The cells of a matrix that are not zero, row by row: the positions of their classes, and their counts, each (m,).

    `counts` are int64, or float64 where samples are weighted.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    counts: Counts


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionMatrix:
    """Counts of samples by actual class (rows) and predicted class (columns), in the order of the k `classes`.

    `source` has shape (k, k), dtype int64, or float64 with weights; FilledCells of more than DENSE_CLASSES. `rows` and
    `squares` of a matrix with weights are the numbers of samples and the sums of their squared weights, where known.
    """

    classes: tuple[Label, ...]
    source: Counts | FilledCells
    rows: Counts | None = None
    squares: Counts | None = None

    @property
    def of_rows(self) -> "ConfusionMatrix":
        """The matrix in which each sample counts once; this one where nothing else is known."""
        return self if self.rows is None else ConfusionMatrix(self.classes, self.rows)

    @property
    def weight(self) -> float | None:
        """The sum of the weights of weighted samples; None of others."""
        return float(self.sample_count) if self.is_weighted else None

    @property
    def is_sparse(self) -> bool:
        """Whether only the cells that are not zero are kept."""
        return isinstance(self.source, FilledCells)

    @property
    def counts(self) -> Counts:
        """The counts of all cells, shape (k, k); raises ManyClasses for a sparse matrix."""
        if isinstance(self.source, FilledCells):
            raise ManyClasses
        return self.source

    @property
    def cells(self) -> FilledCells:
        """The cells that are not zero."""
        if isinstance(self.source, FilledCells):
            return self.source
        rows, columns = np.nonzero(self.source)
        return FilledCells(rows, columns, self.source[rows, columns])

    @property
    def hits(self) -> Counts:
        """The samples of each class that are predicted as it, shape (k,)."""
        if not isinstance(self.source, FilledCells):
            return self.source.diagonal()
        hits: NDArray[Any] = np.zeros(len(self.classes), self.source.counts.dtype)
        right = self.source.rows == self.source.columns
        hits[self.source.rows[right]] = self.source.counts[right]
        return hits

    @property
    def actual(self) -> Counts:
        """The samples of each class, shape (k,)."""
        return self.source.sum(axis=1) if not isinstance(self.source, FilledCells) else self._sums(self.source.rows)

    @property
    def predicted(self) -> Counts:
        """The samples predicted as each class, shape (k,)."""
        return self.source.sum(axis=0) if not isinstance(self.source, FilledCells) else self._sums(self.source.columns)

    @property
    def is_weighted(self) -> bool:
        """Whether the counts are sums of weights."""
        counts = self.source.counts if isinstance(self.source, FilledCells) else self.source
        return counts.dtype.kind == "f"

    @property
    def sample_count(self) -> int | float:
        """The number of samples counted; the sum of their weights where they are weighted."""
        counts = self.source.counts if isinstance(self.source, FilledCells) else self.source
        total: int | float = counts.sum().item()
        return total

    def window(self, rows: Sequence[int], columns: Sequence[int]) -> Counts:
        """The counts of the cells of some classes, in this order, shape (rows, columns)."""
        if not isinstance(self.source, FilledCells):
            return self.source[np.ix_(rows, columns)]
        counts: NDArray[Any] = np.zeros((len(rows), len(columns)), self.source.counts.dtype)
        places = []
        for shown, at in ((rows, self.source.rows), (columns, self.source.columns)):
            place = np.full(len(self.classes), -1)
            place[np.asarray(shown, np.int64)] = np.arange(len(shown))
            places.append(place[at])
        inside = (places[0] >= 0) & (places[1] >= 0)
        counts[places[0][inside], places[1][inside]] = self.source.counts[inside]
        return counts

    def _sums(self, positions: NDArray[Any]) -> Counts:
        cells = self.cells
        # Sums of whole numbers up to 2**53 are exact in a double.
        sums = np.bincount(positions, cells.counts, len(self.classes))
        of_classes: NDArray[Any] = sums.astype(cells.counts.dtype)
        return of_classes


def from_cells(classes: tuple[Label, ...], cells: FilledCells) -> ConfusionMatrix:
    """The matrix of the cells that are not zero, which come row by row: sparse where its classes are many."""
    k = len(classes)
    if k > DENSE_CLASSES:
        return ConfusionMatrix(classes, cells)
    counts: NDArray[Any] = np.zeros((k, k), cells.counts.dtype)
    counts[cells.rows, cells.columns] = cells.counts
    return ConfusionMatrix(classes, counts)
