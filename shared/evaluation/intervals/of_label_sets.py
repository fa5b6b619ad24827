"""Intervals of what samples with sets of labels add up to: ratios of two sums, and means over samples and labels.

How often each combination of a sample's numbers of hits, labels and predicted labels occurs is multinomial, and these
metrics are smooth functions of it, so that the delta method knows how far they vary however much the labels of one
sample hang together. A ratio r of the sums of x and y has the variance of the mean of (x − r·y)/mean y (Cochran 1977,
chapter 6).
"""

from collections.abc import Callable

import numpy as np

from shared.evaluation import rates
from shared.evaluation.intervals.delta import ROUNDING, Spread
from shared.evaluation.intervals.logit import spread_interval
from shared.evaluation.intervals.of_matrix import NO_SPREAD, Confidence, Estimate
from shared.evaluation.multilabel.label_set_counts import LabelSetCounts, evaluate_counts
from shared.evaluation.types import Floats

NOT_MEASURED = "the run was read before it was measured how far means over labels vary"

# Of the hits, labels and predicted labels of a sample: the part and the whole.
_RATES: dict[str, Callable[..., tuple[Floats, Floats]]] = {
    "precision": rates.precision,
    "recall": rates.recall,
    "f1": rates.f1,
    "jaccard": rates.jaccard,
}


def sample_estimates(counts: LabelSetCounts, confidence: Confidence) -> dict[str, Estimate]:
    """The pooled metrics and the means over samples and labels that have a value, by id without `multilabel.`."""
    *sizes, times = counts.by_sample.T.astype(np.float64)
    hits, actual, predicted = sizes
    decisions = np.full(len(times), float(len(counts.by_label)))
    sums = {"hamming_loss": (actual + predicted - 2 * hits, decisions)}
    for name, rate in _RATES.items():
        part, whole = rate(hits, actual, predicted)
        is_defined = whole > 0
        share = np.divide(part, whole, out=np.zeros(len(times)), where=is_defined)
        sums |= {f"{name}.micro": (part, whole), f"{name}.samples": (share, is_defined.astype(np.float64))}
    # Weighted by their samples, the labels' recalls are the hits of all labels by the samples of all.
    sums["recall.weighted"] = sums["recall.micro"]
    found = {name: _ratio(*of, times, confidence) for name, of in sums.items() if times @ of[1] > 0}
    return _label_means(counts, confidence) | found


def _label_means(counts: LabelSetCounts, confidence: Confidence) -> dict[str, Estimate]:
    averages, found = evaluate_counts(counts).averages, {}
    for rate in _RATES:
        for averaging in ("macro", "weighted"):
            name, value = f"{rate}.{averaging}", getattr(getattr(averages, rate), averaging)
            if value is not None:
                spread = counts.means.get(name)
                found[name] = (
                    Estimate(value, reason=NOT_MEASURED)
                    if spread is None
                    else _bounded(value, spread.variance, spread.kurtosis, counts.rows, confidence)
                )
    return found


def _ratio(part: Floats, whole: Floats, times: Floats, confidence: Confidence) -> Estimate:
    """The ratio of two sums over samples, of which each row stands for so many."""
    samples = times.sum()
    ratio = (times @ part) / (times @ whole)
    off = (part - ratio * whole) * samples / (times @ whole)
    variance = (times @ off**2 / samples).item()
    kurtosis = (times @ off**4 / samples).item() / variance**2 if variance else 0.0
    return _bounded(ratio.item(), variance, kurtosis, samples.item(), confidence)


def _bounded(value: float, variance: float, kurtosis: float, samples: float, confidence: Confidence) -> Estimate:
    if not variance > ROUNDING**2:
        return Estimate(value, reason=NO_SPREAD)
    spread = Spread(np.sqrt(variance / samples), np.asarray(kurtosis), np.asarray(value))
    bounds = spread_interval(value, spread, samples, confidence.student_critical)
    return Estimate(value, reason=NO_SPREAD) if bounds is None else Estimate(value, *bounds, "delta")
