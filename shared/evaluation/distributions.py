"""Probabilities and quantiles of the normal, Student's, beta and binomial distribution, to about 12 digits.

SciPy has them too, but takes seconds to import, which neither the api nor a worker can spend.
"""

import math
import sys
from functools import lru_cache
from itertools import count
from statistics import NormalDist

LEAST_P = 1e-300
"""The least P-value that is stated; a smaller one may be beyond every number, and none is 0."""

_NORMAL = NormalDist()
_LOG_ROOT_TWO_PI = math.log(2 * math.pi) / 2
# Below it the gamma function of the standard library is as accurate as the series.
_SMALL = 16
# Coefficients of 1/x, 1/x³, 1/x⁵, … in Stirling's series.
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
# So close to each other, the difference of two logarithms has lost digits.
_CLOSE = 0.1
# From so many degrees of freedom on, five terms of the expansion of Student's deviate leave out less than 1e-12 of it.
_MANY_DEGREES = 200
# More make no difference, and their powers leave the range of numbers.
_MOST_DEGREES = 1e12
# From so many of either kind on, the expansion of a beta deviate leaves out less than 1e-11 of the value; a continued
# fraction would take thousands of steps.
_MANY_OF_BOTH = 1e6
# Bisection alone halves the interval of a double to nothing in so many steps.
_MAX_STEPS = 1100


@lru_cache(maxsize=64)
def critical_value(alpha: float, *, one_sided: bool = False) -> float:
    """The normal deviate beyond which lies a share of `alpha`: of both tails together, or of one."""
    # Half of the smallest float is 0, beyond which no deviate lies.
    return -_NORMAL.inv_cdf(max(alpha if one_sided else alpha / 2, math.ulp(0.0)))


# The intervals of one matrix ask for few different numbers, many times.
@lru_cache(maxsize=1024)
def student_critical(alpha: float, freedom: float, *, one_sided: bool = False) -> float:
    """The deviate of Student's t beyond which lies a share of `alpha`: of both tails together, or of one.

    Of many degrees of freedom by the expansion of Cornish and Fisher (1960).
    """
    start = None
    if freedom >= 1:
        deviate = _expanded_deviate(critical_value(alpha, one_sided=one_sided), min(freedom, _MOST_DEGREES))
        if freedom >= _MANY_DEGREES:
            return deviate
        # Of fewer degrees of freedom it is near enough to begin with: mostly two or three steps instead of eight.
        start = freedom / (freedom + deviate**2)
    x = beta_quantile(2 * alpha if one_sided else alpha, freedom / 2, 0.5, start=start)
    return math.sqrt(freedom * (1 - x) / x)


def _expanded_deviate(z: float, freedom: float) -> float:
    square = z * z
    terms = (
        (square + 1) / 4,
        ((5 * square + 16) * square + 3) / 96,
        (((3 * square + 19) * square + 17) * square - 15) / 384,
        ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945) / 92_160,
        (((((27 * square + 339) * square + 930) * square - 1782) * square - 765) * square + 17_955) / 368_640,
    )
    return z * (1 + math.fsum(term / float(freedom) ** power for power, term in enumerate(terms, 1)))


def summed_freedom(variance: float, uncertain: float) -> float:
    """The degrees of freedom of a variance that is a sum of parts (Satterthwaite 1946), one at least.

    `uncertain` is the sum of the squares of its parts, each over its own degrees of freedom; 0 where the variance is
    known, so that the deviate is a normal one.
    """
    if not uncertain:
        return _MOST_DEGREES if variance else 1.0
    return max(variance**2 / uncertain, 1.0)


def student_upper_tail(deviate: float, freedom: float) -> float:
    """The probability that Student's t lies above a deviate of 0 or more."""
    square = deviate**2
    # One minus a share of nearly 1 would have few of its digits.
    return _beta_probability(freedom / (freedom + square), square / (freedom + square), freedom / 2, 0.5) / 2


def normal_upper_tail(z: float) -> float:
    """The probability of a standard normal deviate above `z`."""
    return math.erfc(z / math.sqrt(2)) / 2


def binomial_probability(successes: float, trials: float, share: float) -> float:
    """The probability of exactly so many successes; accurate in relative terms (Loader 2000)."""
    failures = trials - successes
    if share in {0.0, 1.0}:
        return float(successes == trials * share)
    if not successes:
        return math.exp(trials * math.log1p(-share))
    if not failures:
        return math.exp(trials * math.log(share))
    return _binomial_term(successes, failures, share, 1 - share)


def _binomial_term(successes: float, failures: float, share: float, rest: float) -> float:
    trials = successes + failures
    # By how many successes and failures differ from their means: that of quadrillions has no digit behind the point.
    off = successes * rest - failures * share
    exponent = (
        _stirling_error(trials)
        - _stirling_error(successes)
        - _stirling_error(failures)
        - _deviance(successes, trials * share, off)
        - _deviance(failures, trials * rest, -off)
    )
    return math.exp(exponent - _LOG_ROOT_TWO_PI - math.log(successes * (failures / trials)) / 2)


def binomial_upper_tail(successes: int, trials: int, share: float) -> float:
    """The probability of at least so many successes of `trials`, each with the probability `share`."""
    if successes <= 0:
        return 1.0
    return beta_probability(share, successes, trials - successes + 1)


def binomial_range(tail: float, trials: int, share: float) -> tuple[int, int]:
    """The fewest and the most successes of `trials` beyond which, on either side, lies a probability of at most `tail`.

    Both are looked for from the normal quantile on, so that they cost a few tails each.
    """

    def fewest(chance: float) -> int:
        # The least number k with P(X <= k) > tail, from P(X >= k + 1).
        deviation = math.sqrt(trials * chance * (1 - chance))
        k = min(max(int(trials * chance + _NORMAL.inv_cdf(tail) * deviation), 0), trials)
        while k > 0 and 1 - binomial_upper_tail(k, trials, chance) > tail:
            k -= 1
        while k < trials and 1 - binomial_upper_tail(k + 1, trials, chance) <= tail:
            k += 1
        return k

    return fewest(share), trials - fewest(1 - share)


def beta_probability(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, the probability of a beta variate up to `x`; a, b > 0."""
    return _beta_probability(x, 1 - x, a, b)


def _beta_probability(x: float, rest: float, a: float, b: float) -> float:
    """The same, of which `rest` is 1 minus `x`."""
    if x <= 0 or rest <= 0:
        return float(rest <= 0)
    if x > a / (a + b):
        return 1 - _beta_tail(rest, x, b, a)
    return _beta_tail(x, rest, a, b)


def beta_quantile(probability: float, a: float, b: float, *, start: float | None = None) -> float:
    """The value below which a beta variate lies with this probability; Newton's steps kept between two bounds.

    They begin at `start`, between 0 and 1, or at the mean. Of large `a` and `b` by the expansion of Cornish and Fisher
    (1960).
    """
    if min(a, b) >= _MANY_OF_BOTH:
        return _expanded_beta(_NORMAL.inv_cdf(probability), a, b)
    low, high, x = 0.0, 1.0, start if start is not None and 0 < start < 1 else a / (a + b)
    for _ in range(_MAX_STEPS):
        excess = beta_probability(x, a, b) - probability
        low, high = (low, x) if excess > 0 else (x, high)
        density = binomial_probability(a, a + b, x) * a * b / ((a + b) * x * (1 - x))
        step = x - excess / density if density else math.nan
        # One that stays where it is has arrived, though it is at a bound: halving would begin far away again.
        following = step if low < step < high or step == x else (low + high) / 2
        if abs(following - x) <= 2 * sys.float_info.epsilon * x:
            return following
        x = following
    return x


def _expanded_beta(z: float, a: float, b: float) -> float:
    total = a + b
    mean, deviation = a / total, math.sqrt(a / total * (b / total) / (total + 1))
    skewness = 2 * (b - a) / (total + 2) * math.sqrt((total + 1) / a / b)
    # a·b and the square of a - b, over the square of the total: 1e15 squared is not a whole number any more.
    product, difference = a / total * (b / total), ((a - b) / total) ** 2
    above = difference * (total + 1) / total - product * (total + 2) / total
    excess = 6 * above / (product * (total + 5 + 6 / total))
    square = z * z
    by_skewness = skewness * (square - 1) / 6 - skewness**2 * z * (2 * square - 5) / 36
    return mean + deviation * (z + by_skewness + excess * z * (square - 3) / 24)


def _beta_tail(x: float, rest: float, a: float, b: float) -> float:
    """The probability of a beta variate up to an `x` below its mean, of which `rest` is 1 minus it.

    By the continued fraction of DiDonato and Morris (1992), in about √(a + b) steps. It loses no digit of a `rest` near
    0, as is that of three of a quadrillion.
    """
    above = 1 + a * rest - b * x
    (numerator, denominator), value = (1.0, above / (1 + 1 / a)), (1 + 1 / a) / above
    last_numerator, last_denominator = 0.0, 1.0
    for n in count(1):
        place = a + 2 * n - 1
        step = n * (b - n) * x
        alpha = (a + n - 1) * (a + b + n - 1) / (place * place) * (step * x)
        beta = n + step / place + (a + n) / (place + 2) * (above + n * (1 + rest))
        last_numerator, numerator = numerator, alpha * last_numerator + beta * numerator
        last_denominator, denominator = denominator, alpha * last_denominator + beta * denominator
        before, value = value, numerator / denominator
        if abs(value - before) <= sys.float_info.epsilon * abs(value):
            break
        # Kept near 1, as both grow without end.
        last_numerator, last_denominator = last_numerator / denominator, last_denominator / denominator
        numerator, denominator = value, 1.0
    return _binomial_term(a, b, x, rest) * a * b / (a + b) * value


def _stirling_error(x: float) -> float:
    """The logarithm of x! over Stirling's approximation of it."""
    if x < _SMALL:
        return math.lgamma(x + 1) - (x + 0.5) * math.log(x) + x - _LOG_ROOT_TWO_PI
    return sum(coefficient / x ** (2 * i + 1) for i, coefficient in enumerate(_STIRLING))


def _deviance(x: float, mean: float, difference: float) -> float:
    """x·ln(x/mean) + mean − x without loss of digits where the two are close; `difference` is x − mean."""
    if abs(difference) >= _CLOSE * (x + mean):
        return x * math.log(x / mean) - difference
    v = difference / (x + mean)
    total, term = difference * v, 2 * x * v
    for j in count(1):
        term *= v * v
        following = total + term / (2 * j + 1)
        if following == total:
            return total
        total = following
    raise AssertionError
