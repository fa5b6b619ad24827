"""Distributions of the scores of positives and negatives, with the area under the ROC curve that they have."""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Sides = tuple[Floats, Floats]

_FALLING = np.array([0.4, 0.3, 0.15, 0.1, 0.05])


class ScoreModel(NamedTuple):
    """Scores of so many positives and negatives, and the chance that a positive's is higher, equal ones half."""

    name: str
    area: float
    draw: Callable[[np.random.Generator, int, int], Sides]


def _normal(mean: float, deviation: float) -> ScoreModel:
    def draw(random: np.random.Generator, positives: int, negatives: int) -> Sides:
        return random.normal(mean, deviation, positives), random.normal(size=negatives)

    area = NormalDist().cdf(mean / math.hypot(1, deviation))
    return ScoreModel(f"normal, {mean:g} apart, deviations {deviation:g} and 1", area, draw)


def _exponential(mean: float) -> ScoreModel:
    def draw(random: np.random.Generator, positives: int, negatives: int) -> Sides:
        return random.exponential(mean, positives), random.exponential(size=negatives)

    return ScoreModel(f"exponential, means {mean:g} and 1", mean / (mean + 1), draw)


def _mixed() -> ScoreModel:
    def draw(random: np.random.Generator, positives: int, negatives: int) -> Sides:
        is_easy = random.random(positives) < 0.7
        return random.normal(size=positives) + 3 * is_easy, random.normal(size=negatives)

    return ScoreModel(
        "normal, 7 of 10 positives 3 apart, 3 like negatives", 0.7 * NormalDist().cdf(3 / math.sqrt(2)) + 0.15, draw
    )


def _graded() -> ScoreModel:
    def draw(random: np.random.Generator, positives: int, negatives: int) -> Sides:
        rising = random.choice(5, positives, p=_FALLING[::-1]), random.choice(5, negatives, p=_FALLING)
        return rising[0].astype(float), rising[1].astype(float)

    below = np.cumsum(_FALLING) - _FALLING / 2
    return ScoreModel("five grades", float(_FALLING[::-1] @ below), draw)


def _beta() -> ScoreModel:
    def draw(random: np.random.Generator, positives: int, negatives: int) -> Sides:
        return random.beta(4, 2, positives), random.beta(2, 5, negatives)

    # The integral of the one density by the other's distribution, over polynomials: by quadrature.
    x = (np.arange(200_000) + 0.5) / 200_000
    below = 1 - (1 - x) ** 6 - 6 * x * (1 - x) ** 5
    return ScoreModel("beta(4, 2) and beta(2, 5)", float(np.mean(20 * x**3 * (1 - x) * below)), draw)


def _long_tailed(mean: float) -> ScoreModel:
    def draw(random: np.random.Generator, positives: int, negatives: int) -> Sides:
        return random.laplace(mean, 1, positives), random.laplace(size=negatives)

    return ScoreModel(f"Laplace, {mean:g} apart", 1 - math.exp(-mean) * (2 + mean) / 4, draw)


def _student(mean: float) -> ScoreModel:
    def draw(random: np.random.Generator, positives: int, negatives: int) -> Sides:
        return mean + random.standard_t(3, positives), random.standard_t(3, negatives)

    # Both integrals of the density, over the angle of which the score is √3 times the tangent: by quadrature.
    angle = ((np.arange(200_000) + 0.5) / 200_000 - 0.5) * math.pi
    other = np.arctan(np.tan(angle) + mean / math.sqrt(3))
    below = 0.5 + (other + np.sin(other) * np.cos(other)) / math.pi
    return ScoreModel(f"Student's t of 3, {mean:g} apart", float(np.mean(2 * np.cos(angle) ** 2 * below)), draw)


def _student_of_two(mean: float) -> ScoreModel:
    def draw(random: np.random.Generator, positives: int, negatives: int) -> Sides:
        return mean + random.standard_t(2, positives), random.standard_t(2, negatives)

    # The mean over the quantiles of the one distribution of the other's.
    rank = (np.arange(200_000) + 0.5) / 200_000
    score = mean + (2 * rank - 1) / np.sqrt(2 * rank * (1 - rank))
    below = 0.5 + score / (2 * np.sqrt(2 + score**2))
    return ScoreModel(f"Student's t of 2, {mean:g} apart", float(below.mean()), draw)


def _with_outliers(share: float) -> ScoreModel:
    def draw(random: np.random.Generator, positives: int, negatives: int) -> Sides:
        is_far = random.random(positives) < share
        return random.normal(size=positives) + np.where(is_far, -2, 3), random.normal(size=negatives)

    area = (1 - share) * NormalDist().cdf(3 / math.sqrt(2)) + share * NormalDist().cdf(-2 / math.sqrt(2))
    return ScoreModel(f"normal, 3 apart, {share:.0%} of positives 2 below", area, draw)


SCORE_MODELS = (
    *(_normal(*shape) for shape in ((1, 1), (0.3, 1), (2, 1), (1.5, 2), (1, 0.5))),
    *(_exponential(mean) for mean in (3, 10)),
    *(_mixed(), _graded(), _beta()),
)
# Of these a single negative may lie above almost all positives.
LONG_TAILED = (*(_long_tailed(mean) for mean in (1, 2, 3, 4, 6)), *(_student(mean) for mean in (2, 4)))
# Areas near 1, and those of sets that look better than they are: of which hardly any interval holds its level.
HARD = (_normal(3, 1), _student_of_two(6), _student_of_two(4), _with_outliers(0.02))
