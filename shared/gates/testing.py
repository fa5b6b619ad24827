"""The differences that a gate tests, each with the evidence for its rule."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from shared.comparisons import measuring, measuring_groups
from shared.comparisons.counting import MAX_VALUES, counted, slice_counts
from shared.comparisons.measuring import PairedMetric, area_under_curve
from shared.comparisons.measuring_sets import SetMeasures
from shared.comparisons.options import (
    CLASS_FORMULAS,
    CLASS_METRICS,
    LABEL_METRICS,
    OVERALL_FORMULAS,
    USUAL_SOUGHT,
)
from shared.comparisons.pairing import PairedSamples, text_of
from shared.comparisons.tasks import meant, share_of_right
from shared.evaluation.paired.gate_rule import DropEvidence
from shared.evaluation.paired.tensor import MetricReplicates, PairedCounts, replicate, replicates_for
from shared.evaluation.paired.testing import DifferenceTest, Question
from shared.evaluation.types import Label
from shared.gates.policy import GateMetric, GatePolicy
from shared.kit.quotes import quoted
from shared.runs.errors import TaskUnsupported

# The same samples give the same verdict.
SEED = 0


_OfMetric = Callable[[GateMetric, Sequence[Question]], Iterator[Sequence[PairedMetric]]]


class GatedDifference(NamedTuple):
    """A difference with its margin, and the evidence for the rule."""

    measured: PairedMetric
    margin: float | None
    evidence: DropEvidence


def differences(samples: PairedSamples, policy: GatePolicy) -> Iterator[GatedDifference]:
    """Every difference that the policy names and the runs have: of all samples, of classes, and of slices."""
    counts = counted(samples)
    metrics = [entry for entry in policy.metrics if _refusal(entry, samples) is None]
    level = policy.alpha / _tests(samples, policy, metrics)
    of_task = _of_sets if samples.task == "multilabel" else _of_classes
    of_metric = _of_groups(samples, counts) if samples.groups is not None else of_task(samples, counts, metrics, level)
    for entry in metrics:
        for versions in of_metric(entry, questions(policy.alpha, entry.margin)):
            yield _gated(versions, entry.margin)
    for chosen in policy.slices:
        asked = questions(policy.alpha, chosen.margin)
        for value, found in slice_counts(samples, [chosen.column])[0].items():
            metric = share_of_right(samples.task)
            if samples.groups is not None:
                versions = [measuring_groups.of_slice(samples, metric, value, question) for question in asked]
            else:
                versions = [measuring.share_of_right(metric, found, question, value) for question in asked]
            yield _gated(versions, chosen.margin)


def missing_columns(samples: PairedSamples, policy: GatePolicy) -> Iterator[tuple[str, str]]:
    """The columns of slices that cannot be used, each with the sentence that says why."""
    for chosen in policy.slices:
        if chosen.column not in samples.slices:
            yield chosen.column, f"The baseline has no column {quoted(chosen.column)} to slice by."
        elif len(samples.slices[chosen.column].dictionary_encode().dictionary) > MAX_VALUES:
            yield chosen.column, f"The column {quoted(chosen.column)} has more than {MAX_VALUES} values."


def missing_metrics(samples: PairedSamples, policy: GatePolicy) -> Iterator[tuple[str, str]]:
    """The metrics that the runs cannot have, each with the sentence that says why."""
    for entry in policy.metrics:
        if (refusal := _refusal(entry, samples)) is not None:
            yield entry.metric, refusal


def _refusal(entry: GateMetric, samples: PairedSamples) -> str | None:
    try:
        meant(entry.compared, samples.task)
    except TaskUnsupported as error:
        return error.detail
    return None


def questions(alpha: float, margin: float | None) -> list[Question]:
    """What is asked of one difference: whether it is below 0 and, with a margin, whether it is below the margin.

    Bounds are one-sided, so the level of the two-sided interval is twice as large.
    """
    limits = [0.0] if margin is None else [0.0, margin, -margin]
    return [Question(2 * alpha, limit, margin or USUAL_SOUGHT) for limit in limits]


def evidence_of(versions: Sequence[PairedMetric], margin: float | None) -> DropEvidence:
    """The evidence of one difference from its tests at 0 and, with a margin, at the margin and at minus the margin."""
    at_zero = versions[0].tested
    if at_zero.difference is None:
        return DropEvidence(None, margin)
    difference = versions[0].sign * at_zero.difference
    drops = [_p_below(one) for one in versions]
    if margin is None:
        return DropEvidence(difference, None, drops[0], smallest=at_zero.smallest)
    return DropEvidence(difference, margin, drops[0], drops[2], versions[1].p_not_worse, at_zero.smallest)


def _p_below(found: PairedMetric) -> float | None:
    """The P-value of a difference, with more being better, that is not below the limit of its question."""
    return found.tested.p_below if found.sign > 0 else found.tested.p_above


def _gated(versions: Sequence[PairedMetric], margin: float | None) -> GatedDifference:
    # The bounds of the test at the margin lie where it says that a loss stays within it.
    return GatedDifference(versions[0 if margin is None else 1], margin, evidence_of(versions, margin))


def _tests(samples: PairedSamples, policy: GatePolicy, metrics: Sequence[GateMetric]) -> int:
    """As many tests as there are at most, and one at least."""
    many = len(samples.classes)
    found = sum(many if entry.metric.endswith(".class") and entry.label is None else 1 for entry in metrics)
    for chosen in policy.slices:
        if chosen.column in samples.slices:
            found += len(samples.slices[chosen.column].dictionary_encode().dictionary)
    return max(found, 1)


def _of_classes(samples: PairedSamples, counts: PairedCounts, metrics: Sequence[GateMetric], level: float) -> _OfMetric:
    drawn = _drawn(counts, metrics, level)
    return lambda entry, asked: _of_metric(samples, counts, drawn, entry, asked)


def _of_sets(samples: PairedSamples, counts: PairedCounts, metrics: Sequence[GateMetric], level: float) -> _OfMetric:
    """The tests of one entry of samples with any number of labels: one of all labels, or one for each."""
    measures = SetMeasures(samples, counts, [entry.compared for entry in metrics], seed=SEED, level=level)

    def of_metric(entry: GateMetric, asked: Sequence[Question]) -> Iterator[Sequence[PairedMetric]]:
        by_question = [measures.measure(meant(entry.compared, samples.task), question) for question in asked]
        if entry.metric not in LABEL_METRICS:
            yield [found[0] for found in by_question]
            return
        codes = measures.occurring if entry.label is None else _named(samples.classes, entry.label)
        if not codes:
            yield [_absent(entry, samples)]
        yield from ([found[code] for found in by_question] for code in codes)

    return of_metric


def _of_groups(samples: PairedSamples, counts: PairedCounts) -> _OfMetric:
    """The tests of one entry by the groups of samples: one of all classes, or one for each."""

    def of_metric(entry: GateMetric, asked: Sequence[Question]) -> Iterator[Sequence[PairedMetric]]:
        metric = meant(entry.compared, samples.task)
        by_question = [[*measuring_groups.of_metrics(samples, [metric], question)] for question in asked]
        if metric not in CLASS_METRICS and metric not in LABEL_METRICS:
            yield [found[0] for found in by_question]
            return
        codes = _codes(counts, samples.classes, entry.label)
        if samples.task == "multilabel" and entry.label is None:
            codes = sorted({label for code in np.unique(counts.truth) for label in samples.sets[code]})
        if not codes:
            yield [_absent(entry, samples)]
        yield from ([found[code] for found in by_question] for code in codes)

    return of_metric


def _absent(entry: GateMetric, samples: PairedSamples) -> PairedMetric:
    reason = "the samples have no such class"
    return PairedMetric(entry.metric, DifferenceTest(None, reason=reason), len(samples.truth), label=entry.label)


def _drawn(counts: PairedCounts, metrics: Sequence[GateMetric], level: float) -> dict[str, MetricReplicates]:
    named = {entry.metric for entry in metrics}
    formulas: dict[str, Any] = {
        name: formula for name, formula in (OVERALL_FORMULAS | CLASS_FORMULAS).items() if name in named
    }
    if not formulas:
        return {}
    return replicate(counts, formulas, replicates=replicates_for(len(counts.counts), counts.k, level), seed=SEED)


def _of_metric(
    samples: PairedSamples,
    counts: PairedCounts,
    drawn: dict[str, MetricReplicates],
    entry: GateMetric,
    asked: Sequence[Question],
) -> Iterator[Sequence[PairedMetric]]:
    """The tests of one entry, once for each question: one of all classes, or one for each class."""
    metric, classes = entry.metric, samples.classes
    if metric not in CLASS_METRICS:
        if metric in OVERALL_FORMULAS:
            yield [measuring.overall(metric, drawn[metric], counts, question) for question in asked]
        else:
            yield [measuring.share_of_right(metric, counts, question) for question in asked]
        return
    codes = _codes(counts, classes, entry.label)
    if not codes:
        yield [_absent(entry, samples)]
    elif metric == "roc_auc.class":
        yield from (area_under_curve(samples, code, asked) for code in codes)
    else:
        measure = _by_class(metric, drawn, classes, counts)
        by_question = [measure(question) for question in asked]
        yield from ([found[code] for found in by_question] for code in codes)


def _by_class(
    metric: str, drawn: dict[str, MetricReplicates], classes: Sequence[Label], counts: PairedCounts
) -> Callable[[Question], list[PairedMetric]]:
    if metric == "recall.class":
        return lambda question: measuring.recalls(counts, classes, question)
    return lambda question: measuring.by_class(metric, drawn[metric], classes, counts, question)


def _codes(counts: PairedCounts, classes: Sequence[Label], label: str | None) -> list[int]:
    """The classes of an entry: the one that it names, or all that are the truth of a sample."""
    if label is not None:
        return _named(classes, label)
    return [int(code) for code in np.unique(counts.truth)]


def _named(classes: Sequence[Label], label: str) -> list[int]:
    # The label of a policy outlives its baselines, of which one may have the number 1.0 where another has 1.
    return [code for code, known in enumerate(classes) if label in {str(known), text_of(known)}]
