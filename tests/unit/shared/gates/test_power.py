"""What a gate finds is what the best test of its level would find, by exact probabilities and not by simulation."""

import numpy as np
import pytest
from scipy.stats import binom, norm

from benchmarks.error_rates.gates import best_chance, samples_for
from shared.evaluation.paired.discordance import Pairs, mcnemar_mid_p

LEVEL = 0.05


def chance_of_failing(size: int, discordant: float, loss: float) -> float:
    """The exact chance that a gate of one metric without a margin fails: McNemar's mid-P test, one-sided."""
    total = 0.0
    for number, weight in enumerate(binom.pmf(np.arange(size + 1), size, discordant)):
        if weight < 1e-10:
            continue
        worse = np.arange(number // 2 + 1, number + 1)
        # P-values fall with the samples that are lost, so that the first one at the level is found by halves.
        low, high = 0, len(worse)
        while low < high:
            middle = (low + high) // 2
            broken = int(worse[middle])
            if mcnemar_mid_p(Pairs(0, broken, number - broken, 0)) / 2 <= LEVEL:
                high = middle
            else:
                low = middle + 1
        if low < len(worse):
            total += weight * binom.sf(worse[low] - 1, number, (1 + loss / discordant) / 2)
    return float(total)


@pytest.mark.parametrize("discordant", [0.03, 0.06, 0.09, 0.15])
def test_no_test_finds_more_than_the_gate_but_for_a_point(discordant: float) -> None:
    best = best_chance(2000, discordant, 0.02, LEVEL)

    assert chance_of_failing(2000, discordant, 0.02) == pytest.approx(best, abs=0.01)
    assert chance_of_failing(2000, discordant, 0.0) == pytest.approx(LEVEL, abs=0.006)


def test_a_loss_of_two_points_among_15_percent_discordant_is_found_by_no_test_in_nine_of_ten() -> None:
    assert best_chance(2000, 0.15, 0.02, LEVEL) == pytest.approx(0.748, abs=0.001)
    # Nor at a level of 6 %.
    assert best_chance(2000, 0.15, 0.02, 0.06) < 0.78
    assert samples_for(0.9, 0.15, 0.02, LEVEL) == 3200


def test_the_chance_of_the_best_test_is_near_that_of_a_normal_deviate() -> None:
    deviate = 0.02 * np.sqrt(2000 / 0.15)
    expected = norm.sf(norm.isf(LEVEL) - deviate)

    assert best_chance(2000, 0.15, 0.02, LEVEL) == pytest.approx(expected, abs=0.005)
    assert best_chance(2000, 0.15, 1e-9, LEVEL) == pytest.approx(LEVEL, abs=1e-6)
