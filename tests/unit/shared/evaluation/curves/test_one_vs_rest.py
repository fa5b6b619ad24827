"""Each class against the rest and the averages equal scikit-learn's; what is undefined is said to be so."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics

from shared.evaluation.curves.one_vs_rest import (
    NEVER_OCCURS,
    Areas,
    CurveSummary,
    UndefinedCurve,
    measure_curves,
)
from shared.evaluation.inputs.probability_errors import OneClassOnly

Table = tuple[NDArray[Any], NDArray[np.uint8]]


def random_table(n: int, k: int, *, decimals: int = 17) -> Table:
    rng = np.random.default_rng(n + k)
    codes = rng.integers(0, k, n).astype(np.uint8)
    table = rng.dirichlet(np.ones(k), n)
    table[np.arange(n), codes] += 0.3
    return (table / table.sum(axis=1, keepdims=True)).round(decimals), codes


def one_hot(codes: NDArray[np.uint8], k: int) -> NDArray[np.bool_]:
    truth: NDArray[np.bool_] = codes[:, np.newaxis] == np.arange(k)
    return truth


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("n", "k", "decimals"), [(400, 2, 17), (500, 5, 17), (600, 4, 1), (3000, 3, 2)])
def test_areas_of_classes_and_averages_equal_scikit_learns(n: int, k: int, decimals: int, *, weighted: bool) -> None:
    table, codes = random_table(n, k, decimals=decimals)
    weights = np.random.default_rng(1).random(n) + 0.1 if weighted else None
    truth = one_hot(codes, k)
    found = measure_curves(table, codes, weights)

    def expected(average: str | None) -> tuple[Any, Any]:
        return (
            metrics.roc_auc_score(truth, table, average=average, sample_weight=weights),
            metrics.average_precision_score(truth, table, average=average, sample_weight=weights),
        )

    roc, mean_precision = expected(None)
    measured = [one for one in found.per_class if isinstance(one, CurveSummary)]
    assert [one.areas.roc for one in measured] == pytest.approx(roc.tolist(), abs=1e-12)
    assert [one.areas.average_precision for one in measured] == pytest.approx(mean_precision.tolist(), abs=1e-12)
    averages = found.micro.areas, found.macro.areas
    for areas, average in zip(averages, ("micro", "macro"), strict=True):
        assert (areas.roc, areas.average_precision) == pytest.approx(expected(average), abs=1e-12)
    assert found.macro.columns == tuple(range(k))
    assert found.macro.areas.pr == pytest.approx(np.mean([one.areas.pr for one in measured]), abs=1e-12)


def test_macro_of_one_versus_rest_equals_scikit_learns_multiclass_area() -> None:
    table, codes = random_table(800, 6)
    expected = metrics.roc_auc_score(codes, table, multi_class="ovr", average="macro")
    assert measure_curves(table, codes).macro.areas.roc == pytest.approx(expected, abs=1e-12)


def test_the_macro_curve_is_the_mean_of_the_interpolated_curves() -> None:
    table, codes = random_table(300, 3)
    grid = np.linspace(0, 1, 1000)
    curves = [metrics.roc_curve(codes == column, table[:, column])[:2] for column in range(3)]
    mean = np.mean([np.interp(grid, fpr, tpr) for fpr, tpr in curves], axis=0)
    macro = measure_curves(table, codes).macro
    np.testing.assert_array_equal(macro.roc.x, [0.0, *grid])
    np.testing.assert_allclose(macro.roc.y, [0.0, *mean], atol=1e-12)
    assert np.isnan(macro.roc.thresholds).all()
    assert np.trapezoid(macro.roc.y, macro.roc.x) == pytest.approx(macro.areas.roc, abs=0.002)


def test_curves_to_draw_have_the_areas_that_are_told() -> None:
    table, codes = random_table(20_000, 3)
    found = measure_curves(table, codes, max_points=300)
    for one in (*found.per_class, found.micro):
        assert isinstance(one, CurveSummary)
        for drawing, area in ((one.roc, one.areas.roc), (one.pr, one.areas.pr)):
            assert len(drawing.curve.x) <= 300
            assert abs(float(np.trapezoid(drawing.curve.y, drawing.curve.x)) - area) <= drawing.area_error + 1e-12


def test_a_class_that_never_occurs_is_undefined_and_outside_the_macro_average() -> None:
    table, codes = random_table(200, 4)
    codes[codes == 2] = 3
    found = measure_curves(table, codes)
    assert found.per_class[2] == UndefinedCurve(NEVER_OCCURS)
    assert found.macro.columns == (0, 1, 3)
    assert found.macro.roc.y[-1] == 1.0
    occurring = [0, 1, 3]
    expected = np.mean([metrics.roc_auc_score(codes == column, table[:, column]) for column in occurring])
    assert found.macro.areas.roc == pytest.approx(expected, abs=1e-12)
    micro = metrics.roc_auc_score(one_hot(codes, 4).ravel(), table.ravel())
    assert found.micro.areas.roc == pytest.approx(micro, abs=1e-12)


def test_a_class_whose_samples_weigh_nothing_never_occurs() -> None:
    table, codes = random_table(200, 3)
    found = measure_curves(table, codes, (codes != 1).astype(np.float64))
    assert found.per_class[1] == UndefinedCurve(NEVER_OCCURS)
    there = codes != 1
    expected = measure_curves(table[there], codes[there])
    assert found.macro.areas == expected.macro.areas
    assert found.micro.areas == expected.micro.areas


def test_samples_of_one_class_only_are_refused() -> None:
    table, codes = random_table(20, 3)
    with pytest.raises(OneClassOnly) as refusal:
        measure_curves(table, np.ones(20, np.uint8), vector="labels")
    assert (refusal.value.vector, refusal.value.detail) == (
        "labels",
        "labels has samples of one class only; a curve requires samples of at least two classes.",
    )
    with pytest.raises(OneClassOnly):
        measure_curves(table, codes, (codes == 2).astype(np.float64))


def test_constant_scores_are_worth_a_coin() -> None:
    codes = np.array([0, 0, 0, 1], np.uint8)
    found = measure_curves(np.full((4, 2), 0.5), codes)
    assert [one.areas for one in found.per_class if isinstance(one, CurveSummary)] == [
        Areas(roc=0.5, pr=0.0, average_precision=0.75),
        Areas(roc=0.5, pr=0.0, average_precision=0.25),
    ]
    assert found.micro.areas == Areas(roc=0.5, pr=0.0, average_precision=0.5)
    assert found.macro.areas == Areas(roc=0.5, pr=0.0, average_precision=0.5)
    assert found.micro.roc.curve.x.tolist() == found.micro.roc.curve.y.tolist() == [0.0, 1.0]


def test_single_precision_gives_the_areas_of_its_own_scores() -> None:
    table, codes = random_table(500, 3)
    single = table.astype(np.float32)
    assert measure_curves(single, codes).micro.areas == measure_curves(single.astype(np.float64), codes).micro.areas


def test_the_documented_request_has_its_true_areas() -> None:
    table = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    found = measure_curves(table, np.array([0, 1, 0, 1], np.uint8), cost_ratio=2)
    areas = [one.areas for one in found.per_class if isinstance(one, CurveSummary)]
    assert [area.roc for area in areas] == [0.0, 0.0]
    for column, area in enumerate(areas):
        expected = metrics.average_precision_score(np.array([0, 1, 0, 1]) == column, table[:, column])
        assert area.average_precision == pytest.approx(expected)
    assert found.micro.best.cost is not None
