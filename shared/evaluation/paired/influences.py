"""How far each of some paired samples moves the difference of a metric, candidate minus baseline."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.intervals.areas import placements
from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula
from shared.evaluation.paired.margin_score import MarginScore, of_members
from shared.evaluation.paired.margins import CellFlags, of_coded, of_label_sets
from shared.evaluation.types import Flags, Floats, Integers

_KINDS = 2**3


class SampleInfluences(NamedTuple):
    """A metric of baseline and candidate, and the influence of each sample on their difference, (n,)."""

    baseline: float
    candidate: float
    of_samples: Floats

    @property
    def difference(self) -> float:
        """Candidate minus baseline."""
        return self.candidate - self.baseline


class CodedSamples(NamedTuple):
    """Codes of truth and both predictions, three arrays (n,) of k codes, and weights (n,), ones of equal samples.

    `members` (k, labels) says which labels a code stands for; None where it is the class itself.
    """

    truth: Integers
    baseline: Integers
    candidate: Integers
    k: int
    weights: Floats
    members: Flags | None = None


def of_all_classes(samples: CodedSamples, formula: OverallFormula) -> SampleInfluences:
    """Of a metric of all classes, or of all labels."""
    codes = samples.truth, samples.baseline, samples.candidate
    keys, places = np.unique((codes[0] * samples.k + codes[1]) * samples.k + codes[2], return_inverse=True)
    k, counts = samples.k, np.bincount(places, samples.weights)
    own = keys // k**2, keys // k % k, keys % k
    if samples.members is None:
        cells = of_coded(own, counts, None, k)
    else:
        cells = of_label_sets([samples.members[side] for side in own], counts)
    found = cells.score(formula, 0, 1.0).influences()
    return SampleInfluences(found.baseline, found.candidate, found.of_cells[places])


def of_one_class(flags: CellFlags, weights: Floats, formula: ClassFormula) -> SampleInfluences:
    """Of a metric of one class, by what each sample is of it: three arrays (n,)."""
    kinds = flags.truth * 4 + flags.baseline * 2 + flags.candidate
    each = np.arange(_KINDS)[:, np.newaxis]
    truth, baseline, candidate = ((each & bit > 0).astype(float) for bit in (4, 2, 1))
    sums = [*map(of_members, (truth * baseline, truth, baseline, truth * candidate, candidate))]
    counts = np.bincount(kinds, weights, _KINDS).astype(float)
    found = MarginScore(formula, sums, counts, np.ones(_KINDS), 1.0).influences()
    return SampleInfluences(found.baseline, found.candidate, found.of_cells[kinds])


def of_areas(is_positive: Flags, scores: NDArray[Any]) -> SampleInfluences:
    """Of the areas under the ROC curves of two scores (2, n), by the pairs that each sample wins (Obuchowski 1997)."""
    won = placements(is_positive, scores)
    positives = int(np.count_nonzero(is_positive))
    baseline, candidate = won[:, is_positive].mean(axis=1).tolist()
    sides = np.where(is_positive, positives, len(is_positive) - positives)
    added = (won[1] - won[0] - (candidate - baseline)) * (len(is_positive) / sides)
    return SampleInfluences(baseline, candidate, added)
