"""The ranking of several classifiers by PyCM's scores."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.comparison.errors import (
    DifferentClasses,
    DifferentSampleCounts,
    InvalidWeights,
    TooFewMatrices,
)
from shared.evaluation.comparison.pycm_scales import (
    CLASS_BENCHMARKS,
    OVERALL_BENCHMARKS,
    Grades,
    class_grades,
    overall_grades,
)
from shared.evaluation.confusion.matrix import ConfusionMatrix, FilledCells, from_cells
from shared.evaluation.types import Label

# The other three grade the same kappa again.
_WITHOUT_WEIGHT = ("SOA2", "SOA3", "SOA4")
_OF_OVERALL_BENCHMARK = np.array([name not in _WITHOUT_WEIGHT for name in OVERALL_BENCHMARKS]) / (
    len(OVERALL_BENCHMARKS) - len(_WITHOUT_WEIGHT)
)
_DIGITS = 5
_WEIGHT_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Score:
    """Mean grades between 0 and 1, of the whole matrix and of its classes, rounded to 5 digits."""

    overall: float
    per_class: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The matrices' scores, their names from best to worst, and the best one, None if none is clearly so."""

    scores: dict[str, Score]
    order: tuple[str, ...]
    best: str | None


def compare(
    matrices: Mapping[str, ConfusionMatrix],
    *,
    by_class: bool = False,
    class_weights: Mapping[Label, float] | None = None,
) -> Comparison:
    """Score matrices of the same classes and sample count as PyCM's Compare does, in microseconds per matrix.

    A benchmark that is undefined for one matrix counts for none, so that a score depends on the rivals. The best one
    leads alone in both scores, or with `by_class` in the class score. Weights are finite, not negative and not all 0,
    one for each class, which may be named by its text. Raises a subclass of `NotComparable`.
    """
    matrices = aligned(matrices)
    classes = next(iter(matrices.values())).classes
    of_class = _normalised_weights(class_weights, classes)
    values = list(matrices.values())
    per_class = class_grades(values).transpose(2, 0, 1) * of_class[:, None, None] * (1 / len(CLASS_BENCHMARKS))
    overall = overall_grades(values) * _OF_OVERALL_BENCHMARK[:, None]
    pairs = zip(matrices, _totals(overall), _totals(per_class.reshape(-1, len(matrices))), strict=True)
    return _ranked({name: Score(*grades) for name, *grades in pairs}, by_class=by_class)


def aligned(matrices: Mapping[str, ConfusionMatrix]) -> dict[str, ConfusionMatrix]:
    """Give comparable matrices the same classes: those of the first one, then those that only others predict.

    A class that never occurs in the data set may be predicted by one model and not by another; its row is empty.
    Raises a subclass of `NotComparable` if there are fewer than two, or actual classes or sample counts differ.
    """
    if len(matrices) < 2:  # noqa: PLR2004  # it takes two
        raise TooFewMatrices
    first, *later = matrices
    first_matrix = matrices[first]
    for name in later:
        matrix = matrices[name]
        for matrix_a, matrix_b, owner, lacking in (
            (matrix, first_matrix, name, first),
            (first_matrix, matrix, first, name),
        ):
            if (label := _actual_only_in(matrix_a, matrix_b)) is not None:
                raise DifferentClasses(name=name, label=label, owner=owner, other=lacking)
        if not _equal_counts(matrix.sample_count, first_matrix.sample_count):
            raise DifferentSampleCounts(
                name=name, count=matrix.sample_count, first=first, first_count=first_matrix.sample_count
            )
    classes = _union([matrix.classes for matrix in matrices.values()])
    return {name: _rearranged(matrix, classes) for name, matrix in matrices.items()}


def _actual_only_in(matrix: ConfusionMatrix, other: ConfusionMatrix) -> Label | None:
    other_classes = set(other.classes)
    rows = zip(matrix.classes, matrix.actual.tolist(), strict=True)
    return next((label for label, occurs in rows if occurs and label not in other_classes), None)


def _union(class_lists: Sequence[tuple[Label, ...]]) -> tuple[Label, ...]:
    first = class_lists[0]
    new_classes = {label for classes in class_lists for label in classes} - set(first)
    if not new_classes:
        return first
    # Classes are all text or all numbers, but those of matrices that came as counts may be anything.
    order = sorted(new_classes, key=lambda label: (isinstance(label, str), label))
    all_sorted = sorted([*first, *order], key=lambda label: (isinstance(label, str), label))
    is_sorted = list(first) == [label for label in all_sorted if label not in new_classes]
    return tuple(all_sorted) if is_sorted else (*first, *order)


def _equal_counts(count: float, other: float) -> bool:
    # The same weights, added in another order, can differ in their last bits.
    return count == other or (
        isinstance(count + other, float) and math.isclose(count, other, rel_tol=_WEIGHT_TOLERANCE)
    )


def _rearranged(matrix: ConfusionMatrix, classes: tuple[Label, ...]) -> ConfusionMatrix:
    if matrix.classes == classes:
        return matrix
    position = {label: index for index, label in enumerate(classes)}
    order = np.array([position[label] for label in matrix.classes])
    rows, columns, counts = matrix.cells
    rows, columns = order[rows], order[columns]
    by_row = np.lexsort((columns, rows))
    return from_cells(classes, FilledCells(rows[by_row], columns[by_row], counts[by_row]))


def _normalised_weights(weights: Mapping[Any, float] | None, keys: Sequence[Label]) -> NDArray[np.float64]:
    weight_of = {str(key): weight for key, weight in (dict.fromkeys(keys, 1) if weights is None else weights).items()}
    names = list(map(str, keys))
    missing, unknown = _first_name(set(names) - set(weight_of)), _first_name(set(weight_of) - set(names))
    if missing is not None:
        raise InvalidWeights(f"class_weights has no weight for {missing}; send a weight for each, which may be 0.")
    if unknown is not None:
        raise InvalidWeights(f"class_weights has a weight for {unknown}, which is not one of them.")
    for key, weight in weight_of.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < math.inf:
            raise InvalidWeights(f"The weight of {key} in class_weights must be 0 or greater.")
    total = sum(weight_of.values())
    if not 0 < total < math.inf:
        raise InvalidWeights("The weights in class_weights must add up to a finite number above 0.")
    return np.array([weight_of[key] / total for key in names])


def _first_name(names: Iterable[str]) -> str | None:
    return min(names, default=None)


def _totals(grades: Grades) -> list[float]:
    defined = np.where(np.isnan(grades).any(axis=1, keepdims=True), 0.0, grades)
    # Added one by one, as in PyCM: rounding must not make two equal sums differ.
    totals: list[float] = np.around(np.cumsum(defined, axis=0)[-1], _DIGITS).tolist()
    return totals


def _ranked(scores: dict[str, Score], *, by_class: bool) -> Comparison:
    # Of two equal matrices the later one comes first, as in PyCM.
    names = list(scores)[::-1]
    order = sorted(names, key=lambda name: (scores[name].per_class, scores[name].overall), reverse=True)
    overall = max(names, key=lambda name: (scores[name].overall, scores[name].per_class))
    leader = order[0]
    is_unique = list(scores.values()).count(scores[leader]) == 1
    return Comparison(scores, tuple(order), leader if is_unique and (by_class or overall == leader) else None)
