"""All scores of a class in their order, and what is counted along it, a stretch at a time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.ranking import Keys, Positive, pack, pieces, unpack
from shared.evaluation.curves.thresholds import ThresholdCounts
from shared.evaluation.inputs.probabilities import complement

Part = tuple[NDArray[Any], Positive]


@dataclass(frozen=True, slots=True, eq=False)
class RankedScores:
    """One sorted integer for each sample, from the highest score down, with the label in the lowest bit.

    `read` turns keys into scores. Memory holds the keys alone: 4 bytes a sample of float32, 8 of float64.
    """

    keys: Keys
    read: Callable[[Keys], NDArray[np.float64]]
    positives: int

    @property
    def negatives(self) -> int:
        """The number of samples of the other classes."""
        return len(self.keys) - self.positives

    def stretches(self) -> Iterator[ThresholdCounts]:
        """Yield the counts at every distinct score in stretches; each begins where the one before it ended.

        The first begins at infinity, which no score reaches. The totals of a stretch are those up to its end.
        """
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


def rank_probabilities(parts: Iterable[Part], most: int, *, is_complement: bool = False) -> RankedScores:
    """Rank scores in [0, 1] of at most so many samples, which come in parts of one type with the labels of the class.

    With `is_complement` the scores are those of the only other class. They are ranked as they are, from the lowest up:
    1 minus a score would make close scores equal.
    """
    keys, filled, positives = np.empty(0, np.uint64), 0, 0
    for scores, positive in parts:
        packed = pack(scores, positive)
        if not filled:
            keys = np.empty(most, packed.dtype)
        if is_complement:
            packed = _last_key(packed) - packed
        keys[filled : filled + len(packed)] = packed ^ packed.dtype.type(is_complement)
        filled, positives = filled + len(packed), positives + int(np.count_nonzero(positive))
    keys = keys[:filled]
    keys.sort()
    return RankedScores(keys, _read_complement if is_complement else unpack, positives)


def rank_margins(parts: Iterable[Part]) -> RankedScores:
    """Rank finite scores of any range, which come in parts with the labels of the class; takes 40 bytes a sample."""
    held = [*parts]
    scores = np.concatenate([scores for scores, _ in held] or [np.zeros(0)]).astype(np.float64)
    positive = np.concatenate([positive for _, positive in held] or [np.zeros(0, np.bool_)])
    falling, ranks = np.unique(-scores, return_inverse=True)
    keys = ranks.astype(np.uint64) << np.uint64(1) | positive
    keys.sort()
    # Adding zero turns the -0.0 of a score of 0 into 0.0.
    return RankedScores(keys, lambda some: 0.0 - falling[some >> np.uint64(1)], int(np.count_nonzero(positive)))


def _last_key(like: Keys) -> Any:
    """The largest key: that of a positive sample with the score 0."""
    kind = np.float32 if like.itemsize == np.dtype(np.float32).itemsize else np.float64
    return pack(np.zeros(1, kind), np.ones(1, np.bool_))[0]


def _read_complement(keys: Keys) -> NDArray[np.float64]:
    return complement(unpack(_last_key(keys) - keys))
