"""All scores of a class in their order, and what is counted along it, a stretch at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.exact_sums import running_sums
from shared.evaluation.curves.ranking import Keys, Positive, pack, pieces, unpack
from shared.evaluation.curves.thresholds import ThresholdCounts
from shared.evaluation.inputs.probabilities import Weights, complement
from shared.evaluation.kish import kish_number

Part = tuple[NDArray[Any], Positive]
WeightedPart = tuple[NDArray[Any], Positive, Weights]


class WeightsReached(NamedTuple):
    """The weights of the positive and of the negative samples, from the highest score down to each sample (n,)."""

    tp: NDArray[np.float64]
    fp: NDArray[np.float64]

    def of_first(self, ends: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Both where so many of the first samples are predicted positive."""
        last = np.maximum(ends, 1) - 1
        return np.where(ends > 0, self.tp[last], 0.0), np.where(ends > 0, self.fp[last], 0.0)

    def squared(self) -> "WeightsReached":
        """The sums of the squares of the same weights."""
        return WeightsReached(*(np.cumsum(np.diff(side, prepend=0.0) ** 2) for side in self))

    @property
    def worth(self) -> float:
        """As many samples of equal weight as these are worth (Kish 1965)."""
        squared = self.squared()
        return kish_number(self.tp[-1] + self.fp[-1], squared.tp[-1] + squared.fp[-1]) if len(self.tp) else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class RankedScores:
    """One sorted integer for each sample, from the highest score down, with the label in the lowest bit.

    `read` turns keys into scores. Memory holds the keys alone: 4 bytes a sample of float32, 8 of float64; beside them
    `weighted` has the counts of weighted samples.
    """

    keys: Keys
    read: Callable[[Keys], NDArray[np.float64]]
    # The sum of their weights where samples are weighted.
    positives: float
    weighted: WeightsReached | None = None

    @property
    def negatives(self) -> float:
        """The number of samples of the other classes, or the sum of their weights."""
        if self.weighted is not None:
            return self.weighted.fp[-1].item() if len(self.keys) else 0.0
        return len(self.keys) - self.positives

    @property
    def total(self) -> float:
        """The number of samples, or the sum of their weights."""
        return len(self.keys) if self.weighted is None else self.positives + self.negatives

    def counts_of_first(self, ends: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """The true and false positives where so many of the first samples are predicted positive; `ends` rise."""
        if self.weighted is not None:
            return self.weighted.of_first(ends)
        # A sample more at the front, without a label, so that no sum is of nothing.
        labels = np.append(np.uint8(0), (self.keys[: ends[-1]] & 1).astype(np.uint8))
        starts = np.concatenate([[0], ends[:-1] + 1])
        hits = np.cumsum(np.add.reduceat(labels, starts, dtype=np.int64))
        return hits, ends - hits

    def stretches(self) -> Iterator[ThresholdCounts]:
        """Yield the counts at every distinct score in stretches; each begins where the one before it ended.

        The first begins at infinity, which no score reaches. The totals of a stretch are those up to its end.
        """
        if self.weighted is not None:
            yield from self._weighted_stretches(self.weighted)
            return
        before = ThresholdCounts(np.array([np.inf]), np.zeros(1, np.int64), np.zeros(1, np.int64))
        for start, piece in pieces(self.keys):
            ends = np.flatnonzero(np.append(piece[1:] ^ piece[:-1] > 1, True))
            hits = np.cumsum(piece & 1, dtype=np.int64)[ends] + before.tp[-1]
            found = ThresholdCounts(self.read(piece[ends]), hits, start + 1 + ends - hits)
            yield ThresholdCounts(
                np.concatenate([before.thresholds[-1:], found.thresholds]),
                np.concatenate([before.tp[-1:], found.tp]),
                np.concatenate([before.fp[-1:], found.fp]),
            )
            before = found

    def _weighted_stretches(self, weighted: WeightsReached) -> Iterator[ThresholdCounts]:
        last = 0
        for start, piece in pieces(self.keys):
            ends = start + 1 + np.flatnonzero(np.append(piece[1:] ^ piece[:-1] > 1, True))
            ends = np.concatenate([[last], ends])
            scores = self.read(self.keys[np.maximum(ends, 1) - 1])
            yield ThresholdCounts(np.where(ends > 0, scores, np.inf), *weighted.of_first(ends), ends)
            last = int(ends[-1])


def rank_probabilities(parts: Iterable[Part], most: int, *, is_complement: bool = False) -> RankedScores:
    """Rank scores in [0, 1] of at most so many samples, which come in parts of one type with the labels of the class.

    With `is_complement` the scores are those of the only other class. They are ranked as they are, from the lowest up:
    1 minus a score would make close scores equal.
    """
    keys, filled, positives = np.empty(0, np.uint64), 0, 0
    for scores, positive in parts:
        packed = _packed(scores, positive, is_complement=is_complement)
        if not filled:
            keys = np.empty(most, packed.dtype)
        keys[filled : filled + len(packed)] = packed
        filled, positives = filled + len(packed), positives + int(np.count_nonzero(positive))
    keys = keys[:filled]
    keys.sort()
    return RankedScores(keys, _read_complement if is_complement else unpack, positives)


def rank_margins(parts: Iterable[Part]) -> RankedScores:
    """Rank finite scores of any range, which come in parts with the labels of the class; takes 40 bytes a sample."""
    keys, read = _margin_keys([*parts])
    keys.sort()
    return RankedScores(keys, read, int(np.count_nonzero(keys & np.uint64(1))))


def _margin_keys(parts: Sequence[Part]) -> tuple[Keys, Callable[[Keys], NDArray[np.float64]]]:
    scores = np.concatenate([scores for scores, _ in parts] or [np.zeros(0)]).astype(np.float64)
    positive = np.concatenate([positive for _, positive in parts] or [np.zeros(0, np.bool_)])
    falling, ranks = np.unique(-scores, return_inverse=True)
    keys = ranks.astype(np.uint64) << np.uint64(1) | positive
    # Adding zero turns the -0.0 of a score of 0 into 0.0.
    return keys, lambda some: 0.0 - falling[some >> np.uint64(1)]


def rank_weighted(parts: Iterable[WeightedPart], *, is_margin: bool, is_complement: bool = False) -> RankedScores:
    """Rank scores as above, which come with the weights of their samples; takes 40 bytes a sample.

    Samples without weight are left out. Equal ones stand in the order of their weights, so that the order in which the
    samples come changes no rounding.
    """
    held = [(scores[weights > 0], positive[weights > 0], weights[weights > 0]) for scores, positive, weights in parts]
    plain = [(scores, positive) for scores, positive, _ in held]
    if is_margin:
        keys, read = _margin_keys(plain)
    else:
        packed = [_packed(*part, is_complement=is_complement) for part in plain]
        keys = np.concatenate(packed) if packed else np.empty(0, np.uint64)
        read = _read_complement if is_complement else unpack
    weights = np.concatenate([weights for _, _, weights in held] or [np.zeros(0)])
    order = np.lexsort((weights, keys))
    keys, weights = keys[order], weights[order]
    label = (keys & keys.dtype.type(1)).astype(np.bool_)
    reached = WeightsReached(*(running_sums(np.where(side, weights, 0.0)) for side in (label, ~label)))
    return RankedScores(keys, read, reached.tp[-1].item() if len(keys) else 0.0, reached)


def _packed(scores: NDArray[Any], positive: Positive, *, is_complement: bool) -> Keys:
    packed = pack(scores, positive)
    if is_complement:
        packed = _last_key(packed) - packed
    return packed ^ packed.dtype.type(is_complement)


def _last_key(like: Keys) -> Any:
    """The largest key: that of a positive sample with the score 0."""
    kind = np.float32 if like.itemsize == np.dtype(np.float32).itemsize else np.float64
    return pack(np.zeros(1, kind), np.ones(1, np.bool_))[0]


def _read_complement(keys: Keys) -> NDArray[np.float64]:
    return complement(unpack(_last_key(keys) - keys))
