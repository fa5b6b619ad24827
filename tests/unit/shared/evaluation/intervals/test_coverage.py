"""Intervals hold the true value as often as they say, and tests of equal classifiers raise few false alarms.

All draws have a seed. `python -m benchmarks.statistics` prints the same of 2,000 sets.
"""

import pytest

from benchmarks.statistics import KINDS, area_coverage, coverages, false_alarms

SETS = 400


@pytest.mark.parametrize("kind", KINDS)
def test_an_interval_of_95_percent_holds_the_true_value_so_often(kind: str) -> None:
    found = {one.metric: one for one in coverages(KINDS[kind], 2000, SETS)}

    # Of 400 sets the share itself varies by 1.1 points.
    assert {name: one.covered for name, one in found.items() if not 0.92 <= one.covered <= 0.98} == {}
    assert {one.without for one in found.values()} == {0.0}


def test_ten_samples_of_a_class_are_enough_for_an_interval_of_rates() -> None:
    found = {one.metric: one.covered for one in coverages(KINDS["1:20"], 200, SETS)}

    of_rates = ("accuracy", "balanced_accuracy", "recall.macro", "precision.class", "recall.class")
    assert {name: found[name] for name in of_rates if not 0.92 <= found[name] <= 0.98} == {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [200, 2000])
def test_the_interval_of_an_area_holds_it_so_often(kind: str, size: int) -> None:
    found = area_coverage(KINDS[kind], size, SETS)

    # Ten positives are few for a method of large samples: 91.5 % of 2,000 sets.
    assert (0.89 if (kind, size) == ("1:20", 200) else 0.92) <= found.covered <= 0.98
    assert found.without == 0.0


@pytest.mark.parametrize("size", [200, 2000])
def test_a_false_alarm_is_as_rare_as_the_level_says(size: int) -> None:
    assert {test: share for test, share in false_alarms(size, SETS).items() if share > 0.08} == {}
