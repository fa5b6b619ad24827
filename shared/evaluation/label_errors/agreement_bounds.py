"""Bounds of Cohen's kappa and of Matthews' correlation if the labels of some samples may be any others.

The predictions stay, so that both depend on the labels by few sums alone: with n samples, h hits, r samples and p
predictions of each class, kappa is (n·h − Σ r·p)/(n² − Σ r·p), and the correlation is
(n·h − Σ r·p)/√((n² − Σ p²)(n² − Σ r²)) (Gorodkin 2004).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.types import Floats

# Dinkelbach's steps square the error; a hundred would be one for each bit of a double and more.
_MAX_STEPS = 100
_BINARY = 2


class AgreementBounds(NamedTuple):
    """The lowest and the highest value; None where the metric may be undefined.

    With `is_attained` some labels of the doubted samples make it as low, and some as high.
    """

    low: float | None
    high: float | None
    is_attained: bool


def kappa_bounds(counts: NDArray[np.int64], doubted: NDArray[np.int64]) -> AgreementBounds:
    """Bounds of kappa, both attained; both matrices (k, k), k > 1, the second is a part of the first.

    Each doubted sample adds to n² − n·h and to n² − Σ r·p by its own label alone, and kappa is 1 minus their ratio. Of
    a ratio of such sums, the extreme has each sample at the extreme of numerator − ratio·denominator (Dinkelbach 1967).
    """
    state = _State.of(counts, doubted)
    if not np.any(state.labelled[state.predicted < state.total]) and state.predicted.max() == state.total:
        return AgreementBounds(None, None, is_attained=True)
    return AgreementBounds(_kappa(state, is_highest=False), _kappa(state, is_highest=True), is_attained=True)


def mcc_bounds(counts: NDArray[np.int64], doubted: NDArray[np.int64]) -> AgreementBounds:
    """Bounds of Matthews' correlation, of two classes attained; the matrices are those of `kappa_bounds`.

    Of two classes, a label that becomes that of its prediction never lowers it: all doubted ones are right, or wrong.
    Of more, numerator and denominator are bounded each by itself.
    """
    state = _State.of(counts, doubted)
    spread = state.total**2 - float(state.predicted @ state.predicted)
    is_attained = len(counts) == _BINARY
    if np.count_nonzero(state.labelled) <= 1 or not spread:
        return AgreementBounds(None, None, is_attained)
    highest = _correlation(state, spread, state.doubted, float(state.doubted.sum()))
    if is_attained:
        return AgreementBounds(_correlation(state, spread, state.doubted[::-1], 0.0), highest, is_attained)
    low, high = _relaxed(state, spread)
    return AgreementBounds(low, highest if _right_is_highest(state) else high, is_attained)


class _State(NamedTuple):
    """Samples, hits and labels (k,) without the doubted ones, predictions (k,) of all, and those of the doubted."""

    total: float
    hits: float
    labelled: Floats
    predicted: Floats
    doubted: Floats

    @classmethod
    def of(cls, counts: NDArray[np.int64], doubted: NDArray[np.int64]) -> "_State":
        known = (counts - doubted).astype(np.float64)
        return cls(
            float(counts.sum()),
            float(np.trace(known)),
            known.sum(axis=1),
            counts.sum(axis=0).astype(np.float64),
            doubted.sum(axis=0).astype(np.float64),
        )


def _kappa(state: _State, *, is_highest: bool) -> float:
    """The extreme of kappa by Dinkelbach's steps, each of which improves the ratio or is the last."""
    n, others = state.total, _other_predictions(state.predicted)
    miss = others.min(axis=1) if is_highest else others.max(axis=1)
    sign, ratio = (1, np.inf) if is_highest else (-1, -np.inf)
    is_hit = np.full(len(miss), is_highest)
    for _ in range(_MAX_STEPS):
        above = n * n - n * (state.hits + float(state.doubted @ is_hit))
        below = n * n - float(state.labelled @ state.predicted)
        below -= float(state.doubted @ np.where(is_hit, state.predicted, miss))
        if sign * above / below >= sign * ratio:
            break
        ratio = above / below
        is_hit = sign * (ratio * state.predicted - n) < sign * ratio * miss
    return 1 - float(ratio)


def _other_predictions(predicted: Floats) -> Floats:
    """The predictions of every other class, shape (k, k − 1)."""
    k = len(predicted)
    return np.broadcast_to(predicted, (k, k))[~np.eye(k, dtype=np.bool_)].reshape(k, k - 1)


def _correlation(state: _State, spread: float, moved: Floats, hits: float) -> float:
    """The correlation if the doubted labels are `moved` (k,), so many of them as predicted."""
    labels = state.labelled + moved
    numerator = state.total * (state.hits + hits) - float(labels @ state.predicted)
    return numerator / float(np.sqrt(spread) * np.sqrt(state.total**2 - labels @ labels))


def _right_is_highest(state: _State) -> bool:
    """True if no class has so many predictions that a wrong label could raise the correlation.

    A label t that becomes its prediction g adds n − p_g + p_t to the numerator N > 0, and 2(r_t − r_g) to the part Q of
    the denominator that is of the labels. As N ≤ (n − r_t)(n + p_t) and Q ≥ 2·r_t(n − r_t), the correlation does not
    fall where n − p_g + p_t ≥ (n + p_t)/2.
    """
    n, predicted = state.total, np.sort(state.predicted)
    labels, hits = state.labelled + state.doubted, state.hits + float(state.doubted.sum())
    numerator = n * hits - float(labels @ state.predicted)
    return numerator > 0 and 2 * predicted[-1] <= n + predicted[0]


def _relaxed(state: _State, spread: float) -> tuple[float, float]:
    """Bounds that take the extreme numerator with the denominator that suits it, whether or not both occur."""
    n, doubts, labelled = state.total, float(state.doubted.sum()), state.labelled
    fixed = n * state.hits - float(labelled @ state.predicted)
    least = fixed - float(state.doubted @ _other_predictions(state.predicted).max(axis=1))
    most = fixed + float(state.doubted @ (n - state.predicted))
    together = float(labelled @ labelled + (2 * labelled.max() + doubts) * doubts)
    narrow, wide = n * n - together, n * n - _most_even(labelled, doubts)
    low = least / float(np.sqrt(spread) * np.sqrt(wide if least >= 0 else narrow))
    high = most / float(np.sqrt(spread) * np.sqrt(narrow if most >= 0 else wide))
    return max(low, -1.0), min(high, 1.0)


def _most_even(labelled: Floats, doubts: float) -> float:
    """The least sum of squares of labels to which so many are added, as if they could be divided."""
    ordered = np.sort(labelled)
    levels = (np.cumsum(ordered) + doubts) / np.arange(1, len(ordered) + 1)
    # The smallest classes are filled up to one level, which the next one reaches by itself.
    filled = int(np.argmax(np.append(ordered[1:], np.inf) >= levels))
    return float((filled + 1) * levels[filled] ** 2 + ordered[filled + 1 :] @ ordered[filled + 1 :])
