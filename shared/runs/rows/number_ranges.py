"""Numbers in columns of metadata, which are kept as texts, and ranges of them."""

import math
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.evaluation.types import Floats

_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_RANGE = re.compile(rf"\[({_NUMBER}),({_NUMBER})([\])])")
# Of each row group; quantiles are off by no more than one in so many.
_KEPT = 2**16


class NumberRange(NamedTuple):
    """The numbers from `low` to `high`, which belongs to a closed range."""

    low: float
    high: float
    is_closed: bool

    def __str__(self) -> str:
        return f"[{_short(self.low)},{_short(self.high)}{']' if self.is_closed else ')'}"

    @property
    def is_empty(self) -> bool:
        """True if no number belongs to the range."""
        return self.low > self.high or (self.low == self.high and not self.is_closed)

    def holds(self, numbers: Floats) -> NDArray[np.bool_]:
        """Which of the numbers belong to the range; NaN does not."""
        below: NDArray[np.bool_] = numbers <= self.high if self.is_closed else numbers < self.high
        return below & (numbers >= self.low)


def read_range(text: str) -> NumberRange | None:
    """Read a range such as `[30,40)` or `[30,40]`; None for any other text."""
    found = _RANGE.fullmatch(text)
    return None if found is None else NumberRange(float(found[1]), float(found[2]), found[3] == "]")


def numbers_in(array: Any) -> Floats:
    """The numbers of an array of texts; NaN where a text is none, and where it is infinite."""
    if isinstance(array, pa.DictionaryArray):
        of_texts: Floats = np.append(numbers_in(array.dictionary), np.nan)[array.indices.to_numpy()]
        return of_texts
    try:
        numbers: Floats = pc.cast(array, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        numbers = np.array([_number(text) for text in array.to_pylist()], np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def quantile_ranges(parts: Iterable[Floats], bins: int) -> list[NumberRange]:
    """Cut numbers, which come in parts without NaN, into at most so many ranges of about equally many."""
    kept = [np.sort(part)[:: max(1, len(part) // _KEPT)] for part in parts if len(part)]
    if not kept:
        return []
    weights = np.concatenate([np.full(len(part), max(1, len(part) // _KEPT)) for part in kept])
    numbers = np.concatenate(kept)
    order = np.argsort(numbers, kind="stable")
    numbers, until = numbers[order], np.cumsum(weights[order])
    at = np.searchsorted(until, until[-1] * np.arange(bins + 1) / bins, "right")
    edges = np.unique(numbers[np.minimum(at, len(numbers) - 1)]).tolist()
    if len(edges) == 1:
        return [NumberRange(edges[0], edges[0], is_closed=True)]
    return [NumberRange(low, high, is_closed=high == edges[-1]) for low, high in pairwise(edges)]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _short(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
