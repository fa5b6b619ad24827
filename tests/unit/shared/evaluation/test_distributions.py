"""Probabilities and quantiles are SciPy's, as far as doubles go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shared.evaluation.distributions import (
    beta_probability,
    beta_quantile,
    binomial_probability,
    binomial_range,
    binomial_upper_tail,
    critical_value,
    normal_upper_tail,
    student_critical,
    student_upper_tail,
)

shares = st.floats(1e-6, 1 - 1e-6)
sizes = st.one_of(st.integers(1, 50), st.integers(1, 3_000_000))


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    trials = draw(sizes)
    return draw(st.integers(0, trials)), trials


def relative(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-280)


@given(counts(), shares)
def test_a_tail_of_the_binomial_is_scipys(count: tuple[int, int], share: float) -> None:
    successes, trials = count

    assert binomial_upper_tail(successes, trials, share) == relative(stats.binom.sf(successes - 1, trials, share))
    assert binomial_probability(successes, trials, share) == relative(stats.binom.pmf(successes, trials, share))


@pytest.mark.parametrize(("right", "total", "rate", "tail"), [(1000, 1000, 0.91, 1.1e-41), (800, 1000, 0.5, 8.2e-86)])
def test_a_tail_far_out_keeps_its_digits(right: int, total: int, rate: float, tail: float) -> None:
    assert binomial_upper_tail(right, total, rate) == pytest.approx(tail, rel=0.02, abs=0)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_tails_of_the_binomial_end_in_0_and_1(share: float) -> None:
    assert binomial_upper_tail(0, 10, share) == 1
    assert binomial_upper_tail(10, 10, 1.0) == 1
    assert [binomial_probability(k, 2, share) for k in range(3)] == pytest.approx(
        stats.binom.pmf([0, 1, 2], 2, share).tolist()
    )


@given(st.floats(1e-5, 1 - 1e-5), st.integers(1, 100_000), st.integers(1, 100_000))
def test_a_quantile_of_the_beta_distribution_is_scipys(probability: float, a: int, b: int) -> None:
    found = beta_quantile(probability, a, b)

    assert found == relative(stats.beta.ppf(probability, a, b))
    assert beta_probability(found, a, b) == pytest.approx(probability, rel=1e-6)


@given(st.floats(1e-9, 1 - 1e-9), st.integers(10**6, 10**10), st.integers(10**6, 10**10))
def test_below_a_quantile_of_millions_lies_the_probability(probability: float, a: int, b: int) -> None:
    # Of more, SciPy has only six digits.
    assert stats.beta.cdf(beta_quantile(probability, a, b), a, b) == pytest.approx(probability, rel=1e-5)


@pytest.mark.parametrize("k", [0, 1, 3, 100, 99_999])
@pytest.mark.parametrize("probability", [0.9995, 0.975, 0.5, 0.025, 1e-9])
def test_few_of_a_quadrillion_have_the_quantiles_of_poissons_distribution(k: int, probability: float) -> None:
    n = 10**15

    found = beta_quantile(probability, k + 1, n - k)

    assert found == pytest.approx(stats.chi2.ppf(probability, 2 * (k + 1)) / 2 / n, rel=2e-10, abs=0)
    assert beta_quantile(probability, n - k, k + 1) == pytest.approx(
        1 - stats.chi2.isf(probability, 2 * (k + 1)) / 2 / n, abs=1e-15
    )


@given(st.integers(0, 30), st.floats(0.1, 30))
def test_few_of_a_quadrillion_have_poissons_probabilities(k: int, mean: float) -> None:
    found = binomial_probability(k, 10**15, mean / 10**15)

    assert found == pytest.approx(stats.poisson.pmf(k, mean), rel=1e-11, abs=0)


@given(st.floats(1e-6, 0.5), st.floats(-30, 8))
def test_the_normal_distribution_is_scipys(alpha: float, z: float) -> None:
    assert critical_value(alpha) == relative(stats.norm.isf(alpha / 2))
    assert critical_value(alpha, one_sided=True) == pytest.approx(stats.norm.isf(alpha), rel=1e-9, abs=1e-12)
    assert normal_upper_tail(z) == relative(stats.norm.sf(z))


def test_the_critical_value_of_95_percent() -> None:
    assert critical_value(0.05) == pytest.approx(1.959963984540054, abs=1e-15)


@given(st.integers(1, 3000), st.floats(0, 1), st.sampled_from([0.025, 0.005, 0.2]))
def test_a_binomial_range_leaves_at_most_the_tail_on_either_side(trials: int, share: float, tail: float) -> None:
    low, high = binomial_range(tail, trials, share)

    below, above = stats.binom.cdf(low - 1, trials, share), stats.binom.sf(high, trials, share)
    assert below <= tail + 1e-9 < stats.binom.cdf(low, trials, share) + 2e-9
    assert above <= tail + 1e-9 < stats.binom.sf(high - 1, trials, share) + 2e-9


@pytest.mark.parametrize("freedom", [1.0, 2.5, 40.0, 1e5, 2e7, 1e9])
@pytest.mark.parametrize("deviate", [0.0, 1e-3, 1.0, 1.96, 5.0, 30.0])
def test_the_tail_of_students_t_keeps_its_digits_at_any_degrees_of_freedom(freedom: float, deviate: float) -> None:
    expected = stats.t.sf(deviate, freedom)

    assert student_upper_tail(deviate, freedom) == pytest.approx(expected, rel=1e-9, abs=0)


@given(st.floats(1e-9, 0.45), st.floats(1, 300), st.booleans())
def test_a_deviate_of_students_t_is_scipys(alpha: float, freedom: float, one_sided: bool) -> None:
    expected = stats.t.isf(alpha if one_sided else alpha / 2, freedom)

    assert student_critical(alpha, freedom, one_sided=one_sided) == pytest.approx(expected, rel=1e-9)
