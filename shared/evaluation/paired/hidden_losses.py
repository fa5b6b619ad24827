"""How likely samples are to show nothing of a loss, which depends on few of them where a class is rare.

A macro mean of two classes falls by 0.05 where a class of ten samples loses a tenth of its hits. Ten samples hold none
of these misses in 35 of 100 sets, however many others there are.
"""

from typing import Any, NamedTuple

import numpy as np

from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula
from shared.evaluation.types import Floats

# Those with the fewest hits, which hide the most: of 1,000 classes all would take seconds. They are fewer where classes
# are very many, as a way has a number of each.
_MOST_CLASSES, _MOST_NUMBERS = 50, 100_000
# Each halves the bracket of a share: to the ninth digit.
_STEPS = 30
_NEARLY_NONE = 1e-12


class ClassShares(NamedTuple):
    """The shares of hits, samples and predictions of each class, (k,), and the numbers of samples that are hits."""

    hits: Floats
    actual: Floats
    predicted: Floats
    right: Floats


class HiddenLosses(NamedTuple):
    """Ways to be worse, of which samples may show nothing: what would change if all samples of a way were wrong.

    A metric of the classes by their shares of hits, samples and predictions, (k,); the hits that go and the predictions
    that come by each way, (w, k); and the numbers of samples that it is among, (w,).
    """

    formula: ClassFormula | OverallFormula
    before: tuple[Floats, Floats, Floats]
    gone: Floats
    came: Floats
    numbers: Floats

    def chance(self, loss: float) -> float:
        """The chance that none of the samples is wrong where the metric is lower, or higher, by a loss.

        It is that of the way that hides most; 0 where none changes the metric so much, and 1 of no loss.
        """
        if loss <= 0:
            return 1.0
        least, most = np.zeros((len(self.gone), 1)), np.ones((len(self.gone), 1))
        before = self.formula(*self.before)
        for _ in range(_STEPS):
            middle = (least + most) / 2
            is_enough = np.abs(self._after(middle) - before) >= loss
            least, most = np.where(is_enough, least, middle), np.where(is_enough, middle, most)
        return float(np.where(self.numbers > 0, (1 - most[:, 0]) ** self.numbers, 0.0).max())

    def _after(self, shares: Floats) -> Any:
        """The metric where these shares of the samples of each way are wrong, (w, 1)."""
        hits, actual, predicted = self.before
        gone = shares * self.gone
        after = self.formula(hits - gone, np.broadcast_to(actual, gone.shape), predicted - gone + shares * self.came)
        return np.reshape(after, shares.shape)


def of_all(formula: OverallFormula, classes: ClassShares, *, are_sets: bool) -> HiddenLosses:
    """What may be hidden of a metric of all classes: misses of one class, of all others, or of all alike.

    Misses of one class, or of all alike, are predicted as the other classes in their shares of the predictions, those
    of all others as it; in sets of labels they are predicted as nothing.
    """
    hits, actual, predicted, right = classes
    k = len(hits)
    most = max(1, min(_MOST_CLASSES, _MOST_NUMBERS // k))
    fewest = np.argsort(np.where(right > 0, right, np.inf), kind="stable")[:most]
    own = (fewest[:, np.newaxis] == np.arange(k)).astype(float)
    missed = np.concatenate([own, 1 - own, np.ones((1, k))])
    gone = missed * hits
    # Where the others are predicted of no sample, all of them are alike.
    likely = np.maximum(predicted, _NEARLY_NONE)
    rest = np.maximum(likely.sum() - likely, _NEARLY_NONE)
    flows = hits / rest
    came = np.concatenate(
        [
            (1 - own) * likely * (own @ flows)[:, np.newaxis],
            own * ((1 - own) @ hits)[:, np.newaxis],
            (likely * (flows.sum() - flows))[np.newaxis],
        ]
    )
    return HiddenLosses(formula, (hits, actual, predicted), gone, came * (not are_sets), missed @ right)


def of_one(formula: ClassFormula, classes: ClassShares, code: int, samples: float, *, are_sets: bool) -> HiddenLosses:
    """What may be hidden of a metric of one class: misses of its own, and samples of others that are predicted as it.

    Those are hits of other classes, or of `samples` in all those that do not have the label and are not predicted to.
    """
    hits, actual, predicted = (float(part[code]) for part in classes[:3])
    right = float(classes.right[code])
    others, number = float(classes.hits.sum()) - hits, float(classes.right.sum()) - right
    if are_sets:
        others = max(1 - actual - predicted + hits, 0.0)
        number = others * samples
    before = np.array([hits]), np.array([actual]), np.array([predicted])
    ways = np.array([[hits], [0.0]]), np.array([[0.0], [others]]), np.array([right, number])
    return HiddenLosses(formula, before, *ways)
