"""The differences of metrics that a comparison asks for, each tested by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.comparisons.pairing import PairedSamples
from shared.comparisons.results import SliceValue
from shared.evaluation.intervals.areas import CorrelatedAreas, areas
from shared.evaluation.intervals.binned_areas import BINS, binned_areas
from shared.evaluation.intervals.weighted_areas import weighted_areas
from shared.evaluation.metrics import CATALOGUE
from shared.evaluation.metrics.definition import ANY
from shared.evaluation.paired import testing
from shared.evaluation.paired.area_testing import of_areas
from shared.evaluation.paired.discordance import Pairs
from shared.evaluation.paired.replicate_testing import of_replicates
from shared.evaluation.paired.tensor import MetricReplicates, PairedCounts
from shared.evaluation.paired.testing import (
    MIN_SAMPLES,
    DifferenceTest,
    Question,
    without_rounding,
)
from shared.evaluation.paired.weighted_testing import of_weighted_areas, of_weighted_pairs, of_weighted_replicates
from shared.evaluation.types import Floats, Label

# Beyond it, exact ranks of both take too much memory: a gigabyte for 20 million. Scores are counted in bins instead.
MAX_RANKED = 20_000_000
_TWO = 2


@dataclass(frozen=True, slots=True)
class PairedMetric:
    """A metric of both, and what is known of the difference."""

    metric: str
    tested: DifferenceTest
    samples: int
    baseline: float | None = None
    candidate: float | None = None
    label: Label | None = None
    slice: SliceValue | None = None
    discordant: int | None = None

    @property
    def sign(self) -> int:
        """-1 for a metric of which less is better."""
        return -1 if CATALOGUE[self.metric].lower_is_better else 1

    @property
    def detectable(self) -> float | None:
        """The difference that so many samples show with the usual power; None where it is beyond all that there are."""
        found = self.tested.detectable
        return None if found is None or found > _widest(self.metric) else found

    @property
    def needed(self) -> int | None:
        """The samples that the difference to plan for needs, of which fewer than are ever tested are not enough."""
        return None if self.tested.needed is None else max(self.tested.needed, MIN_SAMPLES)

    @property
    def p_not_worse(self) -> float | None:
        """The P-value of being worse by the margin or more."""
        return self.tested.p_above if self.sign > 0 else self.tested.p_below

    @property
    def p_equivalent(self) -> float | None:
        """The P-value of differing by the margin or more, the larger of two one-sided ones."""
        above, below = self.tested.p_above, self.tested.p_below
        return None if above is None or below is None else max(above, below)


def share_of_right(
    metric: str, counts: PairedCounts, question: Question, value: SliceValue | None = None
) -> PairedMetric:
    """Accuracy, or the error rate, of all samples or of those of a slice."""
    if counts.weights is not None:
        return _of_weighted(metric, counts, question, slice_value=value)
    pairs = counts.pairs
    if metric == "error_rate":
        pairs = Pairs(pairs.neither, pairs.candidate_only, pairs.baseline_only, pairs.both)
    return of_pairs(metric, pairs, question, slice_value=value)


def recalls(counts: PairedCounts, classes: Sequence[Label], question: Question) -> list[PairedMetric]:
    """The recall of each class: accuracy among the samples of the class."""
    if counts.weights is not None:
        return [
            _of_weighted("recall.class", counts.of_class(code), question, label=label)
            for code, label in enumerate(classes)
        ]
    return [
        of_pairs("recall.class", counts.of_class(code).pairs, question, label=label)
        for code, label in enumerate(classes)
    ]


def overall(metric: str, found: MetricReplicates, counts: PairedCounts, question: Question) -> PairedMetric:
    """A metric of all classes together."""
    return _of_replicates(metric, found, counts, question)


def by_class(
    metric: str, found: MetricReplicates, classes: Sequence[Label], counts: PairedCounts, question: Question
) -> list[PairedMetric]:
    """A metric of each class."""
    return [
        _of_replicates(
            metric,
            MetricReplicates(
                found.baseline[code],
                found.candidate[code],
                found.drawn[:, code],
                found.bases[code : code + 1],
                found.margins[code : code + 1],
            ),
            counts,
            question,
            label,
        )
        for code, label in enumerate(classes)
    ]


def areas_under_curves(samples: PairedSamples, question: Question) -> list[PairedMetric]:
    """The area under the ROC curve of each class against the rest."""
    return [area_under_curve(samples, code, [question])[0] for code in range(len(samples.classes))]


def of_pairs(
    metric: str,
    pairs: Pairs,
    question: Question,
    *,
    label: Label | None = None,
    slice_value: SliceValue | None = None,
) -> PairedMetric:
    """A share of the samples that are right, of which there may be none."""
    n = pairs.total
    return PairedMetric(
        metric,
        testing.of_pairs(pairs, question) if n else DifferenceTest(None, reason="there are no samples"),
        n,
        (pairs.both + pairs.baseline_only) / n if n else None,
        (pairs.both + pairs.candidate_only) / n if n else None,
        label,
        slice_value,
        pairs.discordant,
    )


def _of_weighted(
    metric: str,
    counts: PairedCounts,
    question: Question,
    *,
    label: Label | None = None,
    slice_value: SliceValue | None = None,
) -> PairedMetric:
    """A weighted share of the samples that are right, or wrong; there may be no weight."""
    sums, discordant = counts.sums, counts.pairs.discordant
    total = float(sums.sum())
    if not total:
        tested = DifferenceTest(None, reason="there are no samples with weight")
        return PairedMetric(metric, tested, counts.total, label=label, slice=slice_value, discordant=discordant)
    is_of_errors = metric == "error_rate"
    baseline, candidate = (
        float(sums[(counts.truth == side) != is_of_errors].sum()) / total
        for side in (counts.baseline, counts.candidate)
    )
    tested = of_weighted_pairs(counts, question, of_errors=is_of_errors)
    return PairedMetric(metric, tested, counts.total, baseline, candidate, label, slice_value, discordant)


def _of_replicates(
    metric: str, found: MetricReplicates, counts: PairedCounts, question: Question, label: Label | None = None
) -> PairedMetric:
    n = counts.total
    # Rounding may take values beyond what the metric can be.
    baseline, candidate = np.clip([found.baseline, found.candidate], *_range(metric)).tolist()
    difference = float(without_rounding(np.asarray(candidate - baseline)))
    drawn = np.clip(found.drawn, -_widest(metric), _widest(metric))
    if counts.weights is None:
        tested = of_replicates(difference, drawn, n, question, found.bases[0], found.margins[0])
    else:
        tested = of_weighted_replicates(difference, drawn, counts, question, found.bases[0], found.margins[0])
    return PairedMetric(
        metric,
        tested,
        n,
        None if np.isnan(baseline) else baseline,
        None if np.isnan(candidate) else candidate,
        label,
    )


def area_under_curve(samples: PairedSamples, code: int, questions: Sequence[Question]) -> list[PairedMetric]:
    """The area under the ROC curve of one class against the rest, tested once for each question."""
    n, label = len(samples.truth), samples.classes[code]
    is_positive = samples.truth == code
    has_weight = np.ones(n, bool) if samples.weights is None else samples.weights > 0
    positives = int(np.count_nonzero(is_positive & has_weight))
    reason = None
    if min(positives, int(np.count_nonzero(has_weight)) - positives) < _TWO:
        reason = "there are fewer than two samples of the class, or of all others"
    scores = None if reason else samples.scores_of(code)
    if scores is None:
        reason = reason or "one of the two has no scores of this class"
        return [PairedMetric("roc_auc.class", DifferenceTest(None, reason=reason), n, label=label) for _ in questions]
    if samples.weights is not None:
        return _weighted_area(samples.weights, is_positive, scores, label, questions)
    found, note = _areas(is_positive, scores)
    baseline, candidate = found.values.tolist()
    tests = [of_areas(found, question) for question in questions]
    return [
        PairedMetric("roc_auc.class", test._replace(reason=test.reason or note), n, baseline, candidate, label)
        for test in tests
    ]


def _weighted_area(
    weights: Floats, is_positive: NDArray[np.bool_], scores: NDArray[Any], label: Label, questions: Sequence[Question]
) -> list[PairedMetric]:
    n = len(weights)
    if n > MAX_RANKED:
        reason = f"weights are counted in areas of up to {MAX_RANKED:,} samples"
        return [PairedMetric("roc_auc.class", DifferenceTest(None, reason=reason), n, label=label) for _ in questions]
    found = weighted_areas(is_positive, scores, weights)
    tests = [of_weighted_areas(found, is_positive, weights, question) for question in questions]
    return [PairedMetric("roc_auc.class", test, n, found.baseline, found.candidate, label) for test in tests]


def _areas(is_positive: NDArray[np.bool_], scores: NDArray[Any]) -> tuple[CorrelatedAreas, str | None]:
    """The areas of both, and how far they may be off where they are of bins."""
    if len(is_positive) <= MAX_RANKED:
        return areas(is_positive, scores), None
    found = binned_areas(is_positive, scores)
    note = f"of more than {MAX_RANKED:,} samples the scores are counted in {BINS:,} bins, which changes an area by "
    return found.areas, f"{note}{found.bounds.max():.1g} at most"


def _widest(metric: str) -> float:
    """The largest difference of two values of the metric."""
    low, high = _range(metric)
    return high - low


def _range(metric: str) -> tuple[float, float]:
    return CATALOGUE[metric].range or ANY
