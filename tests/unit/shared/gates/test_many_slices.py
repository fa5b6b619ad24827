"""A gate of many tests draws so many replicates that a loss can be shown; where it may not, it never passes one."""

import numpy as np
import pyarrow as pa
import pytest

from shared.comparisons.evaluating import evaluate as compare
from shared.comparisons.options import ComparisonOptions
from shared.comparisons.pairing import pair
from shared.comparisons.sides import ComparedSide
from shared.evaluation.paired import tensor
from shared.evaluation.paired.gate_rule import Finding
from shared.gates.evaluating import evaluate
from shared.gates.policy import GateBaseline, GateMetric, GatePolicy, GateSlice

N = 800
TRUTH = np.arange(N) % 2
CITIES = pa.array([f"city {i % 20}" for i in range(N)]).dictionary_encode()
# Of 21 tests 21 in 10,001, the least P-value of 10,000 replicates adjusted for all, is above it.
ALPHA = 0.001


def side(wrong: int) -> ComparedSide:
    labels = np.where(np.arange(N) < wrong, 1 - TRUTH, TRUTH)
    ids = pa.array([f"s{i}" for i in range(N)])
    return ComparedSide(["ham", "spam"], TRUTH, labels, ids, None, lambda _: None, {"city": CITIES})


BASELINE, COLLAPSED = side(0), side(120)


@pytest.fixture
def few_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if of two classes no more than 10,000 replicates could be held."""
    monkeypatch.setattr(tensor, "_MOST_HELD", 20_000)


def policy_of(margin: float | None) -> GatePolicy:
    return GatePolicy(
        baseline=GateBaseline(tag="main"),
        metrics=[GateMetric(metric="f1.macro", margin=margin)],
        slices=[GateSlice(column="city")],
        alpha=ALPHA,
        allow_inconclusive=True,
    )


@pytest.mark.parametrize(("margin", "finding"), [(None, "drop_shown"), (0.05, "drop_beyond_margin")])
def test_a_collapse_is_shown_among_many_slices(margin: float | None, finding: Finding) -> None:
    result = evaluate(BASELINE, COLLAPSED, policy_of(margin))

    assert result.verdict == "fail"
    [shown] = [one.test for one in result.reasons if one.test is not None and one.test.metric == "f1.macro"]
    # Four times as many replicates as 21 tests need.
    assert shown.finding == finding
    assert shown.p_fail == pytest.approx(21 / 84_001, rel=1e-9)


@pytest.mark.usefixtures("few_held")
@pytest.mark.parametrize("margin", [None, 0.05])
def test_a_collapse_that_cannot_be_shown_among_many_slices_warns(margin: float | None) -> None:
    result = evaluate(BASELINE, COLLAPSED, policy_of(margin))

    assert result.verdict == "warn"
    [reason] = [one for one in result.reasons if one.outcome != "pass"]
    assert reason.test is not None
    assert reason.test.finding == "drop_out_of_reach"
    assert reason.test.p_fail == pytest.approx(21 / 10_001)
    assert "which all tests together lift above alpha" in result.summary


def test_a_comparison_shows_it_too() -> None:
    options = ComparisonOptions(metrics=["f1.macro"], slices=["city"], alpha=ALPHA)

    [found, *_] = (compared := compare(pair(BASELINE, COLLAPSED), options)).differences

    assert (found.verdict, compared.replicates) == ("worse", 84_000)
    assert found.p_adjusted == pytest.approx(42 / 84_001, rel=1e-9)


@pytest.mark.usefixtures("few_held")
def test_a_comparison_that_cannot_show_it_says_so() -> None:
    options = ComparisonOptions(metrics=["f1.macro"], slices=["city"], alpha=ALPHA)

    [found, *_] = compare(pair(BASELINE, COLLAPSED), options).differences

    assert found.verdict == "inconclusive"
    assert found.p_adjusted == pytest.approx(42 / 10_001)
    assert found.reason == (
        "its P-value is the least that so many replicates of the bootstrap can have, and the adjustment for all tests "
        "lifts it above alpha"
    )
