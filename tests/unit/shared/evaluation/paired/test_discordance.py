import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar

from shared.evaluation.paired.discordance import (
    Pairs,
    mcnemar_exact,
    mcnemar_mid_p,
    newcombe,
    samples_needed,
    smallest_detectable,
)

# Fagerland, Lydersen and Laake (2013): airway hyper-responsiveness before and after transplantation.
BENTUR = Pairs(both=1, baseline_only=7, candidate_only=1, neither=12)
TWO_CLASS = Pairs(both=402, baseline_only=12, candidate_only=17, neither=69)

counts = st.integers(0, 2000)
pairs = st.builds(Pairs, counts, counts, counts, counts).filter(lambda found: found.total > 0)


@pytest.mark.parametrize(
    ("known", "difference", "interval"),
    [
        (BENTUR, -0.2857142857, (-0.5069202267, -0.0255591242)),
        (TWO_CLASS, 0.01, (-0.01183009284, 0.03209963073)),
    ],
)
def test_the_difference_and_the_interval_of_known_tables(
    known: Pairs, difference: float, interval: tuple[float, float]
) -> None:
    # As they are printed, with ten decimals or more.
    assert known.difference == pytest.approx(difference, rel=0, abs=5e-11)
    assert newcombe(known, 0.05) == pytest.approx(interval, rel=0, abs=5e-11)


def test_the_published_p_values_are_these() -> None:
    found = mcnemar_mid_p(BENTUR), mcnemar_exact(BENTUR)

    assert found == pytest.approx((0.0390625, 0.0703125), rel=1e-9)


@given(counts, counts)
def test_both_p_values_are_those_of_fractions_however_small(first: int, second: int) -> None:
    n, larger = first + second, max(first, second)
    terms = [math.comb(n, at) for at in range(larger, n + 1)]
    exact = min(Fraction(1), Fraction(2 * sum(terms), 2**n)) if n else Fraction(1)
    mid_p = Fraction(2 * sum(terms) - terms[0], 2**n) if first != second else 1 - Fraction(terms[0], 2 ** (n + 1))
    found = Pairs(0, first, second, 0)

    for p_value, expected in ((mcnemar_exact(found), exact), (mcnemar_mid_p(found), mid_p if n else Fraction(1))):
        # Below the least number of full precision there is none of nine digits.
        if expected > Fraction(1, 2**1000):
            assert p_value == pytest.approx(float(expected), rel=1e-9, abs=0)
        else:
            assert p_value < 1e-300


@given(pairs)
def test_the_exact_test_is_that_of_statsmodels(found: Pairs) -> None:
    theirs = mcnemar([[found.both, found.baseline_only], [found.candidate_only, found.neither]], exact=True)

    assert mcnemar_exact(found) == pytest.approx(theirs.pvalue, rel=1e-9, abs=1e-200)
    assert mcnemar_mid_p(found) <= mcnemar_exact(found)


@given(pairs, st.sampled_from([0.01, 0.05, 0.1]))
def test_the_interval_holds_the_difference_and_turns_with_the_sides(found: Pairs, alpha: float) -> None:
    low, high = newcombe(found, alpha)
    turned = newcombe(Pairs(found.both, found.candidate_only, found.baseline_only, found.neither), alpha)

    assert -1 - 1e-12 <= low <= found.difference <= high <= 1 + 1e-12
    assert turned == pytest.approx((-high, -low), abs=1e-12)


def test_without_discordant_samples_nothing_is_shown() -> None:
    alike = Pairs(both=5, baseline_only=0, candidate_only=0, neither=3)

    assert (mcnemar_exact(alike), mcnemar_mid_p(alike)) == (1.0, 1.0)
    assert samples_needed(alike, 0.02, alpha=0.05, power=0.9) is None


def test_the_number_of_samples_needed_finds_the_difference_that_was_asked_for() -> None:
    needed = samples_needed(TWO_CLASS, 0.02, alpha=0.05, power=0.8)

    # Connor (1987): (1.959964·√0.058 + 0.841621·√(0.058 − 0.0004))² / 0.0004.
    assert needed == 1136
    assert smallest_detectable(TWO_CLASS, alpha=0.05, power=0.8) == pytest.approx(0.030174, abs=1e-6)
