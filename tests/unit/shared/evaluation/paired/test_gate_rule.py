"""The rule of a gate: what fails, warns and passes, whatever the numbers are."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.evaluation.paired.discordance import Pairs, newcombe
from shared.evaluation.paired.gate_rule import (
    DropEvidence,
    Finding,
    Outcome,
    judge,
    outcome_of,
    worst,
)
from shared.evaluation.paired.testing import Question, of_pairs

RANK: dict[Outcome, int] = {"pass": 0, "warn": 1, "fail": 2}
PAIRS = st.builds(Pairs, *(st.integers(5, 400) for _ in range(4)))
MARGINS = st.none() | st.floats(0.002, 0.3)
ALPHAS = st.floats(0.001, 0.4)
P = st.none() | st.floats(0, 1)
EVIDENCE = st.builds(
    DropEvidence, st.none() | st.floats(-1, 1), st.none() | st.floats(0.001, 0.5), P, P, P, st.just(0.0)
)


def evidence(pairs: Pairs, margin: float | None, alpha: float) -> DropEvidence:
    def at(limit: float) -> tuple[float | None, float | None]:
        tested = of_pairs(pairs, Question(2 * alpha, limit, 0.01))
        return tested.p_below, tested.p_above

    if margin is None:
        return DropEvidence(pairs.difference, None, at(0.0)[0])
    return DropEvidence(pairs.difference, margin, at(0.0)[0], at(-margin)[0], at(margin)[1])


def outcome(found: DropEvidence, alpha: float) -> Outcome:
    return outcome_of(judge([found], alpha)[0].finding, allow_inconclusive=False)


@settings(max_examples=40)
@given(PAIRS, MARGINS, ALPHAS)
def test_one_difference_is_judged_by_where_its_interval_lies(pairs: Pairs, margin: float | None, alpha: float) -> None:
    low, high = newcombe(pairs, 2 * alpha)
    near = min(abs(bound - limit) for bound in (low, high) for limit in (0, -(margin or 0)))

    finding = judge([evidence(pairs, margin, alpha)], alpha)[0].finding

    if near < 1e-9:
        return
    if margin is None:
        assert finding == ("drop_shown" if high < 0 else "no_drop_shown")
    elif high < -margin:
        assert finding == "drop_beyond_margin"
    elif low >= -margin:
        assert finding == "within_margin"
    else:
        assert finding == ("drop_maybe_beyond_margin" if high < 0 else "inconclusive")


@settings(max_examples=40)
@given(PAIRS, MARGINS, ALPHAS)
def test_an_improvement_that_the_samples_show_passes(pairs: Pairs, margin: float | None, alpha: float) -> None:
    if newcombe(pairs, 2 * alpha)[0] > 1e-9:
        assert outcome(evidence(pairs, margin, alpha), alpha) == "pass"


@settings(max_examples=40)
@given(PAIRS, MARGINS, ALPHAS)
def test_one_more_sample_broken_never_betters_the_outcome(pairs: Pairs, margin: float | None, alpha: float) -> None:
    broken = pairs._replace(candidate_only=pairs.candidate_only - 1, baseline_only=pairs.baseline_only + 1)

    before, after = (RANK[outcome(evidence(one, margin, alpha), alpha)] for one in (pairs, broken))

    assert after >= before


@given(st.lists(EVIDENCE, max_size=6), st.floats(0.001, 0.5))
def test_a_value_that_is_missing_fails_and_a_loss_that_is_not_seen_never_does(
    found: list[DropEvidence], alpha: float
) -> None:
    for one, judged in zip(found, judge(found, alpha), strict=True):
        said = outcome_of(judged.finding, allow_inconclusive=True)
        if one.difference is None:
            assert said == "fail"
        elif one.difference >= 0:
            assert said != "fail"
        elif one.p_drop is None and one.p_beyond is None and one.p_within is None:
            assert judged.finding == "inconclusive"


@given(st.lists(EVIDENCE, min_size=1, max_size=6), st.floats(0.001, 0.5))
def test_what_fails_among_others_fails_alone(found: list[DropEvidence], alpha: float) -> None:
    for one, judged in zip(found, judge(found, alpha), strict=True):
        if judged.finding in {"drop_shown", "drop_beyond_margin"}:
            assert judge([one], alpha)[0].finding == judged.finding


def test_p_values_are_adjusted_for_all_that_is_tested() -> None:
    found = [DropEvidence(-0.02, None, 0.03), DropEvidence(-0.02, 0.01, 0.001, 0.04, 0.9), DropEvidence(0.1, None, 0.9)]

    judged = judge(found, 0.05)

    assert [one.finding for one in judged] == ["no_drop_shown", "drop_maybe_beyond_margin", "no_drop_shown"]
    assert [one.p_fail for one in judged] == pytest.approx([0.09, 0.09, 0.9])
    assert [one.p_within for one in judged] == [None, pytest.approx(0.9), None]


@pytest.mark.parametrize("margin", [None, 0.1])
def test_a_loss_whose_p_value_cannot_be_small_enough_among_so_many_is_never_passed(margin: float | None) -> None:
    at_most = DropEvidence(-0.8, margin, 0.001, 0.001, 1.0, smallest=0.001)
    others = [DropEvidence(0.0, None, 1.0)] * 49

    told = judge([at_most, *others], 0.05)[0]
    untold = judge([at_most, *others, others[0]], 0.05)[0]

    assert told.finding == ("drop_shown" if margin is None else "drop_beyond_margin")
    assert untold.finding == "drop_out_of_reach"
    assert untold.p_fail == pytest.approx(0.051)
    assert outcome_of(untold.finding, allow_inconclusive=True) == "warn"


def test_only_losses_that_more_replicates_could_show_are_out_of_reach() -> None:
    others = [DropEvidence(0.0, None, 1.0)] * 50
    found = {
        "a gain": DropEvidence(0.1, None, 0.001, smallest=0.001),
        "a P-value above the least": DropEvidence(-0.1, None, 0.002, smallest=0.001),
        "a closed form": DropEvidence(-0.1, None, 0.001),
        "a loss below its margin": DropEvidence(-0.1, 0.2, 0.001, 0.001, 0.9, smallest=0.001),
    }

    assert {name: judge([one, *others], 0.05)[0].finding for name, one in found.items()} == {
        "a gain": "no_drop_shown",
        "a P-value above the least": "no_drop_shown",
        "a closed form": "no_drop_shown",
        "a loss below its margin": "drop_maybe_beyond_margin",
    }


def test_a_loss_at_a_level_below_every_p_value_of_the_replicates_is_out_of_reach() -> None:
    lost, gained = (DropEvidence(difference, None, smallest=0.001) for difference in (-0.1, 0.1))

    assert [one.finding for one in judge([lost, gained], 0.0005)] == ["drop_out_of_reach", "inconclusive"]


def test_only_what_is_inconclusive_may_be_allowed() -> None:
    allowed = {finding: outcome_of(finding, allow_inconclusive=True) for finding in get_args(Finding)}
    strict = {finding: outcome_of(finding, allow_inconclusive=False) for finding in get_args(Finding)}

    assert {finding for finding in allowed if allowed[finding] != strict[finding]} == {"inconclusive"}
    assert strict["inconclusive"] == "warn"


def test_the_worst_outcome_decides_and_nothing_tested_fails() -> None:
    assert worst(["pass", "fail", "warn"]) == "fail"
    assert worst(["pass", "warn"]) == "warn"
    assert worst(["pass", "pass"]) == "pass"
    assert worst([]) == "fail"
