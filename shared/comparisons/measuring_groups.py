"""The differences of samples that come in groups, each tested by these."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow.compute as pc

from shared.comparisons.measuring import MAX_RANKED, PairedMetric
from shared.comparisons.measuring_sets import membership
from shared.comparisons.options import CLASS_FORMULAS, OVERALL_FORMULAS
from shared.comparisons.pairing import PairedSamples
from shared.comparisons.results import SliceValue
from shared.evaluation.intervals.count_formulas import CLASS_OF_SETS, OVERALL_OF_SETS
from shared.evaluation.paired import influences
from shared.evaluation.paired.clustered_influences import of_influences, sums_of_influences
from shared.evaluation.paired.clustered_testing import of_groups, sums_of_groups
from shared.evaluation.paired.influences import CodedSamples, SampleInfluences
from shared.evaluation.paired.margins import CellFlags
from shared.evaluation.paired.testing import DifferenceMethod, DifferenceTest, Question, without_rounding
from shared.evaluation.types import Flags, Floats, Integers, Label

_OF_ALL = OVERALL_FORMULAS | OVERALL_OF_SETS
_BY_CLASS = CLASS_FORMULAS | CLASS_OF_SETS
# Of a class without weight, which no sample that counts is of.
_NO_WEIGHT = 1e-300


def of_metrics(samples: PairedSamples, metrics: Sequence[str], question: Question) -> Iterator[PairedMetric]:
    """The differences of these metrics: one of all classes, or one of each class."""
    for metric in metrics:
        if metric in ("recall.class", "multilabel.recall.class"):
            for code, label in enumerate(samples.classes):
                yield _recall(samples, metric, code, label, question)
        elif metric == "roc_auc.class":
            for code in range(len(samples.classes)):
                yield _area(samples, code, question)
        elif metric in _BY_CLASS:
            for code, label in enumerate(samples.classes):
                yield _of_class(samples, metric, code, label, question)
        elif metric in _OF_ALL:
            yield _of_all(samples, metric, question)
        else:
            yield _share(samples, metric, np.ones(len(samples.truth), bool), question)


def of_slice(samples: PairedSamples, metric: str, value: SliceValue, question: Question) -> PairedMetric:
    """The difference of the metric in a slice."""
    is_own = pc.equal(samples.slices[value.column], value.value).to_numpy(zero_copy_only=False)
    return _share(samples, metric, is_own, question, slice_value=value)


def _share(
    samples: PairedSamples,
    metric: str,
    chosen: Flags,
    question: Question,
    *,
    label: Label | None = None,
    slice_value: SliceValue | None = None,
    sides: tuple[Flags, Flags] | None = None,
) -> PairedMetric:
    truth = samples.truth[chosen]
    first, second = sides or (side == samples.truth for side in (samples.baseline, samples.candidate))
    first, second = first[chosen], second[chosen]
    discordant = int(np.count_nonzero(first != second))
    right = (~first, ~second) if metric == "error_rate" else (first, second)
    weights = None if samples.weights is None else samples.weights[chosen]
    sums = sums_of_groups(right, _groups(samples)[chosen], weights)
    # Samples without weight tell nothing.
    n = len(truth) if weights is None else int(np.count_nonzero(weights > 0))
    both, lost, gained, _ = sums.shares.tolist()
    baseline, candidate = (both + lost, both + gained) if len(sums.wholes) else (None, None)
    tested = of_groups(sums, n, question)
    return PairedMetric(metric, tested, len(truth), baseline, candidate, label, slice_value, discordant)


def _recall(samples: PairedSamples, metric: str, code: int, label: Label, question: Question) -> PairedMetric:
    flags = _flags(samples, code)
    return _share(samples, metric, flags.truth, question, label=label, sides=(flags.baseline, flags.candidate))


def _of_all(samples: PairedSamples, metric: str, question: Question) -> PairedMetric:
    weights = _weights(samples)
    coded = CodedSamples(samples.truth, samples.baseline, samples.candidate, samples.k, weights, _members(samples))
    found = influences.of_all_classes(coded, _OF_ALL[metric])
    # Where each class counts alike, its samples share what it counts.
    of_truth = np.bincount(samples.truth, weights, samples.k)
    alike = weights / np.maximum(of_truth, _NO_WEIGHT)[samples.truth]
    differs = samples.baseline != samples.candidate
    return _tested(samples, metric, found, [weights, alike], differs, question, "clustered-student")


def _of_class(samples: PairedSamples, metric: str, code: int, label: Label, question: Question) -> PairedMetric:
    weights, flags = _weights(samples), _flags(samples, code)
    found = influences.of_one_class(flags, weights, _BY_CLASS[metric])
    counted = weights * (flags.truth | flags.baseline | flags.candidate)
    differs = flags.baseline != flags.candidate
    return _tested(samples, metric, found, [counted], differs, question, "clustered-student", label)


def _area(samples: PairedSamples, code: int, question: Question) -> PairedMetric:
    label, n, is_positive = samples.classes[code], len(samples.truth), samples.truth == code
    reason = None
    if samples.weights is not None:
        reason = "areas of samples with weights are not tested by groups"
    if not 0 < int(np.count_nonzero(is_positive)) < n:
        reason = "there are no samples of the class, or of all others"
    if n > MAX_RANKED:
        reason = f"areas are tested by groups of up to {MAX_RANKED:,} samples"
    # Scores are read last, as they take 16 bytes a sample.
    scores = None if reason else samples.scores_of(code)
    if scores is None:
        reason = reason or "one of the two has no scores of this class"
        return PairedMetric("roc_auc.class", DifferenceTest(None, reason=reason), n, label=label)
    found = influences.of_areas(is_positive, scores)
    bases = [is_positive.astype(float), (~is_positive).astype(float)]
    return _tested(samples, "roc_auc.class", found, bases, scores[0] != scores[1], question, "clustered-delong", label)


def _tested(
    samples: PairedSamples,
    metric: str,
    found: SampleInfluences,
    bases: Sequence[Floats],
    differs: Flags,
    question: Question,
    method: DifferenceMethod,
    label: Label | None = None,
) -> PairedMetric:
    weights, groups = _weights(samples), _groups(samples)
    differing = len(np.unique(groups[differs & (weights > 0)]))
    sums = sums_of_influences(found.of_samples, groups, weights, bases)
    n = int(np.count_nonzero(weights > 0))
    difference = float(without_rounding(np.asarray(found.difference)))
    tested = of_influences(difference, sums, differing, n, question, method)
    baseline, candidate = (None if np.isnan(value) else value for value in (found.baseline, found.candidate))
    return PairedMetric(metric, tested, len(samples.truth), baseline, candidate, label)


def _flags(samples: PairedSamples, code: int) -> CellFlags:
    """Whether each sample is of a class, or has a label, in truth and by both predictions."""
    sides = samples.truth, samples.baseline, samples.candidate
    if samples.task != "multilabel":
        return CellFlags(*(side == code for side in sides))
    has_label = np.array([code in one for one in samples.sets], bool)
    return CellFlags(*(has_label[side] for side in sides))


def _members(samples: PairedSamples) -> Flags | None:
    return membership(samples.sets, len(samples.classes)) if samples.task == "multilabel" else None


def _weights(samples: PairedSamples) -> Floats:
    return np.ones(len(samples.truth)) if samples.weights is None else samples.weights.astype(float)


def _groups(samples: PairedSamples) -> Integers:
    assert samples.groups is not None, "callers test samples that come in groups"
    return samples.groups
