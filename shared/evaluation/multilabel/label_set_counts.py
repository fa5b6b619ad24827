"""Metrics of label sets from counts, which add up over parts and need no sample."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.evaluation.multilabel.statistics import MultiLabelResult, Sums, evaluate_sums
from shared.evaluation.types import Integers

_CHUNK = 4096


class MeanSpread(msgspec.Struct, frozen=True):
    """The variance and the kurtosis of what single samples change of a mean over labels."""

    variance: float
    kurtosis: float


class LabelSetCounts(msgspec.Struct, frozen=True):
    """What samples with label sets add up to, as whole numbers, and how far means over labels vary.

    `labels` is int64 of shape (k, 3): of each label the samples that have it rightly predicted, that have it, and that
    are predicted to have it. `samples` is of shape (m, 4): the same of the labels of a sample, and how many have these.
    `means` are by id without `multilabel.`; runs that were read before they were measured have none.
    """

    labels: bytes
    samples: bytes
    means: dict[str, MeanSpread] = {}

    @property
    def by_label(self) -> Integers:
        """The counts of each label, shape (k, 3)."""
        return np.frombuffer(self.labels, np.int64).reshape(-1, 3)

    @property
    def by_sample(self) -> Integers:
        """The different counts of a sample's labels and how often each occurs, shape (m, 4)."""
        return np.frombuffer(self.samples, np.int64).reshape(-1, 4)

    @property
    def rows(self) -> int:
        """The number of samples."""
        return int(self.by_sample[:, 3].sum())

    @property
    def exact(self) -> int:
        """The number of samples of which all labels are right."""
        hits, actual, predicted, counts = self.by_sample.T
        return int(counts[(hits == actual) & (hits == predicted)].sum())


def count_sets(sets: Sequence[Sequence[int]], k: int, pairs: Integers, counts: Integers) -> LabelSetCounts:
    """Count pairs of an actual and a predicted set, shape (m, 2): positions in `sets`, which hold those of labels."""
    hot, pairs = mark_labels(sets, k, pairs)
    labels, sizes = np.zeros((k, 3), np.int64), np.zeros((len(pairs), 3), np.int64)
    # Some thousand pairs at a time: each is as wide as there are labels.
    for start in range(0, len(pairs), _CHUNK):
        part = slice(start, start + _CHUNK)
        actual, predicted = hot[pairs[part, 0]], hot[pairs[part, 1]]
        for column, marked in enumerate((actual & predicted, actual, predicted)):
            labels[:, column] += counts[part] @ marked
            sizes[part, column] = marked.sum(axis=1)
    distinct, at = np.unique(sizes, axis=0, return_inverse=True)
    sums = np.bincount(at.reshape(-1), counts, len(distinct)).astype(np.int64)
    return LabelSetCounts(labels.tobytes(), np.column_stack([distinct, sums]).tobytes())


def mark_labels(sets: Sequence[Sequence[int]], k: int, pairs: Integers) -> tuple[NDArray[np.bool_], Integers]:
    """The sets that occur in pairs as rows of k labels, and the pairs as positions of these rows."""
    # Of many sets a slice has few.
    used, where = np.unique(pairs, return_inverse=True)
    hot = np.zeros((len(used), k), bool)
    for own, position in zip(hot, used.tolist(), strict=True):
        own[list(sets[position])] = True
    return hot, where.reshape(-1, 2)


def evaluate_counts(counts: LabelSetCounts) -> MultiLabelResult:
    """All metrics of counted label sets; `by_sample` of the result has an entry for each different sample."""
    by_sample = counts.by_sample
    return evaluate_sums(Sums(*counts.by_label.T), Sums(*by_sample[:, :3].T), by_sample[:, 3])
