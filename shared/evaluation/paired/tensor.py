"""Two runs over the same samples as one table of counts: truth × prediction of the baseline × of the candidate.

All that concerns labels alone can be read from it, whatever the number of samples. Weighted samples are counted by
their weight too.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.intervals.bootstrap import Summing, by_class, by_member, draw_sums
from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula
from shared.evaluation.paired.discordance import Pairs
from shared.evaluation.paired.margins import MarginGrounds, MarginSource, of_coded, of_label_sets
from shared.evaluation.paired.sample_basis import SampleBasis, of_classes, of_sets
from shared.evaluation.types import Floats

Formula = ClassFormula | OverallFormula
"""A metric of the shares of hits, samples and predictions of each class, as in `count_formulas`."""

_USUAL = 10_000
# So many counts are drawn at most: about two seconds.
_MOST_DRAWN = 50_000_000
# So many differences of one metric are held for the sake of a low level: 80 MB.
_MOST_HELD = 10_000_000
# Times the replicates at which the least one-sided P-value is the level: a two-sided one, and one replicate against it.
_TAILS = 4
# Of a smaller one the number of replicates would be beyond every float.
_LEAST_LEVEL = 1e-300
# More than there are from the smallest weight, 1e-9, to the largest, 1e9.
_OCTAVES = 2**7


class Flips(NamedTuple):
    """Numbers of samples by what the candidate changed; `changed` are wrong in both, and in different ways."""

    fixed: int
    broken: int
    both_wrong: int
    changed: int
    both_right: int

    @property
    def churn(self) -> float:
        """The share of samples whose prediction differs; there is one sample at least."""
        return (self.fixed + self.broken + self.changed) / self._total

    @property
    def negative_flip_rate(self) -> float:
        """The share of samples that only the baseline has right (Yan et al. 2021); there is one sample at least."""
        return self.broken / self._total

    @property
    def _total(self) -> int:
        return self.fixed + self.broken + self.both_wrong + self.both_right


class PairedCounts(NamedTuple):
    """The cells that are not empty: their class positions and counts, four arrays (m,), and the number of classes.

    Of weighted samples a cell holds those of one weight, `weights` (m,); None of others.
    """

    truth: NDArray[np.int64]
    baseline: NDArray[np.int64]
    candidate: NDArray[np.int64]
    counts: NDArray[Any]
    k: int
    weights: Floats | None = None

    @property
    def total(self) -> int:
        """The number of samples."""
        return int(self.counts.sum())

    @property
    def sums(self) -> NDArray[Any]:
        """The weights of the samples of each cell together, or their numbers."""
        return self.counts if self.weights is None else self.counts * self.weights

    @property
    def pairs(self) -> Pairs:
        """The samples by which of the two is right."""
        right, also = self.truth == self.baseline, self.truth == self.candidate
        sets = (right & also, right & ~also, ~right & also, ~right & ~also)
        return Pairs(*(int(self.counts[chosen].sum()) for chosen in sets))

    def of_class(self, code: int) -> "PairedCounts":
        """The samples of one actual class."""
        return self.of_truths([code])

    def of_truths(self, codes: Sequence[int]) -> "PairedCounts":
        """The samples whose truth is one of the codes."""
        own = np.isin(self.truth, codes)
        weights = None if self.weights is None else self.weights[own]
        return PairedCounts(self.truth[own], self.baseline[own], self.candidate[own], self.counts[own], self.k, weights)

    @property
    def flips(self) -> Flips:
        """The samples by what the candidate changed."""
        pairs = self.pairs
        wrong = (self.truth != self.baseline) & (self.truth != self.candidate)
        changed = int(self.counts[wrong & (self.baseline != self.candidate)].sum())
        return Flips(pairs.candidate_only, pairs.baseline_only, pairs.neither, changed, pairs.both)


class MetricReplicates(NamedTuple):
    """A metric of both, and its differences in samples drawn anew, candidate minus baseline; NaN where undefined.

    Numbers and (replicates,) of a metric of all classes, (k,) and (replicates, k) of one by class. `bases` are the
    samples that it rests on, and `margins` what a margin of it is tested by, one or k each.
    """

    baseline: Floats
    candidate: Floats
    drawn: Floats
    bases: list[SampleBasis]
    margins: list[MarginGrounds]


def count_pairs(
    truth: NDArray[np.integer],
    baseline: NDArray[np.integer],
    candidate: NDArray[np.integer],
    k: int,
    weights: Floats | None = None,
) -> PairedCounts:
    """Count the samples of every cell; codes of the k classes, three arrays (n,) over the same samples."""
    cells = (truth.astype(np.int64) * k + baseline) * k + candidate
    if weights is None:
        found, counts = np.unique(cells, return_counts=True)
        return PairedCounts(found // k**2, found // k % k, found % k, counts.astype(np.int64), k)
    order = np.lexsort((weights, cells))
    cells, weights = cells[order], weights[order]
    is_first = np.append(True, (cells[1:] != cells[:-1]) | (weights[1:] != weights[:-1]))[: len(cells)]
    found, counts = cells[is_first], np.diff(np.append(np.flatnonzero(is_first), len(cells)))
    return PairedCounts(found // k**2, found // k % k, found % k, counts, k, weights[is_first])


def in_octaves(pairs: PairedCounts, weights: Floats) -> PairedCounts:
    """The cells with weights of one power of two together, each as equal samples with the same two sums.

    Those are as many samples as Kish's number (1965), (Σ w)²/Σ w², each of the weight Σ w²/Σ w. Of weights that differ
    by a factor below 2 it is at least 8/9 of their number.
    """
    heavy = weights > 0
    cells = ((pairs.truth * pairs.k + pairs.baseline) * pairs.k + pairs.candidate)[heavy]
    octaves = np.frexp(weights[heavy])[1].astype(np.int64) + _OCTAVES // 2
    keys, places = np.unique(cells * _OCTAVES + octaves, return_inverse=True)
    sums, squares = (np.bincount(places, pairs.counts[heavy] * weights[heavy] ** power) for power in (1, 2))
    k, found = pairs.k, keys // _OCTAVES
    return PairedCounts(found // k**2, found // k % k, found % k, sums**2 / squares, k, squares / sums)


def replicates_for(cells: int, k: int, level: float) -> int:
    """The number of replicates of so many cells that are not empty: 10,000, and fewer of very many cells.

    They are more where no P-value of 10,000 could be below the level that the most significant of several tests has, if
    so few cells and k classes allow as many as it takes.
    """
    most, wanted = _MOST_DRAWN // max(1, cells), math.ceil(_TAILS / max(level, _LEAST_LEVEL))
    if _USUAL < wanted <= min(most, _MOST_HELD // max(1, k)):
        return wanted
    return max(1_000, min(_USUAL, most))


def replicate(
    pairs: PairedCounts, formulas: Mapping[str, Formula], *, replicates: int, seed: int
) -> dict[str, MetricReplicates]:
    """Draw the samples anew, in pairs, and measure the difference of each metric; the same seed draws the same."""
    counted = pairs.counts if pairs.weights is None else np.where(pairs.weights > 0, pairs.counts, 0)
    bases = of_classes(pairs.truth, pairs.baseline, pairs.candidate, counted, pairs.k, pairs.weights)
    hits = by_class(pairs.truth, pairs.k, chosen=pairs.truth == pairs.baseline)(counted[np.newaxis])[0]
    pairs = pairs if pairs.weights is None else in_octaves(pairs, pairs.weights)
    k, right, also = pairs.k, pairs.truth == pairs.baseline, pairs.truth == pairs.candidate
    parts = [
        by_class(pairs.truth, k, chosen=right),
        by_class(pairs.truth, k),
        by_class(pairs.baseline, k),
        by_class(pairs.truth, k, chosen=also),
        by_class(pairs.candidate, k),
    ]
    cells = of_coded((pairs.truth, pairs.baseline, pairs.candidate), pairs.counts, pairs.weights, k)
    source = MarginSource(cells, bases, hits)
    return _replicate(pairs, parts, k, formulas, source, replicates=replicates, seed=seed)


def replicate_sets(
    pairs: PairedCounts, members: NDArray[Any], formulas: Mapping[str, Formula], *, replicates: int, seed: int
) -> dict[str, MetricReplicates]:
    """`replicate` of samples whose codes are sets of labels: `members` (k, labels) says which set has which label."""
    has_label = [members[codes] for codes in (pairs.truth, pairs.baseline, pairs.candidate)]
    truth, baseline, candidate = (own.astype(float) for own in has_label)
    parts = [*map(by_member, (truth * baseline, truth, baseline, truth * candidate, candidate))]
    bases, cells = of_sets(has_label, pairs.counts), of_label_sets(has_label, pairs.counts)
    source = MarginSource(cells, bases, pairs.counts @ (truth * baseline), are_sets=True)
    return _replicate(pairs, parts, members.shape[1], formulas, source, replicates=replicates, seed=seed)


def _replicate(
    pairs: PairedCounts,
    parts: Sequence[Summing],
    k: int,
    formulas: Mapping[str, Formula],
    source: MarginSource,
    *,
    replicates: int,
    seed: int,
) -> dict[str, MetricReplicates]:
    shares = pairs.sums / pairs.sums.sum()
    seen = [part(shares[np.newaxis])[0] for part in parts]
    differences: dict[str, list[Floats]] = {name: [] for name in formulas}
    for drawn in draw_sums(pairs.counts, parts, k, replicates=replicates, seed=seed, weights=pairs.weights):
        for name, formula in formulas.items():
            of_baseline, of_candidate = _both(formula, drawn)
            differences[name].append(of_candidate - of_baseline)
    return {
        name: MetricReplicates(
            *_both(formula, seen),
            np.concatenate(differences[name]),
            source.bases.of(formula),
            source.of(formula, seen),
        )
        for name, formula in formulas.items()
    }


def _both(formula: Formula, sums: list[Floats]) -> tuple[Floats, Floats]:
    baseline_hits, truth, baseline, candidate_hits, candidate = sums
    return (
        np.asarray(formula(baseline_hits, truth, baseline), float),
        np.asarray(formula(candidate_hits, truth, candidate), float),
    )
