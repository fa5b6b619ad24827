import math

import numpy as np
import pytest
from scipy.stats import binom

from shared.evaluation.intervals.count_formulas import CLASS_PROPORTIONS, OVERALL
from shared.evaluation.paired.replicate_testing import of_replicates
from shared.evaluation.paired.tensor import Formula, count_pairs, replicate
from shared.evaluation.paired.testing import (
    Question,
)
from shared.evaluation.types import Integers

FORMULAS: dict[str, Formula] = {"recall.macro": OVERALL["recall.macro"], "f1.class": CLASS_PROPORTIONS["f1.class"]}


def answers(broken: int, fixed: int = 0, rare: int = 100, size: int = 2000) -> tuple[Integers, Integers, Integers]:
    """Truth and predictions, of which the candidate's alone are wrong, or right, in so many of the rare class."""
    truth = (np.arange(size) < rare).astype(int)
    baseline, candidate = truth.copy(), truth.copy()
    baseline[:fixed], candidate[fixed : fixed + broken] = 0, 0
    return truth, baseline, candidate


def test_without_a_margin_it_is_the_test_of_exchanged_predictions() -> None:
    counts = count_pairs(*answers(12, 4), 2)

    (deviate,) = [
        one.deviate(0.0) for one in replicate(counts, FORMULAS, replicates=100, seed=0)["recall.macro"].margins
    ]

    # McNemar's statistic without a correction for continuity.
    assert deviate == pytest.approx(-(12 - 4) / math.sqrt(12 + 4), rel=1e-4)


@pytest.mark.parametrize("broken", [2, 4, 6])
def test_of_losses_alone_it_has_the_spread_that_they_would_have_at_the_margin(broken: int) -> None:
    counts = count_pairs(*answers(broken), 2)

    (one,) = replicate(counts, FORMULAS, replicates=100, seed=0)["recall.macro"].margins
    deviate = one.deviate(-0.05)

    # The recall of the class falls by 0.1: ten of the hundred.
    exact = binom.cdf(broken, 100, 0.1)
    mid_p = exact - binom.pmf(broken, 100, 0.1) / 2
    assert deviate is not None
    assert mid_p <= 0.5 * math.erfc(deviate / math.sqrt(2)) <= 2.5 * exact


def test_equal_weights_change_nothing_and_a_class_is_tested_by_its_own_cells() -> None:
    sides = answers(5, 3)
    found = [
        replicate(count_pairs(*sides, 2, weights), FORMULAS, replicates=100, seed=0)
        for weights in (None, np.full(2000, 2.5))
    ]

    for name in FORMULAS:
        plain, weighted = ([one.deviate(-0.03) for one in each[name].margins] for each in found)
        assert weighted == pytest.approx(plain, rel=1e-6)


def test_a_margin_that_no_shares_of_these_samples_have_is_left_to_the_replicates() -> None:
    truth = np.arange(200) % 2
    (one,) = replicate(count_pairs(truth, truth, truth, 2), FORMULAS, replicates=100, seed=0)["recall.macro"].margins

    assert one.deviate(-0.05) is None


def test_the_interval_ends_where_the_test_of_the_margin_says() -> None:
    for broken in range(1, 12):
        counts = count_pairs(*answers(broken, 1), 2)
        one = replicate(counts, FORMULAS, replicates=1000, seed=0)["recall.macro"]
        difference = float(one.candidate - one.baseline)

        found = of_replicates(difference, one.drawn, 2000, Question(0.1, 0.05, 0.05), one.bases[0], one.margins[0])

        assert found.interval is not None
        assert found.p_above is not None
        assert (found.interval[0] > -0.05) <= (found.p_above <= 0.05) or found.reason is not None
