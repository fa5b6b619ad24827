"""What a part of a file adds up to: counts by labels and metadata, which merge in any order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.runs.errors import TooManyRunClasses
from shared.runs.ingest.score_ranges import ScoreTally
from shared.runs.ingest.sparse_counts import SparseCounts
from shared.runs.ingest.text_codes import TextCodes
from shared.runs.reading.columns.named import MAX_SLICE_VALUES

# A label holds no NUL: these stand for predictions of a single score until it is known which class it is of.
ABOVE, BELOW = "\0above", "\0below"


@dataclass(slots=True)
class SliceTally:
    """The counts of one column of metadata; `counts` are None where it has too many different values."""

    values: TextCodes = field(default_factory=TextCodes)
    counts: SparseCounts | None = field(default_factory=SparseCounts)


@dataclass(slots=True)
class RowTally:
    """The rows of a part of a file, counted."""

    labels: TextCodes = field(default_factory=TextCodes)
    counts: SparseCounts = field(default_factory=SparseCounts)
    slices: dict[str, SliceTally] = field(default_factory=dict)
    scores: ScoreTally = field(default_factory=ScoreTally)
    rows: int = 0
    # Whether any weight is another one than 1.
    is_weighted: bool = False

    def encode_labels(self, array: Any, max_classes: int) -> NDArray[np.int32]:
        """The codes of a column of labels; raises TooManyRunClasses, long before all of them are seen."""
        # Both sides may spell the classes differently, and two further texts stand for a single score.
        codes = self.labels.encode(array, 2 * max_classes + 2)
        if codes is None:
            detail = f"There are labels of more than {max_classes} classes; is this the column of labels?"
            raise TooManyRunClasses(detail)
        return codes

    def encode_sets(self, array: Any, most: int) -> NDArray[np.int32]:
        """The codes of a column of label sets; raises TooManyRunClasses."""
        codes = self.labels.encode(array, most)
        if codes is None:
            raise TooManyRunClasses(f"There are more than {most:,} different sets of labels; are these labels?")
        return codes

    def bound(self, most: int) -> None:
        """Raise TooManyRunClasses for more combinations than memory holds; forget the slices that have more."""
        if len(self.counts.keys) > most:
            raise TooManyRunClasses(f"There are more than {most:,} different pairs of sets of labels.")
        for part in self.slices.values():
            if part.counts is not None and len(part.counts.keys) > most:
                part.counts, part.values = None, TextCodes()

    def encode_slice(self, name: str, array: Any) -> NDArray[np.int32] | None:
        """The codes of a column of metadata; None where it has too many different values."""
        part = self.slices.setdefault(name, SliceTally())
        if part.counts is None:
            return None
        codes = part.values.encode(array, MAX_SLICE_VALUES)
        if codes is None:
            part.counts, part.values = None, TextCodes()
        return codes

    def add(
        self,
        truth: NDArray[np.int32],
        predicted: NDArray[np.int32],
        metadata: Mapping[str, NDArray[np.int32] | None],
        weights: NDArray[np.float64] | None = None,
    ) -> None:
        """Count rows by their codes, and sum their weights, if they have any."""
        size = len(self.labels)
        self.rows += len(truth)
        self.is_weighted |= weights is not None and bool((weights != 1).any())
        pairs = truth.astype(np.int64) * size + predicted
        self.counts.add(pairs, (size, size), weights)
        for name, codes in metadata.items():
            part = self.slices[name]
            if codes is not None and part.counts is not None:
                sizes = len(part.values), size, size
                part.counts.add(codes.astype(np.int64) * (size * size) + pairs, sizes, weights)

    def actual_counts(self) -> NDArray[np.int64]:
        """The number of rows with each code of an actual label."""
        counts = np.zeros(len(self.labels), np.int64)
        np.add.at(counts, self.counts.fields(2)[0], self.counts.counts)
        return counts

    def merge(self, other: "RowTally") -> None:
        """Add the rows of another part, whose codes may be others."""
        labels = self.labels.joined(other.labels)
        both = other.counts.recoded((labels, labels))
        self.counts.merge(both.keys, both.counts, both.sums)
        self.rows += other.rows
        self.is_weighted |= other.is_weighted
        ranges = {int(labels[code]): found for code, found in other.scores.by_prediction.items()}
        found = other.scores
        self.scores.add(ScoreTally(found.outside, found.unsummed, found.ties, ranges))
        for name, part in other.slices.items():
            _merge_slice(self.slices.setdefault(name, SliceTally()), part, labels)


def _merge_slice(mine: SliceTally, other: SliceTally, labels: NDArray[np.int64]) -> None:
    if mine.counts is None or other.counts is None:
        mine.counts, mine.values = None, TextCodes()
        return
    values = mine.values.joined(other.values)
    if len(mine.values) > MAX_SLICE_VALUES:
        mine.counts, mine.values = None, TextCodes()
        return
    added = other.counts.recoded((values, labels, labels))
    mine.counts.merge(added.keys, added.counts, added.sums)


def argmax_codes(scores: NDArray[Any], class_codes: Sequence[int]) -> NDArray[np.int32]:
    """The code of the class with the highest score in each row; of equal ones the first."""
    codes: NDArray[np.int32] = np.asarray(class_codes, np.int32)[scores.argmax(axis=1)]
    return codes
