"""The differences of samples that come in groups, each tested by these."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow.compute as pc

from shared.comparisons.measuring import PairedMetric
from shared.comparisons.pairing import PairedSamples
from shared.comparisons.results import SliceValue
from shared.evaluation.paired.clustered_testing import of_groups, sums_of_groups
from shared.evaluation.paired.testing import Question
from shared.evaluation.types import Flags, Integers, Label


def of_metrics(samples: PairedSamples, metrics: Sequence[str], question: Question) -> Iterator[PairedMetric]:
    """The differences of these metrics, of which each is a share of samples that are right or wrong."""
    for metric in metrics:
        if metric == "recall.class":
            for code, label in enumerate(samples.classes):
                yield _share(samples, metric, samples.truth == code, question, label=label)
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
) -> PairedMetric:
    truth = samples.truth[chosen]
    first, second = ((side[chosen] == truth) for side in (samples.baseline, samples.candidate))
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


def _groups(samples: PairedSamples) -> Integers:
    assert samples.groups is not None, "callers test samples that come in groups"
    return samples.groups
