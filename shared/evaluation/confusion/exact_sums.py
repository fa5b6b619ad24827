"""Sums of weights that no order of adding changes: each weight is cut into whole digits, which add up exactly.

A digit has 26 bits, so that the digits of 2**27 weights add up in a float64 without rounding, and those of 2**37 in an
int64. Only the sum of all digits is rounded, once, to the nearest float64: the figures of a file are the same in any
order of its rows, and in any number of parts.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.types import Floats

_DIGIT_BITS = 26
# The largest whole number below which a float64 holds every other.
_EXACT = 2**53


class ExactSums:
    """The sum of non-negative numbers in each of some cells."""

    def __init__(self, size: int, digits: Mapping[int, NDArray[np.int64]] | None = None) -> None:
        self.size = size
        # By their place: a digit d at place p stands for d * 2**(26 * p).
        self.digits: dict[int, NDArray[np.int64]] = dict(digits or {})

    def add(self, cells: NDArray[Any], numbers: Floats) -> None:
        """Add numbers (n,), n up to 2**27, to the sums of their cells (n,)."""
        for place, digits in _digits_of(numbers):
            self._add(place, np.bincount(cells, digits, self.size).astype(np.int64))

    def merge(self, other: Self) -> None:
        """Add the sums of as many cells."""
        for place, digits in other.digits.items():
            self._add(place, digits)

    def placed(self, cells: NDArray[Any], size: int) -> Self:
        """The sums in other cells, of which there are `size`; those that meet in one are added up."""
        placed = type(self)(size)
        for place, digits in self.digits.items():
            sums = np.zeros(size, np.int64)
            np.add.at(sums, cells, digits)
            placed.digits[place] = sums
        return placed

    def values(self) -> Floats:
        """The sums (size,), each rounded once."""
        if not self.digits:
            return np.zeros(self.size)
        lowest = min(self.digits)
        exponent = _DIGIT_BITS * lowest
        if len(self.digits) == 1 and int(self.digits[lowest].max(initial=0)) < _EXACT:
            return np.multiply(self.digits[lowest], math.ldexp(1.0, exponent), dtype=np.float64)
        columns = [[digit << _DIGIT_BITS * (place - lowest) for digit in digits.tolist()]
                   for place, digits in self.digits.items()]  # fmt: skip
        return np.array([_rounded(sum(parts), exponent) for parts in zip(*columns, strict=True)], np.float64)

    def _add(self, place: int, digits: NDArray[np.int64]) -> None:
        self.digits[place] = self.digits[place] + digits if place in self.digits else digits


class WeightSums:
    """The sums of weights, and of their squares, in each of some cells."""

    def __init__(self, weights: ExactSums, squares: ExactSums) -> None:
        self.weights, self.squares = weights, squares

    @classmethod
    def of(cls, size: int) -> "WeightSums":
        """Sums of nothing in so many cells."""
        return cls(ExactSums(size), ExactSums(size))

    def add(self, cells: NDArray[Any], weights: Floats) -> None:
        """Add weights (n,) to the sums of their cells (n,)."""
        self.weights.add(cells, weights)
        self.squares.add(cells, weights * weights)

    def merge(self, other: "WeightSums") -> None:
        """Add the sums of as many cells."""
        self.weights.merge(other.weights)
        self.squares.merge(other.squares)

    def placed(self, cells: NDArray[Any], size: int) -> "WeightSums":
        """The sums in other cells, of which there are `size`."""
        return WeightSums(self.weights.placed(cells, size), self.squares.placed(cells, size))


def running_sums(numbers: Floats) -> Floats:
    """Add non-negative numbers (n,), n up to 2**27, one after the other; returns each sum (n,).

    The sums of digits are exact, and what each of their additions rounds off is added at the end (Knuth's two-sum):
    a sum is rounded once unless its digits span more than 106 bits.
    """
    sums, lost = np.zeros(len(numbers)), np.zeros(len(numbers))
    for place, digits in _digits_of(numbers):
        added = np.ldexp(np.cumsum(digits), _DIGIT_BITS * place)
        whole = sums + added
        back = whole - sums
        lost += (sums - (whole - back)) + (added - back)
        sums = whole
    return sums + lost


def _digits_of(numbers: Floats) -> Iterator[tuple[int, Floats]]:
    rest = np.asarray(numbers, np.float64)
    while (largest := float(rest.max(initial=0.0))) > 0:
        place = (math.frexp(largest)[1] - 1) // _DIGIT_BITS
        unit = math.ldexp(1.0, _DIGIT_BITS * place)
        digits: Floats = np.floor(rest / unit)
        # Exact, as what is taken off are the leading bits.
        rest = rest - digits * unit
        yield place, digits


def _rounded(total: int, exponent: int) -> float:
    # Dividing whole numbers rounds once.
    return total / (1 << -exponent) if exponent < 0 else float(total << exponent)
