"""PyCM's statistics of a matrix of thousands of classes, from the cells that are not zero.

PyCM looks at all k × k cells, which takes it half a minute and gigabytes for 5,000 classes. What depends on the margins
alone is its own here; the sums over cells, in which an empty cell adds nothing or what is expected of it, are ours.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pycm.class_funcs import class_statistics
from pycm.interpret import V_analysis, lambda_analysis, pearson_C_analysis
from pycm.overall_funcs import (
    RCI_calc,
    cramers_V_calc,
    mutual_information_calc,
    overall_CEN_calc,
    overall_statistics,
    pearson_C_calc,
    phi_square_calc,
)

from shared.evaluation.confusion.association import chi_squared_of, largest_cells, share_of_errors_avoided
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.rates import ratio
from shared.evaluation.types import Counts

# What is left of a sum of weights that is zero is less than this share of it.
_ROUNDING = 1e-12


class CellStatistics(NamedTuple):
    """PyCM's statistics under PyCM's names, of the whole matrix, and of each class by its position."""

    overall: dict[str, Any]
    per_class: dict[str, dict[int, Any]]


def measure_cells(matrix: ConfusionMatrix) -> CellStatistics:
    """Compute the statistics; those that are undefined are PyCM's text "None"."""
    rows, columns, counts = matrix.cells
    wrong = rows != columns
    missed, mistaken = (
        # Subtracting fractions would leave a rounding error instead of zero.
        np.bincount(positions[wrong], counts[wrong], len(matrix.classes)).astype(counts.dtype)
        for positions in (rows, columns)
    )
    hits, total = matrix.hits, matrix.sample_count
    elsewhere = total - hits - missed - mistaken
    elsewhere = np.where(np.abs(elsewhere) > _ROUNDING * total, elsewhere, 0).astype(counts.dtype)
    outcomes = {"TP": hits, "FP": mistaken, "FN": missed, "TN": elsewhere}
    by_class = {name: dict(enumerate(values.tolist())) for name, values in outcomes.items()}
    # Without classes PyCM leaves out the sums over cells, which follow.
    per_class = class_statistics(**by_class, classes=[], table={})
    per_class["POP"] = dict.fromkeys(range(len(hits)), total)
    for name, is_modified in (("CEN", False), ("MCEN", True)):
        per_class[name] = dict(enumerate(_confusion_entropies(matrix, is_modified=is_modified)))
    return CellStatistics(_overall(matrix, per_class), per_class)


def _overall(matrix: ConfusionMatrix, per_class: dict[str, dict[int, Any]]) -> dict[str, Any]:
    classes = list(range(len(matrix.classes)))
    overall: dict[str, Any] = overall_statistics(
        **per_class,
        classes=classes,
        # Of the others PyCM says that they are undefined; they are replaced below.
        table={at: {at: hit} for at, hit in enumerate(matrix.hits.tolist())},
        jaccard_list=per_class["J"],
        CEN_dict=per_class["CEN"],
        MCEN_dict=per_class["MCEN"],
        AUC_dict=per_class["AUC"],
        ICSI_dict=per_class["ICSI"],
    )
    replaced = _of_cells(matrix, overall) | {
        f"Overall {name}": overall_CEN_calc(
            classes, per_class["TP"], per_class["TOP"], per_class["P"], per_class[name], name == "MCEN"
        )
        for name in ("CEN", "MCEN")
    }
    return {name: replaced.get(name, value) for name, value in overall.items()}


def _of_cells(matrix: ConfusionMatrix, overall: dict[str, Any]) -> dict[str, Any]:
    """The statistics that PyCM sums over all cells; of `overall` the entropies of both sides enter."""
    total = matrix.sample_count
    chi_squared = _or_none(chi_squared_of(matrix))
    phi_squared = phi_square_calc(chi_squared, total)
    cramer_v = cramers_V_calc(phi_squared, list(range(len(matrix.classes))))
    pearson_c = pearson_C_calc(chi_squared, total)
    joint, conditional = _entropies(matrix)
    mutual = mutual_information_calc(overall["Response Entropy"], conditional)
    of_rows, of_columns = largest_cells(matrix)
    lambda_a = _or_none(share_of_errors_avoided(of_columns, matrix.actual, total))
    lambda_b = _or_none(share_of_errors_avoided(of_rows, matrix.predicted, total))
    return {
        "Chi-Squared": chi_squared,
        "Phi-Squared": phi_squared,
        "Cramer V": cramer_v,
        "Pearson C": pearson_c,
        "Joint Entropy": joint,
        "Conditional Entropy": conditional,
        "Mutual Information": mutual,
        "RCI": RCI_calc(mutual, overall["Reference Entropy"]),
        "Lambda A": lambda_a,
        "Lambda B": lambda_b,
        "ARI": _adjusted_rand_index(matrix),
        "SOA5(Cramer)": V_analysis(cramer_v),
        "SOA7(Lambda A)": lambda_analysis(lambda_a),
        "SOA8(Lambda B)": lambda_analysis(lambda_b),
        "SOA10(Pearson C)": pearson_C_analysis(pearson_c),
    }


def _confusion_entropies(matrix: ConfusionMatrix, *, is_modified: bool) -> list[Any]:
    rows, columns, counts = matrix.cells
    wrong = rows != columns
    rows, columns, counts = rows[wrong], columns[wrong], counts[wrong].astype(float)
    whole = (matrix.actual + matrix.predicted - (matrix.hits if is_modified else 0)).astype(float)
    k = len(whole)
    entropies = np.zeros(k)
    for positions in (rows, columns):
        shares = counts / whole[positions]
        entropies -= np.bincount(positions, shares * np.log(shares) / math.log(2 * (k - 1)), k)
    # Adding 0.0 makes -0.0 positive.
    return [value + 0.0 if total else "None" for value, total in zip(entropies.tolist(), whole.tolist(), strict=True)]


def _entropies(matrix: ConfusionMatrix) -> tuple[Any, Any]:
    """The joint entropy, and that of the predictions given the actual class, in bits."""
    rows, _, counts = matrix.cells
    total = matrix.sample_count
    if not total:
        return "None", "None"
    return _bits(counts, np.asarray(total)), _bits(counts, matrix.actual[rows].astype(float))


def _bits(counts: Counts, wholes: NDArray[Any]) -> float:
    return -float((counts / counts.sum() * np.log2(counts / wholes)).sum())


def _adjusted_rand_index(matrix: ConfusionMatrix) -> Any:
    if matrix.is_weighted:
        return "None"
    pairs, of_actual, of_predicted = (
        sum(count * (count - 1) // 2 for count in counts.tolist())
        for counts in (matrix.cells.counts, matrix.actual, matrix.predicted)
    )
    total = int(matrix.sample_count)
    # As PyCM has it: products of whole numbers, divided last.
    by_chance = ratio(of_actual * of_predicted, total * (total - 1) // 2)
    return _or_none(ratio(pairs - by_chance, (of_actual + of_predicted) / 2 - by_chance))


def _or_none(value: float) -> Any:
    return "None" if math.isnan(value) else value
