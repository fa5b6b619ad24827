import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from shared.evaluation.paired.verdicts import Evidence, holm, holm_of_some, verdict


@pytest.mark.parametrize(
    ("evidence", "margin", "expected"),
    [
        (Evidence(0.02, 0.01), None, "better"),
        (Evidence(0.02, 0.05, 0.001, 0.6), 0.02, "better"),
        (Evidence(-0.02, 0.01), None, "worse"),
        (Evidence(-0.02, 0.01, 0.6, 0.6), 0.02, "worse"),
        (Evidence(0.02, 0.06), None, "no_difference_shown"),
        (Evidence(0.002, 0.8, 0.01, 0.025), 0.02, "equivalent_within_margin"),
        (Evidence(-0.01, 0.001, 0.01, 0.02), 0.02, "equivalent_within_margin"),
        (Evidence(0.01, 0.2, 0.01, 0.3), 0.02, "not_worse_within_margin"),
        (Evidence(0.0, 0.9, 0.03, 0.03), 0.02, "inconclusive"),
        (Evidence(None, None), None, "inconclusive"),
        (Evidence(0.3, None), None, "inconclusive"),
        (Evidence(0.0, None, 0.01, 0.01), 0.02, "equivalent_within_margin"),
        (Evidence(-0.6, 0.06, is_out_of_reach=True), None, "inconclusive"),
        (Evidence(0.01, 0.06, 0.01, 0.025, is_out_of_reach=True), 0.02, "equivalent_within_margin"),
    ],
)
def test_the_verdict_says_what_the_tests_show(evidence: Evidence, margin: float | None, expected: str) -> None:
    assert verdict(evidence, 0.05, margin) == expected


def test_what_was_not_tested_is_not_adjusted_for() -> None:
    assert holm_of_some([0.01, None, 0.04]) == [0.02, None, 0.04]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_are_those_of_statsmodels(p_values: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        # It looks for garbage first, which is 0.1 s of the processor after many other tests.
        patched.setattr(gc, "collect", int)
        expected = multipletests(p_values, method="holm")[1].tolist()

    assert holm(p_values) == pytest.approx(expected, abs=1e-12)


def test_no_p_values_are_adjusted_to_none() -> None:
    assert holm([]) == []
