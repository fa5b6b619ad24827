"""The result of a comparison from paired samples; pure, so that it may run anywhere."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from shared.comparisons import groups, measuring, measuring_groups
from shared.comparisons.counting import counted, flips_of, slice_counts
from shared.comparisons.measuring import PairedMetric
from shared.comparisons.measuring_sets import SetMeasures
from shared.comparisons.options import CLASS_FORMULAS, CLASS_METRICS, LABEL_METRICS, OVERALL_FORMULAS, ComparisonOptions
from shared.comparisons.pairing import PairedSamples
from shared.comparisons.results import ComparisonResult, FlipCounts, MetricDifference, SliceValue
from shared.comparisons.tasks import completed, share_of_right
from shared.comparisons.words import sentence
from shared.evaluation.paired.tensor import PairedCounts, replicate, replicates_for
from shared.evaluation.paired.testing import OUT_OF_REACH, Question
from shared.evaluation.paired.verdicts import Evidence, holm_of_some, out_of_reach, verdict
from shared.kit.computation import computation
from shared.kit.number_format import counted_text

# The same samples give the same answer.
SEED = 0


class _Family(NamedTuple):
    """All differences of a comparison, and the numbers of its bootstrap."""

    measured: list[PairedMetric]
    replicates: int | None


def evaluate(samples: PairedSamples, options: ComparisonOptions) -> ComparisonResult:
    """Compare the candidate with the baseline; raises TaskUnsupported for a metric that the two cannot have."""
    options = completed(options, samples.task)
    counts = counted(samples)
    question = Question(options.alpha, options.margin, options.sought)
    slices, left_out = slice_counts(samples, options.slices)
    measured, replicates = _family(samples, counts, slices, options, question)
    differences = _judged(measured, question)
    return ComparisonResult(
        verdict=differences[0].verdict,
        summary=sentence(
            differences[0], options.alpha, is_weighted=samples.weights is not None, by=_by(samples, options)
        ),
        samples=len(samples.truth),
        classes=[] if samples.task == "correctness" else samples.classes,
        tests=sum(found.p_adjusted is not None for found in differences),
        sought_difference=options.sought,
        replicates=replicates,
        differences=differences,
        flips=flips_of(counts),
        flips_by_class=list(_flips_by_class(samples, counts)),
        flips_by_slice=[flips_of(of_slice, slice_value=value) for value, of_slice in slices.items()],
        notices=[*([] if options.group else groups.notices(samples.grouped_by)), *_of_weights(samples), *left_out],
        weighted_by=samples.weighted_by,
        grouped_by=options.group,
        groups=_number_of_groups(samples),
        computed_by=computation(SEED),
    )


def _number_of_groups(samples: PairedSamples) -> int | None:
    return None if samples.groups is None else int(samples.groups.max()) + 1


def _by(samples: PairedSamples, options: ComparisonOptions) -> str:
    number = _number_of_groups(samples)
    return "" if number is None else f" by “{(options.group or '')[:50]}”, {counted_text(number, 'group')}"


def _of_weights(samples: PairedSamples) -> list[str]:
    if samples.weights is None:
        return []
    said = f"Metrics and differences count each sample by its weight in “{samples.weighted_by}”; "
    return [
        f"{said}fixed and broken ones are numbers of samples, and churn and the negative flip rate shares of these."
    ]


def _flips_by_class(samples: PairedSamples, counts: PairedCounts) -> Iterator[FlipCounts]:
    """What changed in the samples of each class, or that have each label; nothing of flags."""
    if samples.task == "correctness":
        return
    for code, label in enumerate(samples.classes):
        own = counts.of_truths([at for at, one in enumerate(samples.sets) if code in one] if samples.sets else [code])
        if len(own.counts):
            yield flips_of(own, label=label)


def _family(
    samples: PairedSamples,
    counts: PairedCounts,
    slices: dict[SliceValue, PairedCounts],
    options: ComparisonOptions,
    question: Question,
) -> _Family:
    """Every difference that is asked for: of all samples, of classes, and the first metric's in slices."""
    metrics = list(dict.fromkeys(options.metrics))
    if samples.groups is not None:
        of_values = [
            measuring_groups.of_slice(samples, share_of_right(samples.task), value, question) for value in slices
        ]
        return _Family([*measuring_groups.of_metrics(samples, metrics, question), *of_values], None)
    by_class = [metric in CLASS_METRICS or metric in LABEL_METRICS for metric in metrics]
    level = question.alpha / (sum(len(samples.classes) if is_many else 1 for is_many in by_class) + len(slices))
    of_slices = [
        measuring.share_of_right(share_of_right(samples.task), found, question, value)
        for value, found in slices.items()
    ]
    if samples.task == "multilabel":
        measures = SetMeasures(samples, counts, metrics, seed=SEED, level=level)
        of_all = [found for metric in metrics for found in measures.measure(metric, question)]
        return _Family([*of_all, *of_slices], measures.replicates)
    formulas: dict[str, Any] = {
        name: formula for name, formula in (OVERALL_FORMULAS | CLASS_FORMULAS).items() if name in metrics
    }
    replicates = replicates_for(len(counts.counts), counts.k, level) if formulas else None
    drawn = replicate(counts, formulas, replicates=replicates or 0, seed=SEED) if formulas else {}
    measured: list[PairedMetric] = []
    for metric in metrics:
        if metric == "recall.class":
            measured += measuring.recalls(counts, samples.classes, question)
        elif metric == "roc_auc.class":
            measured += measuring.areas_under_curves(samples, question)
        elif metric in CLASS_METRICS:
            measured += measuring.by_class(metric, drawn[metric], samples.classes, counts, question)
        elif metric in formulas:
            measured.append(measuring.overall(metric, drawn[metric], counts, question))
        else:
            measured.append(measuring.share_of_right(metric, counts, question))
    return _Family([*measured, *of_slices], replicates)


def _judged(measured: list[PairedMetric], question: Question) -> list[MetricDifference]:
    """The differences with P-values adjusted for all of them, and their verdicts."""
    adjusted = holm_of_some([found.tested.p_value for found in measured])
    not_worse = holm_of_some([found.p_not_worse for found in measured])
    equivalent = holm_of_some([found.p_equivalent for found in measured])
    unreached = out_of_reach(
        [found.tested.p_value for found in measured], [2 * found.tested.smallest for found in measured], question.alpha
    )
    evidence = (
        Evidence(_better(found), 1.0 if found.tested.is_alike else of_any, of_worse, of_both, is_unreached)
        for found, of_any, of_worse, of_both, is_unreached in zip(
            measured, adjusted, not_worse, equivalent, unreached, strict=True
        )
    )
    return list(_differences(measured, adjusted, evidence, question))


def _better(found: PairedMetric) -> float | None:
    return None if found.tested.difference is None else found.sign * found.tested.difference


def _differences(
    measured: list[PairedMetric], adjusted: list[float | None], evidence: Iterator[Evidence], question: Question
) -> Iterator[MetricDifference]:
    for found, of_any, known in zip(measured, adjusted, evidence, strict=True):
        tested = found.tested
        low, high = tested.interval or (None, None)
        yield MetricDifference(
            metric=found.metric,
            label=found.label,
            slice=found.slice,
            verdict=verdict(known, question.alpha, question.margin),
            samples=found.samples,
            discordant=found.discordant,
            baseline=found.baseline,
            candidate=found.candidate,
            difference=tested.difference,
            low=low,
            high=high,
            method=tested.method,
            p_value=tested.p_value,
            p_exact=tested.p_exact,
            p_adjusted=of_any,
            p_not_worse=known.p_not_worse,
            p_equivalent=known.p_equivalent,
            detectable_difference=found.detectable,
            samples_needed=found.needed,
            reason=OUT_OF_REACH if known.is_out_of_reach else tested.reason,
        )
