"""How often two equally good scores are found to differ by the areas under their ROC curves.

    python -m benchmarks.error_rates.area_differences [sets]

The scores of two models share a part of what is drawn for a sample, and have the same area. The shares of the sets in
which the P-value is at most 5 %, and in brackets that by the normal deviate instead of Student's. 3,000 sets of each
kind if not told otherwise, all from one seed.
"""

import math
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.distributions import normal_upper_tail
from shared.evaluation.intervals.areas import areas, difference_spread
from shared.evaluation.paired.area_testing import of_areas
from shared.evaluation.paired.testing import Question
from shared.evaluation.types import Floats

SEED = 7
SIDES = ((50, 50), (10, 90), (100, 100), (10, 190), (20, 380), (250, 250), (1000, 1000), (95, 1905))
ALPHA = 0.05
QUESTION = Question(ALPHA, None, 0.01)
# The share of the variance of a score that both models have in common.
_COMMON = 0.6
_GRADES = (-1.0, 0.0, 1.0, 2.0)

Drawing = Callable[[np.random.Generator, NDArray[np.bool_]], Floats]


def _both(noise: Callable[[int], Floats], means: Floats) -> Floats:
    own = np.array([noise(len(means)) for _ in range(2)])
    return means + math.sqrt(_COMMON) * noise(len(means)) + math.sqrt(1 - _COMMON) * own


def _normal(apart: float) -> Drawing:
    return lambda random, is_positive: _both(lambda n: random.normal(size=n), np.where(is_positive, apart, 0.0))


def _student(apart: float) -> Drawing:
    return lambda random, is_positive: _both(lambda n: random.standard_t(3, n), np.where(is_positive, apart, 0.0))


def _grades(apart: float) -> Drawing:
    return lambda random, is_positive: np.digitize(_normal(apart)(random, is_positive), _GRADES).astype(float)


def _of_two_shapes(random: np.random.Generator, is_positive: NDArray[np.bool_]) -> Floats:
    """Positives of deviation 1 and 2, as far above the negatives as gives both the same area."""
    first, second = _normal(0.0)(random, is_positive)
    return np.array([first + is_positive, np.where(is_positive, math.sqrt(5 / 2) + 2 * second, second)])


KINDS: dict[str, Drawing] = {
    "normal, 0.3 apart": _normal(0.3),
    "normal, 1 apart": _normal(1.0),
    "normal, 2 apart": _normal(2.0),
    "Student's t of 3, 1 apart": _student(1.0),
    "Student's t of 3, 2 apart": _student(2.0),
    "five grades, 1 apart": _grades(1.0),
    "five grades, 2 apart": _grades(2.0),
    "normal, positives of deviation 1 and 2": _of_two_shapes,
}


def alarms(kind: Drawing, sides: tuple[int, int], sets: int) -> tuple[float, float]:
    """How often a difference is shown, and how often the normal deviate would show one."""
    random = np.random.default_rng(SEED)
    is_positive = np.arange(sum(sides)) < sides[0]
    by_student = by_normal = 0
    for _ in range(sets):
        both = areas(is_positive, kind(random, is_positive))
        difference, spread = difference_spread(both)
        by_student += (of_areas(both, QUESTION).p_value or 1.0) <= ALPHA
        by_normal += spread.error > 0 and 2 * normal_upper_tail(abs(difference) / spread.error) <= ALPHA
    return by_student / sets, by_normal / sets


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    print(f"| scores | {' | '.join(f'{high:,} and {low:,}' for high, low in SIDES)} |\n| --- |{' ---: |' * len(SIDES)}")
    for name, kind in KINDS.items():
        found = (alarms(kind, sides, sets) for sides in SIDES)
        print(
            f"| {name} | {' | '.join(f'{100 * own:.1f}% ({100 * normal:.1f}%)' for own, normal in found)} |", flush=True
        )


if __name__ == "__main__":
    main()
