from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import accuracy_score, f1_score

from shared.evaluation.intervals.count_formulas import BY_CLASS, OVERALL
from shared.evaluation.intervals.weighted_areas import weighted_areas
from shared.evaluation.paired.area_testing import TOO_FEW_ON_A_SIDE
from shared.evaluation.paired.discordance import Pairs, mcnemar_mid_p
from shared.evaluation.paired.tensor import Formula, PairedCounts, count_pairs, replicate
from shared.evaluation.paired.testing import NO_DISCORDANT, Question, of_pairs
from shared.evaluation.paired.weighted_testing import (
    TOO_UNEQUAL,
    of_weighted_areas,
    of_weighted_pairs,
    sign_test,
    worth,
)

ASKED = Question(alpha=0.05, margin=0.02, sought=0.02)
TRUTH, BASELINE, CANDIDATE = np.random.default_rng(1).integers(0, 3, (3, 200))
WEIGHTS = np.random.default_rng(2).lognormal(0, 1, 200)


def same(expected: Any) -> Any:
    """A number or several to nine digits of their own, however small they are."""
    return pytest.approx(expected, rel=1e-9, abs=0)


def counted(weights: np.ndarray, **sides: np.ndarray) -> PairedCounts:
    named = {"truth": TRUTH, "baseline": BASELINE, "candidate": CANDIDATE} | sides
    return count_pairs(named["truth"], named["baseline"], named["candidate"], 3, weights)


def test_values_are_those_of_scikit_learn_with_sample_weight() -> None:
    pairs = counted(WEIGHTS)

    found = of_weighted_pairs(pairs, ASKED)
    drawn = replicate(pairs, {"f1.macro": OVERALL["f1.macro"]}, replicates=10, seed=0)["f1.macro"]

    scores = [accuracy_score(TRUTH, side, sample_weight=WEIGHTS) for side in (BASELINE, CANDIDATE)]
    assert found.difference == same(scores[1] - scores[0])
    for value, side in ((drawn.baseline, BASELINE), (drawn.candidate, CANDIDATE)):
        assert value == pytest.approx(f1_score(TRUTH, side, sample_weight=WEIGHTS, average="macro"))


@pytest.mark.parametrize("unit", [1.0, 0.1, 1e6])
def test_equal_weights_of_any_unit_give_what_samples_without_weights_give(unit: float) -> None:
    found = of_weighted_pairs(counted(np.full(200, unit)), ASKED)
    plain = of_pairs(count_pairs(TRUTH, BASELINE, CANDIDATE, 3).pairs, ASKED)

    assert found.difference == same(plain.difference)
    assert found.interval == same(plain.interval)
    assert (found.p_above, found.p_below) == same((plain.p_above, plain.p_below))
    assert found.p_value == same(plain.p_value)
    assert found.detectable == same(plain.detectable)
    assert found.needed == plain.needed
    assert (found.p_exact, found.reason, found.method) == (None, None, "weighted-newcombe")


def test_equal_weights_need_as_many_samples_as_none() -> None:
    truth, baseline, candidate = (np.repeat(side, [10, 16, 24, 45]) for side in ([0] * 4, [0, 0, 1, 1], [0, 1, 0, 1]))
    asked = ASKED._replace(sought=0.05)

    found = of_weighted_pairs(count_pairs(truth, baseline, candidate, 2, np.full(95, 3.7)), asked)
    assert found.needed == of_pairs(Pairs(10, 16, 24, 45), asked).needed == 1320


@given(st.integers(0, 30), st.integers(0, 30))
def test_of_equal_weights_the_sign_test_is_mcnemars_with_mid_p(first: int, second: int) -> None:
    if not first + second:
        return
    found = sign_test(np.array([first + second]), np.array([0.3]), 0.3 * (second - first))

    assert found == same(mcnemar_mid_p(Pairs(0, first, second, 0)))


@pytest.mark.parametrize("spread", [0.3, 1.5, 3.0])
def test_of_many_weights_the_sign_test_is_that_of_signs_drawn_at_random(spread: float) -> None:
    random = np.random.default_rng(3)
    weights = random.lognormal(0, spread, 40)
    sums = np.abs(np.where(random.random((200_000, 40)) < 0.5, -1.0, 1.0) @ weights)

    for share in (0.2, 0.5, 0.9, 0.99):
        net = float(np.quantile(sums, share))
        assert sign_test(np.ones(40, np.int64), weights, net) == pytest.approx(1 - share, rel=0.06), share
    assert sign_test(np.ones(40, np.int64), weights, 0.0) == pytest.approx(1.0)


@pytest.mark.parametrize("light", [1.0, 1e-9])
def test_beside_heavy_samples_light_ones_decide_hardly_anything(light: float) -> None:
    numbers, weights = np.array([13, 20]), np.array([1e9, light])

    found = sign_test(numbers[[1, 0]], weights[[1, 0]], 7e9)
    assert found == pytest.approx(mcnemar_mid_p(Pairs(0, 3, 10, 0)), abs=0.01)


@pytest.mark.parametrize("light", [1.0, 1e-9])
def test_twelve_heavy_samples_are_tried_beside_any_lighter_ones(light: float) -> None:
    found = sign_test(np.array([12, 20]), np.array([1e9, light]), 6e9)

    assert found == same(mcnemar_mid_p(Pairs(0, 3, 9, 0)))


def test_of_very_many_samples_the_sign_test_is_the_normal_one() -> None:
    weights = np.random.default_rng(4).exponential(size=100_000)
    deviation = float(np.sqrt((weights**2).sum()))

    for z in (0.5, 1.96, 4.0):
        assert sign_test(np.ones(100_000, np.int64), weights, z * deviation) == pytest.approx(
            2 * stats.norm.sf(z), rel=0.01
        )


def test_samples_without_weight_change_nothing_but_their_number() -> None:
    truth, baseline = (np.append(side, np.zeros(50, np.int64)) for side in (TRUTH, BASELINE))
    candidate = np.append(CANDIDATE, np.ones(50, np.int64))
    more = count_pairs(truth, baseline, candidate, 3, np.append(WEIGHTS, np.zeros(50)))

    found, plain = of_weighted_pairs(more, ASKED), of_weighted_pairs(counted(WEIGHTS), ASKED)
    assert found.difference == same(plain.difference)
    assert found.interval == same(plain.interval)
    assert found.p_value == same(plain.p_value)
    assert more.total == 250
    assert worth(more) == pytest.approx(WEIGHTS.sum() ** 2 / (WEIGHTS**2).sum())


def test_one_heavy_sample_shows_nothing_and_neither_do_two_of_one_answer() -> None:
    heavy = np.where(np.arange(200) < 3, 1e6, 1.0)

    found = of_weighted_pairs(counted(heavy), ASKED)
    alike = of_weighted_pairs(counted(WEIGHTS, candidate=BASELINE), ASKED)
    assert (found.interval, found.p_value, found.reason) == (None, None, TOO_UNEQUAL)
    assert (alike.difference, alike.p_value, alike.reason) == (0.0, None, NO_DISCORDANT)
    assert alike.p_above is not None
    assert alike.p_above < 0.1


def test_two_positives_show_nothing_at_any_level() -> None:
    is_positive = np.arange(200) < 2
    scores = np.random.default_rng(7).random((2, 200))
    areas = weighted_areas(is_positive, scores, WEIGHTS)

    found = of_weighted_areas(areas, is_positive, WEIGHTS, Question(1e-4, 0.02, 0.02))
    assert (found.interval, found.p_value, found.reason) == (None, None, TOO_FEW_ON_A_SIDE)


def test_equal_pairs_of_weighted_areas_are_as_many_as_the_weights_are_worth() -> None:
    is_positive = np.arange(60) < 20
    weights = np.where(np.arange(60) < 10, 3.0, 1.0)
    both = weighted_areas(is_positive, np.array([np.zeros(60), is_positive]), weights)

    found = of_weighted_areas(both, is_positive, weights, ASKED)

    # (10 · 3 + 10)²/(10 · 9 + 10) positives.
    assert (found.difference, found.method) == (0.5, None)
    assert found.p_value == same(2 * (2 / 3) ** 16)


def test_the_order_of_the_samples_changes_no_bit() -> None:
    order = np.random.default_rng(5).permutation(200)
    sides = {"truth": TRUTH[order], "baseline": BASELINE[order], "candidate": CANDIDATE[order]}

    assert of_weighted_pairs(counted(WEIGHTS[order], **sides), ASKED) == of_weighted_pairs(counted(WEIGHTS), ASKED)


def test_the_bootstrap_of_weights_has_the_spread_of_samples_drawn_one_by_one() -> None:
    random = np.random.default_rng(6)
    formulas: dict[str, Formula] = {"f1.macro": OVERALL["f1.macro"], "mcc.class": BY_CLASS["mcc.class"]}
    rows = random.multinomial(200, np.full(200, 1 / 200), 600) * WEIGHTS
    scored = [[f1_score(TRUTH, side, sample_weight=own, average="macro") for side in (BASELINE, CANDIDATE)]
              for own in rows]  # fmt: skip
    drawn = np.diff(scored, axis=1)

    found = replicate(counted(WEIGHTS), formulas, replicates=10_000, seed=0)
    assert found["mcc.class"].drawn.shape == (10_000, 3)
    assert found["f1.macro"].drawn.std() == pytest.approx(np.std(drawn), rel=0.1)
    assert np.quantile(found["f1.macro"].drawn, [0.025, 0.975]) == pytest.approx(
        np.quantile(drawn, [0.025, 0.975]), abs=0.02
    )
