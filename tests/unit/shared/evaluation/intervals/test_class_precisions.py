"""Areas under precision-recall curves: scikit-learn's and PyCM's values, and the errors of single samples."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from shared.evaluation.curves.precision_spread import PrecisionSums
from shared.evaluation.curves.roc_and_pr import average_precision, pr_area
from shared.evaluation.curves.thresholds import count_at_scores
from shared.evaluation.intervals.areas import average_precision_interval
from shared.evaluation.intervals.class_areas import AverageArea
from shared.evaluation.intervals.class_precisions import (
    Measure,
    areas_by_class,
    average_precision_changes,
    careful_pr_area_changes,
    micro_areas,
    pr_area_changes,
    rank,
)

RANDOM = np.random.default_rng(8)
CODES = RANDOM.choice(3, 240, p=[0.5, 0.3, 0.2]).astype(np.uint8)
RAISED = np.exp(RANDOM.normal(size=(240, 3)) + 1.2 * np.eye(3)[CODES])
# Of few grades, so that many are equal, and of as many as there are samples.
GRADES = (RAISED / RAISED.sum(axis=1, keepdims=True)).round(1)
SCORES = RAISED / RAISED.sum(axis=1, keepdims=True)


def macro_area(probabilities: Any, codes: Any, measure: Measure, alpha: float) -> AverageArea:
    return areas_by_class(probabilities, codes, [measure], alpha)[0].macro


def micro_area(probabilities: Any, codes: Any, measure: Measure, alpha: float) -> AverageArea:
    return micro_areas(probabilities, codes, [measure], alpha)[0]


MEASURES: dict[str, Measure] = {"steps": average_precision_changes, "trapezoids": pr_area_changes}


@pytest.mark.parametrize("table", [GRADES, SCORES], ids=["grades", "scores"])
def test_the_areas_are_those_of_the_curves(table: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    for column in range(3):
        is_own = np.equal(CODES, column)
        counts = count_at_scores(table[:, column], is_own)

        steps, trapezoids = (measure(rank(table[:, column], is_own)) for measure in MEASURES.values())

        assert steps.value == pytest.approx(average_precision(counts), abs=1e-12)
        assert trapezoids.value == pytest.approx(pr_area(counts), abs=1e-12)
    for average, of in (("macro", macro_area), ("micro", micro_area)):
        expected = average_precision_score(np.eye(3)[CODES], table, average=average)
        assert of(table, CODES, average_precision_changes, 0.05).value == pytest.approx(expected, abs=1e-12)


def test_the_interval_of_one_class_is_that_of_the_sums_over_its_scores() -> None:
    for column in range(3):
        is_own = np.equal(CODES, column)
        sums = PrecisionSums(int(is_own.sum()), int((~is_own).sum()))
        sums.add(count_at_scores(GRADES[:, column], is_own))
        spread, value = sums.spread(), average_precision_score(is_own, GRADES[:, column])
        assert spread is not None

        found = areas_by_class(GRADES, CODES, [average_precision_changes], 0.05)[0].per_class[column]

        assert found.interval == pytest.approx(average_precision_interval(value, spread, 0.05), abs=1e-9)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES.keys())
def test_changes_are_those_of_a_sample_that_counts_a_little_more(measure: Measure) -> None:
    # Each sample 1,000 times, and one of them once more: the change over the step.
    scores, is_own = GRADES[:, 0], CODES == 0
    often = np.repeat(np.arange(240), 1000)
    found = measure(rank(scores, is_own))
    before = measure(rank(scores[often], is_own[often])).value

    for at in (0, 1, 2, 50, 100):
        rows = np.append(often, np.full(100, at))
        after = measure(rank(scores[rows], is_own[rows])).value
        assert (after - before) / (100 / len(rows)) == pytest.approx(found.changes[at], rel=2e-2, abs=2e-3)
    assert found.changes.sum() == pytest.approx(0, abs=1e-9)


def test_without_steps_both_areas_vary_alike() -> None:
    steps, trapezoids = (measure(rank(SCORES[:, 0], CODES == 0)) for measure in MEASURES.values())

    assert np.std(trapezoids.changes) == pytest.approx(np.std(steps.changes), rel=0.02)


def test_the_wider_of_both_errors_is_that_of_the_trapezoids() -> None:
    for table in (GRADES, SCORES):
        steps, trapezoids = (measure(rank(table[:, 2], np.equal(CODES, 2))) for measure in MEASURES.values())

        found = careful_pr_area_changes(rank(table[:, 2], np.equal(CODES, 2)))

        assert found.value == trapezoids.value
        assert np.std(found.changes) == max(np.std(steps.changes), np.std(trapezoids.changes))


def test_measures_of_the_same_samples_do_not_change_each_other() -> None:
    measures = average_precision_changes, careful_pr_area_changes, pr_area_changes
    for order in (measures, measures[::-1]):
        for areas in (areas_by_class, micro_areas):
            together = areas(GRADES, CODES, order, 0.05)

            assert together == [areas(GRADES, CODES, [measure], 0.05)[0] for measure in order]


@pytest.mark.parametrize("average", [macro_area, micro_area])
def test_an_average_holds_its_value_and_narrows_with_the_samples(average: Callable[..., AverageArea]) -> None:
    for measure in MEASURES.values():
        few, many = (
            average(np.tile(GRADES, (times, 1)), np.tile(CODES, times), measure, 0.05).interval for times in (1, 4)
        )
        assert few is not None
        assert many is not None
        # Of many samples a negative that was not drawn makes less of the lower bound.
        assert math.isclose((many[1] - many[0]) / (few[1] - few[0]), 0.5, abs_tol=0.04)


def test_classes_of_one_sample_and_areas_of_one_have_no_interval() -> None:
    codes = np.array([0, 0, 1, 1, 2], np.uint8)
    table = np.eye(3)[codes] * 0.7 + 0.1

    assert macro_area(table, codes, average_precision_changes, 0.05) == AverageArea(1.0, None)
    assert micro_area(table, codes, average_precision_changes, 0.05) == AverageArea(1.0, None)
    # By trapezoids nothing is left of a curve of one point.
    assert micro_area(table, codes, pr_area_changes, 0.05) == AverageArea(0.0, None)


def test_areas_and_bounds_are_plain_numbers_where_several_samples_share_the_highest_score() -> None:
    # NumPy's numbers are no JSON.
    tied, codes = np.full((6, 2), 0.5), np.array([0, 1, 0, 1, 1, 0])
    tied[0] = 0.25, 0.75

    for measure in (average_precision_changes, pr_area_changes):
        for found in (macro_area(tied, codes, measure, 0.05), micro_area(tied, codes, measure, 0.05)):
            assert {type(number) for number in (found.value, *(found.interval or ()))} == {float}


def test_equal_scores_of_two_classes_have_a_mean_that_nothing_shows_to_vary() -> None:
    table, codes = np.full((20, 2), 0.5), (np.arange(20) < 8).astype(np.uint8)

    (found,) = areas_by_class(table, codes, (average_precision_changes,), 0.05)

    assert (found.macro.value, found.macro.interval) == (0.5, None)
    assert [one.interval is None for one in found.per_class.values()] == [False, False]
