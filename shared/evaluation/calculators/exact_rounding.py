"""Quotients of whole numbers to six decimals, without intermediate rounding.

Results are rounded once, to the even neighbour in a tie. A whole result is an int, so that JSON shows 171, not 171.0.
"""

from math import isqrt

# None where the denominator is zero.
Number = int | float
MetricValue = Number | None

SCALE = 1_000_000

# Beyond it JSON's readers in other languages lose the last digits of an integer.
_MAX_INT = 2**53


def ratio(numerator: int, denominator: int) -> MetricValue:
    """A quotient of two numbers that are not negative, to six decimals; None if the denominator is zero."""
    if denominator == 0:
        return None
    quotient, remainder = divmod(numerator * SCALE, denominator)
    return _number(_to_even(quotient, 2 * remainder - denominator))


def ratio_to_root(numerator: int, squared_denominator: int) -> MetricValue:
    """A number divided by the root of another, to six decimals; None if that is zero."""
    if squared_denominator == 0:
        return None
    square = (numerator * SCALE) ** 2
    quotient = isqrt(square // squared_denominator)
    # The sign of the distance from the midpoint of two neighbours, without taking the root.
    beyond = 4 * square - (2 * quotient + 1) ** 2 * squared_denominator
    rounded = _to_even(quotient, beyond)
    return _number(rounded if numerator > 0 else -rounded)


def _to_even(quotient: int, beyond_middle: int) -> int:
    return quotient + (beyond_middle > 0 or (beyond_middle == 0 and quotient % 2 == 1))


def _number(millionths: int) -> Number:
    quotient, remainder = divmod(millionths, SCALE)
    return quotient if remainder == 0 and abs(quotient) <= _MAX_INT else millionths / SCALE
