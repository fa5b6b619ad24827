"""The time of a comparison of ten matrices, beside PyCM.

Run it as `python -m benchmarks.libraries.compare`.
"""

import argparse
import warnings
from collections.abc import Callable
from functools import partial
from unittest.mock import patch

import numpy as np
import pycm

from benchmarks.libraries.multilabel import race
from shared.evaluation.comparison.pycm_ranking import compare
from shared.evaluation.comparison.side_by_side import side_by_side
from shared.evaluation.confusion.matrix import ConfusionMatrix

Matrices = dict[str, ConfusionMatrix]

MATRIX_COUNT = 10
HIT_RATE = 0.8


def matrices_of(samples: int, k: int) -> Matrices:
    """Make ten matrices of as many samples, most of them hits."""
    rng = np.random.default_rng(samples + k)
    odds = np.full((k, k), (1 - HIT_RATE) / (k * k)) + np.eye(k) * HIT_RATE / k
    cells = [rng.multinomial(samples, odds.ravel()).reshape(k, k) for _ in range(MATRIX_COUNT)]
    return {f"model {index}": ConfusionMatrix(tuple(range(k)), counts) for index, counts in enumerate(cells)}


def pycm_matrices(matrices: Matrices) -> dict[str, pycm.ConfusionMatrix]:
    """Make PyCM's objects from the counts."""
    tables = {name: dict(enumerate(matrix.counts.tolist())) for name, matrix in matrices.items()}
    return {
        name: pycm.ConfusionMatrix(matrix={i: dict(enumerate(row)) for i, row in table.items()})
        for name, table in tables.items()
    }


def by_pycm(matrices: Matrices) -> object:
    """Compare by PyCM, from the counts."""
    return pycm.Compare(pycm_matrices(matrices))


def by_pycm_without_p_value(matrices: Matrices) -> object:
    """Compare by PyCM, from the counts, without its slowest statistic."""
    with patch("pycm.overall_funcs.p_value_calc", return_value="None"):
        return by_pycm(matrices)


def run(samples: int, k: int, rounds: int) -> None:
    """Print one block of the table."""
    matrices = matrices_of(samples, k)
    candidates: dict[str, Callable[[], object]] = {
        "compare": partial(compare, matrices),
        "side by side": partial(side_by_side, matrices),
        "PyCM from counts": partial(by_pycm, matrices),
        "PyCM from counts, P-Value left out": partial(by_pycm_without_p_value, matrices),
        "PyCM, ready objects": partial(pycm.Compare, pycm_matrices(matrices)),
    }
    results = race(candidates, rounds)
    print(f"\n{f'{MATRIX_COUNT} matrices, {samples:,} samples, {k} classes':<46}{'ms':>10}{'/ compare':>11}")
    for name, time in results.items():
        print(f"{name:<46}{time:>10.2f}{time / results['compare']:>11.1f}")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    warnings.simplefilter("ignore", RuntimeWarning)
    run(1_000, 2, rounds=5)
    run(1_000, 5, rounds=5)
    run(5_000, 5, rounds=9)
    run(10_000, 20, rounds=5)
    run(100_000, 100, rounds=3)
