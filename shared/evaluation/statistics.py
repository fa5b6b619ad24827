"""Figures of a confusion matrix."""

import math
from dataclasses import dataclass
from typing import Any

from pycm.class_funcs import class_statistics
from pycm.overall_funcs import overall_statistics

from shared.evaluation.matrix import ConfusionMatrix

Value = float | int | str | None | tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Summary:
    """The four headline figures; precision, recall and F1 are means over all classes, None if one class has none.

    They are PyCM's Overall_ACC, PPV_Macro, TPR_Macro and F1_Macro.
    """

    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """PyCM's statistics under PyCM's names; None where undefined.

    A tuple in `per_class` has one value for each class, in the order of the matrix.
    """

    overall: dict[str, Value]
    per_class: dict[str, tuple[Value, ...]]


def summary(matrix: ConfusionMatrix) -> Summary:
    """Compute the headline figures from the counts, in microseconds."""
    hits = matrix.counts.diagonal().tolist()
    actual = matrix.counts.sum(axis=1).tolist()
    predicted = matrix.counts.sum(axis=0).tolist()
    total = sum(actual)
    return Summary(
        accuracy=sum(hits) / total if total else None,
        precision=_mean_share(hits, predicted),
        recall=_mean_share(hits, actual),
        # 2 TP / (2 TP + FP + FN)
        f1=_mean_share([2 * hit for hit in hits], [a + p for a, p in zip(actual, predicted, strict=True)]),
    )


def _mean_share(parts: list[int], wholes: list[int]) -> float | None:
    if 0 in wholes:
        return None
    return sum(part / whole for part, whole in zip(parts, wholes, strict=True)) / len(parts)


def statistics(matrix: ConfusionMatrix) -> Statistics:
    """Compute PyCM's statistics from the counts; safe in threads, where it holds the GIL throughout.

    Its P-Value alone takes up to 70 ms between 500 and 1,100 samples.
    """
    overall, per_class = _measure(matrix)
    if isinstance(overall["P-Value"], float):
        # One minus a sum: rounding alone takes it below zero.
        overall["P-Value"] = max(overall["P-Value"], 0.0)
    return Statistics(
        overall={name: _plain(value) for name, value in overall.items()},
        per_class={name: tuple(_plain(value) for value in values.values()) for name, values in per_class.items()},
    )


def _measure(matrix: ConfusionMatrix) -> tuple[dict[str, Any], dict[str, dict[int, Any]]]:
    # PyCM's own ConfusionMatrix would add a second class to a matrix of one; the functions below it take any number.
    # Classes go by their position, so that no user's text enters PyCM, and counts as Python's unbounded int.
    counts = matrix.counts
    classes = list(range(len(matrix.classes)))
    table = {i: dict(enumerate(row)) for i, row in enumerate(counts.tolist())}
    hits, actual, predicted = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    outcomes = {"TP": hits, "FP": predicted - hits, "FN": actual - hits, "TN": counts.sum() - actual - predicted + hits}
    by_class = {name: dict(enumerate(values.tolist())) for name, values in outcomes.items()}
    per_class = class_statistics(**by_class, classes=classes, table=table)
    overall = overall_statistics(
        **per_class,
        classes=classes,
        table=table,
        jaccard_list=per_class["J"],
        CEN_dict=per_class["CEN"],
        MCEN_dict=per_class["MCEN"],
        AUC_dict=per_class["AUC"],
        ICSI_dict=per_class["ICSI"],
    )
    return overall, per_class


def _plain(value: Any) -> Value:
    if isinstance(value, tuple):
        low, high = (_plain(part) for part in value)
        return None if low is None and high is None else (low, high)  # type: ignore[return-value]  # parts are numbers
    if value == "None":
        return None
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else None  # adding 0.0 makes -0.0 positive
    return value  # type: ignore[no-any-return]  # PyCM has no types: int or str
