"""The fewer samples two predictions differ on, the less can be shown."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.intervals import count_formulas
from shared.evaluation.paired.sample_basis import SampleBasis
from shared.evaluation.paired.tensor import count_pairs, replicate, replicate_sets
from shared.evaluation.paired.testing import FEW_DIFFER, Question, of_replicates

FORMULAS = count_formulas.OVERALL | count_formulas.CLASS_PROPORTIONS
ASKED = Question(0.05, None, 0.01)


def measured(truth: Any, baseline: Any, candidate: Any, k: int = 3) -> dict[str, Any]:
    return replicate(count_pairs(truth, baseline, candidate, k), FORMULAS, replicates=1, seed=0)


@given(st.integers(0, 2**32 - 1))
def test_only_samples_that_count_as_differing_change_a_metric_where_their_predictions_are_exchanged(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth, baseline, candidate = random.integers(0, 3, (3, 12))
    before, changed = measured(truth, baseline, candidate), dict[str, Any]()
    for row in range(12):
        swapped = [np.where(np.arange(12) == row, *sides) for sides in ((candidate, baseline), (baseline, candidate))]
        for name, after in measured(truth, *swapped).items():
            gone = np.abs(np.nan_to_num(np.atleast_1d(after.candidate - before[name].candidate))) > 1e-12
            changed[name] = changed.get(name, 0) + gone

    for name, found in before.items():
        assert np.all(changed[name] <= [one.differing for one in found.bases]), name


def test_a_sample_that_both_predict_wrongly_matters_where_the_predicted_class_does() -> None:
    found = measured(np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 0, 1]), np.array([0, 2, 2, 1, 1]))

    assert found["balanced_accuracy"].bases == [SampleBasis(5, 2)]
    assert found["f1.macro"].bases == [SampleBasis(5, 3)]
    assert found["f1.class"].bases == [SampleBasis(3, 1), SampleBasis(4, 3), SampleBasis(3, 2)]


def test_sets_of_labels_rest_on_the_samples_whose_sets_differ() -> None:
    # The sets are {}, {a} and {a, b}.
    members = np.array([[False, False], [True, False], [True, True]])
    counts = count_pairs(np.array([0, 1, 2, 2]), np.array([0, 0, 1, 2]), np.array([0, 1, 2, 2]), 3)
    formulas = count_formulas.OVERALL_OF_SETS | count_formulas.CLASS_OF_SETS

    found = replicate_sets(counts, members, formulas, replicates=1, seed=0)

    assert found["multilabel.f1.macro"].bases == [SampleBasis(4, 2)]
    assert found["multilabel.f1.class"].bases == [SampleBasis(3, 1), SampleBasis(2, 1)]


@pytest.mark.parametrize("differing", [1, 4, 6, 9])
def test_no_p_value_is_below_the_least_that_exchanging_predictions_can_have(differing: int) -> None:
    # The candidate mends every sample on which the two differ.
    truth = np.arange(40) % 2
    baseline = np.where(np.arange(40) < differing, 1 - truth, truth)
    formula = {"f1.macro": count_formulas.OVERALL["f1.macro"]}
    drawn = replicate(count_pairs(truth, baseline, truth, 2), formula, replicates=9_999, seed=0)["f1.macro"]
    difference = float(drawn.candidate - drawn.baseline)

    found = of_replicates(difference, drawn.drawn, 40, ASKED, drawn.bases[0], drawn.losses[0])

    exchanged = []
    for signs in product((False, True), repeat=differing):
        turned = np.isin(np.arange(40), np.flatnonzero(signs))
        one = measured(truth, np.where(turned, truth, baseline), np.where(turned, baseline, truth), 2)["f1.macro"]
        exchanged.append(abs(one.candidate - one.baseline) >= difference - 1e-12)
    exact = float(np.mean(exchanged))
    assert exact == 2 ** (1 - differing)
    assert (found.p_value, found.reason) == (exact, FEW_DIFFER)
    assert found.interval is not None
    assert (found.interval[0] <= 0) == (exact > 0.05)


def test_a_class_of_fewer_than_ten_samples_is_not_tested() -> None:
    drawn = np.linspace(0.001, 0.03, 99)

    truth = np.zeros(9, int)
    losses = measured(truth, truth, truth)["f1.class"].losses[0]

    found = of_replicates(0.015, drawn, 500, ASKED, SampleBasis(9, 9), losses)

    assert found[1:] == (*[None] * 8, "fewer than 10 samples are of the class, or predicted as it", 0.0)


@pytest.mark.parametrize(("differing", "least"), [(0, 1.0), (2, 0.25), (10**9, 0.0)])
def test_the_least_p_value_is_that_of_exchanging_the_samples_that_differ(differing: int, least: float) -> None:
    assert SampleBasis(10**9, differing).least == least
