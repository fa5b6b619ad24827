"""Grades are PyCM's, also on the edges of its scales."""

from itertools import product
from typing import Any

import numpy as np
import pycm
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycm import interpret
from pycm.params import CLASS_BENCHMARK_SCORE_DICT, OVERALL_BENCHMARK_MAP, OVERALL_BENCHMARK_SCORE_DICT

from shared.evaluation.comparison.pycm_scales import (
    _CLASS_SCALES,
    _OVERALL_SCALES,
    CLASS_BENCHMARKS,
    OVERALL_BENCHMARKS,
    class_grades,
    overall_grades,
)
from shared.evaluation.confusion.association import association
from shared.evaluation.confusion.matrix import ConfusionMatrix

squares = st.tuples(st.integers(2, 6), st.sampled_from([2, 5, 60, 10**6])).flatmap(
    lambda drawn: arrays.arrays(np.int64, (drawn[0],) * 2, elements=st.integers(0, drawn[1]))
)


@pytest.fixture(autouse=True)
def _without_p_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pycm.overall_funcs.p_value_calc", lambda *_: "None")


def matrix_of(counts: Any, dtype: type = np.int64) -> ConfusionMatrix:
    return ConfusionMatrix(tuple(range(len(counts))), np.array(counts, dtype))


def our_grades(counts: Any) -> dict[str, list[float | None]]:
    matrix = matrix_of(counts)
    classes, overall = class_grades([matrix])[:, 0, :], overall_grades([matrix])
    tables = zip((*CLASS_BENCHMARKS, *OVERALL_BENCHMARKS), (*classes, *overall), strict=True)
    return {name: [None if np.isnan(grade) else float(grade) for grade in grades] for name, grades in tables}


def pycms_grades(counts: Any) -> dict[str, list[float | None]]:
    theirs = pycm.ConfusionMatrix(matrix={i: dict(enumerate(map(int, row))) for i, row in enumerate(counts)})
    grades: dict[str, list[Any]] = {}
    for name, levels in CLASS_BENCHMARK_SCORE_DICT.items():
        grades[name] = [levels[theirs.class_stat[name][i]] for i in theirs.classes]
    for name, levels in OVERALL_BENCHMARK_SCORE_DICT.items():
        grades[name] = [levels[theirs.overall_stat[OVERALL_BENCHMARK_MAP[name]]]]
    top = {
        name: len(levels) - 1 for name, levels in (CLASS_BENCHMARK_SCORE_DICT | OVERALL_BENCHMARK_SCORE_DICT).items()
    }
    return {
        name: [None if level == "None" else level / top[name] for level in levels] for name, levels in grades.items()
    }


VERDICTS = {
    "PLRI": interpret.PLR_analysis,
    "NLRI": interpret.NLR_analysis,
    "DPI": interpret.DP_analysis,
    "AUCI": interpret.AUC_analysis,
    "MCCI": interpret.MCC_analysis,
    "QI": interpret.Q_analysis,
    "SOA1": interpret.kappa_analysis_koch,
    "SOA2": interpret.kappa_analysis_fleiss,
    "SOA3": interpret.kappa_analysis_altman,
    "SOA4": interpret.kappa_analysis_cicchetti,
    "SOA5": interpret.V_analysis,
    "SOA6": interpret.MCC_analysis,
    "SOA7": interpret.lambda_analysis,
    "SOA8": interpret.lambda_analysis,
    "SOA9": interpret.alpha_analysis,
    "SOA10": interpret.pearson_C_analysis,
}


@pytest.mark.parametrize("name", VERDICTS)
def test_every_thousandth_is_graded_as_by_pycm(name: str) -> None:
    values = np.array([*(thousandth / 1000 for thousandth in range(-1100, 12_000)), np.nan])
    levels = (CLASS_BENCHMARK_SCORE_DICT | OVERALL_BENCHMARK_SCORE_DICT)[name]
    expected = [levels[VERDICTS[name](value)] for value in values.tolist()]
    grades = (_CLASS_SCALES | _OVERALL_SCALES)[name].grade(values)
    assert [None if np.isnan(grade) else grade for grade in grades.tolist()] == [
        None if level == "None" else level / (len(levels) - 1) for level in expected
    ]


@given(squares.filter(lambda counts: bool(counts.any())))
@example(np.array([[5, 0, 1], [0, 0, 0], [2, 0, 4]]))
@example(np.array([[10**9, 3], [2, 10**9]]))
def test_grades_are_pycms(counts: np.ndarray[Any, Any]) -> None:
    assert our_grades(counts) == pycms_grades(counts)


def test_grades_of_all_small_binary_matrices_are_pycms() -> None:
    for cells in product(range(5), repeat=4):
        if any(cells):
            counts = [cells[:2], cells[2:]]
            assert our_grades(counts) == pycms_grades(counts), counts


@pytest.mark.parametrize(
    ("name", "counts", "grade"),
    [
        ("SOA5", [[4, 1], [1, 4]], 5 / 6),  # Cramer's V is 0.6
        ("SOA1", [[4, 1], [1, 4]], 5 / 6),  # kappa is 0.6
        ("SOA2", [[7, 1], [1, 7]], 1.0),  # kappa is 0.75
        ("SOA4", [[5, 0], [0, 5]], 1.0),  # kappa is 1, and allowed to be
        ("SOA6", [[3, 1], [1, 3]], 3 / 5),  # the coefficient is 0.5
        ("SOA7", [[5, 0], [0, 5]], 1.0),  # lambda is 1
        ("SOA7", [[3, 3], [1, 1]], None),  # lambda is 0
        ("SOA10", [[1, 1], [1, 1]], None),  # C is 0
    ],
)
def test_a_value_on_an_edge_belongs_to_the_grade_above(name: str, counts: Any, grade: float | None) -> None:
    assert our_grades(counts)[name] == pycms_grades(counts)[name] == [grade]


@given(squares.filter(lambda counts: bool(counts.any())))
def test_association_is_pycms(counts: np.ndarray[Any, Any]) -> None:
    theirs = pycm.ConfusionMatrix(matrix={i: dict(enumerate(row)) for i, row in enumerate(counts.tolist())})
    ours = association(matrix_of(counts))
    names = {
        "Kappa": ours.kappa,
        "Krippendorff Alpha": ours.krippendorff_alpha,
        "Overall MCC": ours.mcc,
        "Cramer V": ours.cramer_v,
        "Pearson C": ours.pearson_c,
        "Lambda A": ours.lambda_a,
        "Lambda B": ours.lambda_b,
    }
    for name, value in names.items():
        expected = theirs.overall_stat[name]
        assert value == pytest.approx(np.nan if expected == "None" else expected, rel=1e-14, nan_ok=True), name


def test_several_matrices_are_graded_as_one_by_one() -> None:
    rng = np.random.default_rng(0)
    matrices = [matrix_of(rng.integers(0, 20, (4, 4))) for _ in range(8)]
    np.testing.assert_array_equal(class_grades(matrices), np.hstack([class_grades([matrix]) for matrix in matrices]))
    alone = np.hstack([overall_grades([matrix]) for matrix in matrices])
    np.testing.assert_array_equal(overall_grades(matrices), alone)


@pytest.mark.parametrize("counts", [[[3]], [[0]], [[0, 0], [0, 0]]])
def test_nothing_to_compare_has_no_grade(counts: Any) -> None:
    assert {grade for values in our_grades(counts).values() for grade in values} == {None}


def test_rounding_of_weights_makes_no_ratio_out_of_nothing() -> None:
    weighted = matrix_of([[0.2, 0.7], [0.1, 0.0]], float)
    whole = matrix_of([[2, 7], [1, 0]])
    np.testing.assert_array_equal(class_grades([weighted]), class_grades([whole]))
    assert np.isnan(class_grades([weighted])[CLASS_BENCHMARKS.index("NLRI"), 0, 0])
