"""Intervals hold the true value as often as they say, and tests of equal classifiers raise few false alarms.

All draws have a seed. `python -m benchmarks.error_rates.statistics` prints the same of 2,000 sets.
"""

import numpy as np
import pytest

from benchmarks.error_rates.all_counts import METRICS, bounds_of_sets
from benchmarks.error_rates.counted_intervals import Kind, held
from benchmarks.error_rates.score_models import SCORE_MODELS, ScoreModel
from benchmarks.error_rates.statistics import KINDS, SEED, area_coverage, coverages, estimates, false_alarms

SETS = 300
NAMED = ("accuracy", "kappa", "mcc", "balanced_accuracy", "f1.macro", "specificity.macro", "f1.class")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [200, 2000])
def test_an_interval_of_95_percent_holds_the_true_value_so_often(kind: str, size: int) -> None:
    found = {one.metric: one for one in coverages(KINDS[kind], size, SETS, NAMED)}

    # Of 300 sets the share itself varies by 1.3 points; of ten samples of a class, few outcomes are possible at all.
    assert {name: one.covered for name, one in found.items() if not 0.90 <= one.covered <= 0.99} == {}
    assert max(one.without for one in found.values()) <= 0.01


@pytest.mark.parametrize("scores", SCORE_MODELS, ids=lambda scores: scores.name)
def test_the_interval_of_an_area_holds_it_so_often(scores: ScoreModel) -> None:
    found = area_coverage(scores, KINDS["1:20"], 200, SETS)

    assert 0.90 <= found.covered <= 0.995
    assert found.without <= 0.03


@pytest.mark.parametrize("size", [200, 2000])
def test_a_false_alarm_is_as_rare_as_the_level_says(size: int) -> None:
    assert {test: share for test, share in false_alarms(size, SETS).items() if share > 0.08} == {}


def test_intervals_of_many_matrices_at_once_are_those_of_each() -> None:
    random = np.random.default_rng(SEED)
    for classes in (2, 4):
        counts = random.integers(0, 12, (3, classes, classes)) + 20 * np.eye(classes, dtype=np.int64)
        ones = [estimates(one, METRICS) for one in counts]

        for metric, bounds in bounds_of_sets(counts):
            expected = [[one[metric].low for one in ones], [one[metric].high for one in ones]]

            assert np.array(bounds) == pytest.approx(np.array(expected, float), rel=1e-9, abs=1e-12), metric


@pytest.mark.parametrize("classes", [2, 3])
def test_means_and_agreement_of_a_very_good_model_are_held_so_often(classes: int) -> None:
    found = {one.metric: one.within for one in held(Kind(classes, "very good", "1:1", 200), 2000)}

    named = ("precision.macro", "f1.macro", "gwet_ac1", "kappa", "mcc")
    assert {metric: found[metric] for metric in named if not 0.925 <= found[metric] <= 0.975} == {}
