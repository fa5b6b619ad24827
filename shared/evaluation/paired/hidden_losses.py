"""How likely samples are to show nothing of a loss, which depends on few of them where a class is rare.

A macro mean of two classes falls by 0.05 where a class of ten samples loses a tenth of its hits. Ten samples hold none
of these misses in 35 of 100 sets, however many others there are.
"""

from typing import Any, NamedTuple

import numpy as np

from shared.evaluation.intervals.count_formulas import OverallFormula
from shared.evaluation.types import Floats

# Those with the fewest hits, which hide the most; 1,000 classes would take seconds.
_MOST_CLASSES = 50
# Each halves the bracket of a share: to the ninth digit.
_STEPS = 30
_NEARLY_NONE = 1e-12


class HiddenLosses(NamedTuple):
    """A metric of all classes by the shares of hits, samples and predictions of each, three arrays (k,).

    `right` (k,) are the numbers of samples that are hits. A sample whose class is missed is predicted as another one,
    unless the classes are labels of sets.
    """

    formula: OverallFormula
    hits: Floats
    actual: Floats
    predicted: Floats
    right: Floats
    is_of_sets: bool = False

    def chance(self, loss: float) -> float:
        """The chance that the samples hold none of the misses that would change the metric by a loss.

        It is the largest one of several ways: misses of one class alone, of all others, which are predicted as it, or
        of all alike. What is missed is predicted as the other classes in their shares of the predictions. 0 where no
        way changes the metric so much, 1 of no loss.
        """
        if loss <= 0:
            return 1.0
        missed, targets = self._ways()
        least, most = np.zeros((len(missed), 1)), np.ones((len(missed), 1))
        for _ in range(_STEPS):
            middle = (least + most) / 2
            is_enough = self._change(middle * missed, targets)[:, np.newaxis] >= loss
            least, most = np.where(is_enough, least, middle), np.where(is_enough, middle, most)
        numbers = missed @ self.right
        return float(np.where(numbers > 0, (1 - most[:, 0]) ** numbers, 0.0).max())

    def _ways(self) -> tuple[Floats, Floats]:
        """Of each way which classes are missed, and as which these are predicted then, in shares: two arrays (w, k)."""
        k = len(self.hits)
        # Where the others are predicted of no sample, all of them are alike.
        predicted = np.maximum(self.predicted, _NEARLY_NONE)
        fewest = np.argsort(np.where(self.right > 0, self.right, np.inf), kind="stable")[:_MOST_CLASSES]
        own = np.eye(k)[fewest]
        missed = np.concatenate([own, 1 - own, np.ones((1, k))])
        if self.is_of_sets:
            return missed, np.zeros_like(missed)
        rest = np.maximum(predicted.sum() - predicted, _NEARLY_NONE)
        flows = self.hits / rest
        of_all = predicted * (flows.sum() - flows) / max(float(self.hits.sum()), _NEARLY_NONE)
        return missed, np.concatenate([(1 - own) * predicted / (own @ rest)[:, np.newaxis], own, of_all[np.newaxis]])

    def _change(self, shares: Floats, targets: Floats) -> Any:
        """How far the metric moves where these shares of the hits of each class are missed, (w, k)."""
        gone = shares * self.hits
        predicted = self.predicted - gone + gone.sum(axis=1, keepdims=True) * targets
        moved = self.formula(self.hits - gone, np.broadcast_to(self.actual, gone.shape), predicted)
        return np.abs(moved - self.formula(self.hits, self.actual, self.predicted))
