"""Maps from scores to better probabilities; each says all that another program needs to apply it."""

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.calibration.reliability import CLIPPED_AT
from shared.evaluation.types import Floats

CalibrationMethod = Literal["temperature", "isotonic", "beta"]


class TemperatureMap(NamedTuple):
    """Divides the logit of a score by a temperature (Guo et al. 2017): above 1 scores move towards a half."""

    temperature: float

    def apply(self, scores: NDArray[Any]) -> Floats:
        """The probabilities of scores in [0, 1]."""
        log_odds = logits(scores)
        return sigmoid((log_odds[0] - log_odds[1]) / self.temperature)


class BetaMap(NamedTuple):
    """The logistic function of `a·ln(s) − b·ln(1 − s) + c`, a, b ≥ 0 (Kull, Silva Filho and Flach 2017)."""

    a: float
    b: float
    c: float

    def apply(self, scores: NDArray[Any]) -> Floats:
        """The probabilities of scores in [0, 1]."""
        log_share, log_rest = logits(scores)
        return sigmoid(self.a * log_share - self.b * log_rest + self.c)


class IsotonicMap(NamedTuple):
    """Rising probabilities at rising scores, straight lines between them, and the outermost ones beyond.

    `scores` and `probabilities` have one shape, (m,).
    """

    scores: Floats
    probabilities: Floats

    def apply(self, scores: NDArray[Any]) -> Floats:
        """The probabilities of scores in [0, 1]."""
        return np.interp(scores.astype(np.float64), self.scores, self.probabilities)


CalibrationMap = TemperatureMap | BetaMap | IsotonicMap


def logits(scores: NDArray[Any]) -> tuple[Floats, Floats]:
    """The logarithms of scores and of 1 minus them; scores nearer than CLIPPED_AT to 0 or 1 are moved."""
    cut = np.clip(scores.astype(np.float64), CLIPPED_AT, 1 - CLIPPED_AT)
    return np.log(cut), np.log1p(-cut)


def sigmoid(values: Floats) -> Floats:
    """The logistic function."""
    # By the hyperbolic tangent it cannot overflow.
    found: Floats = (1 + np.tanh(values / 2)) / 2
    return found
