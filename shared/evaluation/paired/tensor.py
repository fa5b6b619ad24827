"""Two runs over the same samples as one table of counts: truth × prediction of the baseline × of the candidate.

All that concerns labels alone can be read from it, whatever the number of samples.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.intervals.bootstrap import Summing, by_class, by_member, draw_sums
from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula
from shared.evaluation.paired.discordance import Pairs
from shared.evaluation.rates import Floats

Codes = NDArray[np.integer]
Formula = ClassFormula | OverallFormula
"""A metric of the shares of hits, samples and predictions of each class, as in `count_formulas`."""

# So many counts are drawn at most: about two seconds.
_MOST_DRAWN = 50_000_000


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
    """The cells that are not empty: their class positions and counts, four arrays (m,), and the number of classes."""

    truth: NDArray[np.int64]
    baseline: NDArray[np.int64]
    candidate: NDArray[np.int64]
    counts: NDArray[np.int64]
    k: int

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
        return PairedCounts(self.truth[own], self.baseline[own], self.candidate[own], self.counts[own], self.k)

    @property
    def flips(self) -> Flips:
        """The samples by what the candidate changed."""
        pairs = self.pairs
        wrong = (self.truth != self.baseline) & (self.truth != self.candidate)
        changed = int(self.counts[wrong & (self.baseline != self.candidate)].sum())
        return Flips(pairs.candidate_only, pairs.baseline_only, pairs.neither, changed, pairs.both)


class Replicated(NamedTuple):
    """A metric of both, and its differences in samples drawn anew, candidate minus baseline; NaN where undefined.

    Numbers and (replicates,) of a metric of all classes, (k,) and (replicates, k) of one by class.
    """

    baseline: Floats
    candidate: Floats
    drawn: Floats


def count_pairs(truth: Codes, baseline: Codes, candidate: Codes, k: int) -> PairedCounts:
    """Count the samples of every cell; codes of the k classes, three arrays (n,) over the same samples."""
    cells = (truth.astype(np.int64) * k + baseline) * k + candidate
    found, counts = np.unique(cells, return_counts=True)
    return PairedCounts(found // k**2, found // k % k, found % k, counts.astype(np.int64), k)


def replicates_for(cells: int) -> int:
    """The number of replicates that so many cells that are not empty allow: 10,000, and fewer of very many."""
    return max(1_000, min(10_000, _MOST_DRAWN // max(1, cells)))


def replicate(
    pairs: PairedCounts, formulas: Mapping[str, Formula], *, replicates: int, seed: int
) -> dict[str, Replicated]:
    """Draw the samples anew, in pairs, and measure the difference of each metric; the same seed draws the same."""
    k, right, also = pairs.k, pairs.truth == pairs.baseline, pairs.truth == pairs.candidate
    parts = [
        by_class(pairs.truth, k, chosen=right),
        by_class(pairs.truth, k),
        by_class(pairs.baseline, k),
        by_class(pairs.truth, k, chosen=also),
        by_class(pairs.candidate, k),
    ]
    return _replicate(pairs, parts, k, formulas, replicates=replicates, seed=seed)


def replicate_sets(
    pairs: PairedCounts, members: NDArray[Any], formulas: Mapping[str, Formula], *, replicates: int, seed: int
) -> dict[str, Replicated]:
    """`replicate` of samples whose codes are sets of labels: `members` (k, labels) says which set has which label."""
    truth, baseline, candidate = (
        members[codes].astype(float) for codes in (pairs.truth, pairs.baseline, pairs.candidate)
    )
    parts = [*map(by_member, (truth * baseline, truth, baseline, truth * candidate, candidate))]
    return _replicate(pairs, parts, members.shape[1], formulas, replicates=replicates, seed=seed)


def _replicate(
    pairs: PairedCounts,
    parts: Sequence[Summing],
    k: int,
    formulas: Mapping[str, Formula],
    *,
    replicates: int,
    seed: int,
) -> dict[str, Replicated]:
    shares = pairs.counts / pairs.counts.sum()
    seen = [part(shares[np.newaxis])[0] for part in parts]
    differences: dict[str, list[Floats]] = {name: [] for name in formulas}
    for drawn in draw_sums(pairs.counts, parts, k, replicates=replicates, seed=seed):
        for name, formula in formulas.items():
            of_baseline, of_candidate = _both(formula, drawn)
            differences[name].append(of_candidate - of_baseline)
    return {
        name: Replicated(*_both(formula, seen), np.concatenate(differences[name])) for name, formula in formulas.items()
    }


def _both(formula: Formula, sums: list[Floats]) -> tuple[Floats, Floats]:
    baseline_hits, truth, baseline, candidate_hits, candidate = sums
    return (
        np.asarray(formula(baseline_hits, truth, baseline), float),
        np.asarray(formula(candidate_hits, truth, candidate), float),
    )
