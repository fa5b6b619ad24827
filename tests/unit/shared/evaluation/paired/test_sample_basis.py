"""The fewer samples two predictions differ on, the less can be shown."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t

from shared.evaluation.intervals import count_formulas
from shared.evaluation.paired.replicate_testing import of_replicates
from shared.evaluation.paired.sample_basis import SampleBasis
from shared.evaluation.paired.tensor import count_pairs, replicate, replicate_sets
from shared.evaluation.paired.testing import (
    FEW_DIFFER,
    Question,
)

FORMULAS = count_formulas.OVERALL | count_formulas.CLASS_PROPORTIONS
ASKED = Question(0.05, None, 0.01)


def measured(truth: Any, baseline: Any, candidate: Any, k: int = 3) -> dict[str, Any]:
    return replicate(count_pairs(truth, baseline, candidate, k), FORMULAS, replicates=1, seed=0)


def kish(weights: list[Any]) -> float:
    return sum(weights) ** 2 / sum(one**2 for one in weights) if weights else 0.0


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

    assert found["balanced_accuracy"].bases == [SampleBasis(5, 2, 2.0)]
    assert found["f1.macro"].bases == [SampleBasis(5, 3, 3.0)]
    # Of the three of class 1, two are of it, and each weighs a half of it; the other one weighs a third of all others.
    first, second, third = found["f1.class"].bases
    assert [first, third] == [SampleBasis(3, 1, 1.0), SampleBasis(3, 2, 2.0)]
    assert second == pytest.approx((4, 3, (1 / 2 + 1 / 2 + 1 / 3) ** 2 / (1 / 4 + 1 / 4 + 1 / 9)))


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_differing_samples_are_worth_less_where_few_of_a_class_weigh_as_much_as_many(seed: int, weighted: bool) -> None:
    random = np.random.default_rng(seed)
    truth, baseline, candidate = random.choice(3, (3, 40), p=[0.75, 0.2, 0.05])
    weights = random.exponential(size=40) if weighted else np.ones(40)

    found = replicate(
        count_pairs(truth, baseline, candidate, 3, weights if weighted else None), FORMULAS, replicates=1, seed=0
    )

    rows = range(40)
    of_class = [weights[truth == code].sum() for code in range(3)]
    differs = [row for row in rows if baseline[row] != candidate[row]]
    hits = [row for row in rows if (baseline[row] == truth[row]) != (candidate[row] == truth[row])]
    for name, chosen in (("f1.macro", differs), ("balanced_accuracy", hits)):
        alike = [weights[row] / of_class[truth[row]] for row in chosen]
        worth = min(kish(alike), kish(weights[chosen].tolist()))
        assert found[name].bases[0].worth == pytest.approx(worth, rel=1e-9)
    for code, basis in enumerate(found["f1.class"].bases):
        own = [row for row in differs if code in {baseline[row], candidate[row]}]
        sides = of_class[code], weights[truth != code].sum()
        alike = [weights[row] / sides[int(truth[row] != code)] for row in own]
        assert basis.worth == pytest.approx(min(kish(alike), kish(weights[own].tolist())), rel=1e-9)


def test_sets_of_labels_rest_on_the_samples_whose_sets_differ() -> None:
    # The sets are {}, {a} and {a, b}.
    members = np.array([[False, False], [True, False], [True, True]])
    counts = count_pairs(np.array([0, 1, 2, 2]), np.array([0, 0, 1, 2]), np.array([0, 1, 2, 2]), 3)
    formulas = count_formulas.OVERALL_OF_SETS | count_formulas.CLASS_OF_SETS

    found = replicate_sets(counts, members, formulas, replicates=1, seed=0)

    # One of three samples with the first label, and one of two with the second.
    assert found["multilabel.f1.macro"].bases == [pytest.approx((4, 2, (1 / 3 + 1 / 2) ** 2 / (1 / 9 + 1 / 4)))]
    assert found["multilabel.f1.class"].bases == [SampleBasis(3, 1, 1.0), SampleBasis(2, 1, 1.0)]


@pytest.mark.parametrize("differing", [1, 4, 6, 9])
def test_no_p_value_is_below_the_least_that_exchanging_predictions_can_have(differing: int) -> None:
    # The candidate mends every sample on which the two differ.
    truth = np.arange(40) % 2
    baseline = np.where(np.arange(40) < differing, 1 - truth, truth)
    formula = {"f1.macro": count_formulas.OVERALL["f1.macro"]}
    drawn = replicate(count_pairs(truth, baseline, truth, 2), formula, replicates=9_999, seed=0)["f1.macro"]
    difference = float(drawn.candidate - drawn.baseline)

    found = of_replicates(difference, drawn.drawn, 40, ASKED, drawn.bases[0], drawn.margins[0])

    exchanged = []
    for signs in product((False, True), repeat=differing):
        turned = np.isin(np.arange(40), np.flatnonzero(signs))
        one = measured(truth, np.where(turned, truth, baseline), np.where(turned, baseline, truth), 2)["f1.macro"]
        exchanged.append(abs(one.candidate - one.baseline) >= difference - 1e-12)
    exact = float(np.mean(exchanged))
    assert exact == 2 ** (1 - differing)
    # Of no replicate beyond 0 the distance from it in standard errors, if that is more.
    hits = np.count_nonzero(drawn.drawn <= 1e-13)
    deviates = norm.isf((hits + 1) / 10_000), 0 if hits else difference / drawn.drawn.std()
    by_student = 2 * t.sf(max(deviates), max(differing - 1, 1))
    assert found.p_value == pytest.approx(max(exact, by_student), rel=1e-9)
    assert found.reason == (FEW_DIFFER if exact > by_student else None)
    assert found.interval is not None
    assert (found.interval[0] <= 0) == (max(exact, by_student) > 0.05)


def test_equally_good_models_of_a_rare_class_are_rarely_found_to_differ() -> None:
    random, truth, shown = np.random.default_rng(20), (np.arange(200) < 20).astype(int), 0
    formula = {"balanced_accuracy": count_formulas.OVERALL["balanced_accuracy"]}
    for seed in range(400):
        wrong = random.random((3, 200)) < 0.2
        # Either has three tenths of its own answers.
        baseline, candidate = truth ^ np.where(random.random((2, 200)) < 0.3, wrong[:2], wrong[2])
        (one,) = replicate(count_pairs(truth, baseline, candidate, 2), formula, replicates=1_000, seed=seed).values()
        difference = float(one.candidate - one.baseline)
        found = of_replicates(difference, one.drawn, 200, ASKED, one.bases[0], one.margins[0])
        shown += (found.p_value or 1) <= ASKED.alpha

    # Of 400 at 0.05: more than 31 would be the chance of one in a hundred; shares of replicates alone show 37.
    assert shown <= 31


def test_a_class_of_fewer_than_ten_samples_is_not_tested() -> None:
    drawn = np.linspace(0.001, 0.03, 99)

    truth = np.zeros(9, int)
    losses = measured(truth, truth, truth)["f1.class"].margins[0]

    found = of_replicates(0.015, drawn, 500, ASKED, SampleBasis(9, 9, 9.0), losses)

    assert found[1:] == (*[None] * 8, "fewer than 10 samples are of the class, or predicted as it", 0.0)


@pytest.mark.parametrize(("differing", "least"), [(0, 1.0), (2, 0.25), (10**9, 0.0)])
def test_the_least_p_value_is_that_of_exchanging_the_samples_that_differ(differing: int, least: float) -> None:
    assert SampleBasis(10**9, differing, float(differing)).least == least
