"""Reading probabilities and sample weights."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.inputs.errors import EmptyVector, UnequalLengths
from shared.evaluation.inputs.probability_errors import (
    InvalidProbabilities,
    InvalidProbability,
    InvalidSampleWeights,
)

Scores = NDArray[np.floating[Any]]
Weights = NDArray[np.float64]

SUM_TOLERANCE = 0.001
MIN_WEIGHT, MAX_WEIGHT = 1e-9, 1e9

_EXACT_DECIMALS = 15
_ROWS_AT_ONCE = 65_536

# A row such as 0.5, 0.499 is off by 0.001 in decimals and by a hair more in floats; float32 rounds more coarsely.
_ROUNDING = {np.dtype(np.float64): 1e-9, np.dtype(np.float32): 1e-6}


def read_probabilities(
    rows: Sequence[Sequence[float]] | Scores, sample_count: int, *, name: str = "probability_vector"
) -> Scores:
    """Check one row of probabilities for each sample; the result has shape (n, k) and dtype float32 or float64.

    Every row has the same two or more columns, which are finite, in [0, 1], and sum to 1 within 0.001. Lists hold
    lists of numbers, as a typed decoder leaves them. Raises a subclass of `InvalidLabels`.
    """
    if len(rows) == 0:
        raise EmptyVector(f"{name} is empty; send one row of probabilities for every sample.", vector=name)
    if len(rows) != sample_count:
        lengths = f"{name} has length {len(rows)} and the labels have length {sample_count}"
        raise UnequalLengths(f"{lengths}; send one row for every sample.", vector=name)
    matrix = _from_array(rows, name) if isinstance(rows, np.ndarray) else _from_lists(rows, name)
    if matrix.shape[1] < 2:  # noqa: PLR2004 - two classes at least
        raise InvalidProbabilities(f"{name} needs one column for each class, at least two.", vector=name)
    _check_range(matrix, name)
    _check_sums(matrix, name)
    return matrix


def complement(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 minus each score, to the 15 digits that a float holds of any decimal: 0.1 of 0.9, not 0.09999999999999998."""
    return np.round(1 - scores, _EXACT_DECIMALS)


def with_complement(
    rows: Sequence[Sequence[float]] | Sequence[float] | Scores, column: int, *, name: str = "probability_vector"
) -> Scores:
    """A table of two columns, of which `column` holds the scores (n,) that were sent, the other one 1 minus them.

    Raises InvalidProbability for a score outside 0 to 1.
    """
    scores = np.asarray(rows, np.float64).reshape(len(rows))
    is_outside = ~((scores >= 0) & (scores <= 1))
    if is_outside.any():
        index = int(np.argmax(is_outside))
        detail = f"{name}[{index}] is {scores[index]}; a probability must be from 0 to 1."
        raise InvalidProbability(detail, vector=name, index=index)
    both = scores, complement(scores)
    return np.column_stack(both if column == 0 else both[::-1])


def read_weights(weights: Sequence[float] | Scores, sample_count: int, *, name: str = "sample_weight") -> Weights:
    """Check one weight for each sample, 0 or from 1e-9 to 1e9, not all of them 0; the result has shape (n,).

    Raises a subclass of `InvalidLabels`.
    """
    if len(weights) != sample_count:
        lengths = f"{name} has length {len(weights)} and the labels have length {sample_count}"
        raise UnequalLengths(f"{lengths}; send one weight for every sample.", vector=name)
    vector = np.asarray(weights, np.float64)
    # Products of sums of weights must neither vanish nor become infinite.
    is_valid = (vector == 0) | ((vector >= MIN_WEIGHT) & (vector <= MAX_WEIGHT))
    if not is_valid.all():
        index = int(np.argmin(is_valid))
        fault = f"is {vector[index]}; a weight must be 0 or from 1e-9 to 1e9"
        raise InvalidSampleWeights(f"{name}[{index}] {fault}.", vector=name, index=index, fault=fault)
    if not vector.any():
        raise InvalidSampleWeights(f"All weights in {name} are 0; give some samples a weight above 0.", vector=name)
    return vector


def _from_array(rows: NDArray[Any], name: str) -> Scores:
    if rows.ndim != 2 or rows.dtype.kind not in "fiu":  # noqa: PLR2004 - rows and columns
        raise InvalidProbabilities(f"{name} must be a list of rows of numbers.", vector=name)
    return rows if rows.dtype in (np.float64, np.float32) else rows.astype(np.float64)


def _from_lists(rows: Sequence[Sequence[float]], name: str) -> Scores:
    columns = len(rows[0])
    if set(map(len, rows)) != {columns}:
        index = next(index for index, row in enumerate(rows) if len(row) != columns)
        lengths = f"{name}[{index}] has length {len(rows[index])} and {name}[0] has length {columns}"
        detail = f"{lengths}; send one probability for each class in every row."
        raise InvalidProbability(detail, vector=name, index=index)
    flat = np.fromiter(chain.from_iterable(rows), np.float64, len(rows) * columns)
    return flat.reshape(len(rows), columns)


def _check_range(matrix: Scores, name: str) -> None:
    if matrix.min() >= 0 and matrix.max() <= 1:  # a NaN makes both NaN
        return
    index, column = np.argwhere(~((matrix >= 0) & (matrix <= 1)))[0].tolist()
    detail = f"{name}[{index}][{column}] is {matrix[index, column]}; a probability must be from 0 to 1."
    raise InvalidProbability(detail, vector=name, index=index)


def _check_sums(matrix: Scores, name: str) -> None:
    # In blocks, because the sums of a narrow table take as much memory as the table.
    for start in range(0, len(matrix), _ROWS_AT_ONCE):
        _check_block(matrix[start : start + _ROWS_AT_ONCE], start, name)


def _check_block(matrix: Scores, start: int, name: str) -> None:
    # A product is several times faster than a sum over short rows.
    sums = matrix @ np.ones(matrix.shape[1], matrix.dtype)
    off = np.abs(sums - 1) > SUM_TOLERANCE + _ROUNDING[matrix.dtype]
    if off.any():
        position = int(np.argmax(off))
        index = start + position
        fault = f"sums to {sums[position]:.6g}; the probabilities of a sample must sum to 1 within 0.001"
        raise InvalidProbability(f"{name}[{index}] {fault}.", vector=name, index=index, fault=fault)
