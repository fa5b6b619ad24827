"""The results of one confusion matrix, from which its metrics are read."""

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import starmap

import numpy as np

from shared.evaluation.confusion.association import Association, association
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, Summary, elsewhere, statistics, summary
from shared.evaluation.rates import defined, ratio

Formula = Callable[[float, float, float], tuple[float, float]]


class MatrixResult:
    """The results of one confusion matrix, each computed once, when it is first read."""

    def __init__(self, matrix: ConfusionMatrix, computed: Statistics | None = None) -> None:
        self.matrix = matrix
        self._computed = computed
        self.hits: list[float] = matrix.hits.tolist()
        if matrix.is_weighted and not matrix.is_sparse:
            # Rounded once, so that sums of the same cells are equal, and a class that all samples have is seen as such.
            self.actual, self.predicted = (
                [*map(math.fsum, cells.tolist())] for cells in (matrix.counts, matrix.counts.T)
            )
            self.total = math.fsum(matrix.counts.ravel().tolist())
        else:
            self.actual = matrix.actual.tolist()
            self.predicted = matrix.predicted.tolist()
            self.total = sum(self.actual)

    @cached_property
    def summary(self) -> Summary:
        """The headline metrics."""
        return summary(self.matrix)

    @cached_property
    def association(self) -> Association:
        """Agreement beyond chance and association."""
        return association(self.matrix)

    @cached_property
    def statistics(self) -> Statistics:
        """PyCM's statistics, which take longest."""
        return self._computed or statistics(self.matrix)

    def by_class(self, formula: Formula) -> list[float]:
        """A rate of each class; NaN where undefined."""
        return list(starmap(ratio, map(formula, self.hits, self.actual, self.predicted)))

    def rates(self, formula: Formula) -> tuple[float | None, ...]:
        """The same with None where undefined."""
        return tuple(map(defined, self.by_class(formula)))

    def specificities(self) -> list[float]:
        """Of each class the share of the other samples that was not predicted as it; NaN where there is no other."""
        total = self.total
        if self.matrix.is_weighted and not self.matrix.is_sparse:
            # Subtracting sums of weights would leave a rounding error instead of zero.
            errors = self.matrix.counts * (1 - np.eye(len(self.hits)))
            return [
                ratio(tn, tn + fp)
                for tn, fp in zip(elsewhere(self.matrix.counts).tolist(), errors.sum(axis=0).tolist(), strict=True)
            ]
        sums = zip(self.hits, self.actual, self.predicted, strict=True)
        return [ratio(total - (a + p) + hit, total - a) for hit, a, p in sums]

    def weighted(self, formula: Formula) -> float | None:
        """The mean of a rate over the classes that occur, each weighted by its support."""
        return mean(self.by_class(formula), self.actual)


def mean(values: Sequence[float], weights: Sequence[float] | None = None) -> float | None:
    """The mean of values, of which one that is NaN has to have a weight of 0; None if undefined."""
    weights = [1.0] * len(values) if weights is None else weights
    terms = [value * weight for value, weight in zip(values, weights, strict=True) if weight]
    return defined(ratio(sum(terms), sum(weights)))


def defined_values(values: Sequence[float]) -> list[float]:
    """The values that are defined."""
    return [value for value in values if not math.isnan(value)]
