"""The differences of metrics of samples with any number of labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from shared.comparisons import measuring
from shared.comparisons.measuring import PairedMetric
from shared.comparisons.options import LABEL_METRICS, ComparedMetric
from shared.comparisons.pairing import PairedSamples
from shared.evaluation.intervals.count_formulas import CLASS_OF_SETS, OVERALL_OF_SETS
from shared.evaluation.paired.discordance import Pairs
from shared.evaluation.paired.tensor import MetricReplicates, PairedCounts, replicate_sets, replicates_for
from shared.evaluation.paired.testing import DifferenceTest, Question
from shared.evaluation.types import Flags

# The bootstrap holds five numbers for each label of each different triple of sets: 400 MB.
MAX_MARKS = 10_000_000
_TOO_MANY = f"the sets of labels differ in more than {MAX_MARKS:,} ways that the bootstrap would have to hold"


def membership(sets: Sequence[Sequence[int]], labels: int) -> Flags:
    """Whether each set has each label, (sets, labels)."""
    members = np.zeros((len(sets), labels), bool)
    for own, one in zip(members, sets, strict=True):
        own[list(one)] = True
    return members


class SetMeasures:
    """Tests of metrics of paired samples; what is drawn for one of them is drawn for all.

    `level` is what the P-value of the most significant test must be below.
    """

    def __init__(
        self,
        samples: PairedSamples,
        counts: PairedCounts,
        metrics: Sequence[ComparedMetric],
        *,
        seed: int,
        level: float,
    ) -> None:
        self._labels, self._counts = samples.classes, counts
        self._members = membership(samples.sets, len(samples.classes))
        formulas: dict[str, Any] = {
            name: formula for name, formula in (OVERALL_OF_SETS | CLASS_OF_SETS).items() if name in metrics
        }
        fits = len(counts.counts) * len(self._labels) <= MAX_MARKS
        self.replicates = replicates_for(len(counts.counts), len(self._labels), level) if formulas and fits else None
        self._drawn: dict[str, MetricReplicates] = {}
        if self.replicates is not None:
            self._drawn = replicate_sets(counts, self._members, formulas, replicates=self.replicates, seed=seed)

    @property
    def occurring(self) -> list[int]:
        """The labels that a sample has."""
        return [int(code) for code in np.flatnonzero(self._members[np.unique(self._counts.truth)].any(axis=0))]

    def measure(self, metric: ComparedMetric, question: Question) -> list[PairedMetric]:
        """A metric: one difference of all labels together, or one of each label."""
        counts = self._counts
        if metric == "multilabel.subset_accuracy":
            return [measuring.share_of_right(metric, counts, question)]
        if metric == "multilabel.recall.class":
            return [self._recall(code, question) for code in range(len(self._labels))]
        if metric not in self._drawn:
            labels = self._labels if metric in LABEL_METRICS else [None]
            n = int(counts.counts.sum())
            return [PairedMetric(metric, DifferenceTest(None, reason=_TOO_MANY), n, label=label) for label in labels]
        if metric in LABEL_METRICS:
            return measuring.by_class(metric, self._drawn[metric], self._labels, counts, question)
        return [measuring.overall(metric, self._drawn[metric], counts, question)]

    def _recall(self, code: int, question: Question) -> PairedMetric:
        """The share of the samples with a label that are said to have it."""
        has_label, counts = self._members[:, code], self._counts
        own, found, also = (has_label[codes] for codes in (counts.truth, counts.baseline, counts.candidate))
        chosen = (own & found & also, own & found & ~also, own & ~found & also, own & ~found & ~also)
        sums = (int(counts.counts[cells].sum()) for cells in chosen)
        return measuring.of_pairs("multilabel.recall.class", Pairs(*sums), question, label=self._labels[code])
