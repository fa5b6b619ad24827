"""Why no interval of an area is right both with and without outliers.

Run it as `python -m benchmarks.error_rates.unseen_outliers [sets]`.

Of the scores of positives a share lies far below the others, normal ones 3 above those of negatives. A set that
happens to have none of them is a set of the scores without outliers, and nothing in it tells which of both it is.
"""

import sys
from typing import NamedTuple

import numpy as np
from scipy.stats import binom

from benchmarks.error_rates.score_models import HARD
from benchmarks.error_rates.statistics import ALPHA, SEED
from shared.evaluation.curves.area_spread import area_spread, share_moments
from shared.evaluation.intervals.areas import area_interval, shares_below

OUTLIERS = 0.02
SIDES = ((10, 190), (95, 1905), (1000, 1000))
PLAIN, WITH_OUTLIERS = HARD[0], HARD[-1]


class Unseen(NamedTuple):
    """The chance of a set without outliers, and of these the share whose interval has to hold the area with them.

    `reach` is the share whose interval does, and `errors` how many standard errors the areas lie apart.
    """

    none: float
    has_to: float
    reach: float
    errors: float


def unseen(sides: tuple[int, int], sets: int) -> Unseen:
    """Count in so many sets without outliers."""
    none, random = float(binom.pmf(0, sides[0], OUTLIERS)), np.random.default_rng(SEED)
    # Where no other set misses the area, the sets without outliers may be all of those that do.
    has_to = max(1 - ALPHA / none, 0.0)
    reached, found = 0, []
    for _ in range(sets):
        high, low = PLAIN.draw(random, *sides)
        won, kept = shares_below(high, low), 1 - shares_below(low, high)
        spread = area_spread(share_moments(1 - won), share_moments(1 - kept))
        assert spread is not None, "there are two of either kind"
        area = float(won.mean())
        bounds = area_interval(area, spread, sides, ALPHA)
        found.append(area)
        reached += bounds is not None and bounds[0] <= WITH_OUTLIERS.area
    return Unseen(none, has_to, reached / sets, (PLAIN.area - WITH_OUTLIERS.area) / float(np.std(found)))


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"Area without outliers {PLAIN.area:.4f}, with them {WITH_OUTLIERS.area:.4f}.\n")
    print("| positives | negatives | sets without outliers | have to hold it | hold it | standard errors apart |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for sides in SIDES:
        none, has_to, reach, errors = unseen(sides, sets)
        row = f"| {sides[0]} | {sides[1]} | {none:.1%} | {has_to:.1%} | {reach:.1%} | {errors:.1f} |"
        print(row, flush=True)


if __name__ == "__main__":
    main()
