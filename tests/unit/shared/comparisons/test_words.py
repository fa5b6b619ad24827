"""A verdict in words: its numbers are those of the tables beside it, in the same digits."""

import msgspec
import pytest

from shared.comparisons.results import MetricDifference
from shared.comparisons.words import sentence

FOUND = MetricDifference(
    metric="f1.class",
    label="spam",
    slice=None,
    verdict="better",
    samples=12_345,
    discordant=None,
    baseline=0.80004,
    candidate=0.82229,
    difference=0.02225,
    low=-0.00045,
    high=0.0449,
    method="bootstrap",
    p_value=0.01234,
    p_exact=None,
    p_adjusted=0.02468,
    p_not_worse=None,
    p_equivalent=None,
    detectable_difference=None,
    samples_needed=None,
    reason=None,
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            (
                "The candidate is better: F1 score of “spam” 0.8000 → 0.8223, difference +0.0222 (95 % interval "
                "−4.500 × 10⁻⁴ to +0.0449), P = 0.0247 for all tests together, on 12\u202f345 samples."
            ),
        ),
        (
            {"low": None, "high": None, "p_adjusted": None, "label": None, "difference": 0.0, "reason": "too few"},
            "The candidate is better: F1 score 0.8000 → 0.8223, difference 0, on 12\u202f345 samples; too few.",
        ),
        (
            {"verdict": "inconclusive", "difference": None, "reason": "it is undefined"},
            "Nothing can be concluded: F1 score of “spam” cannot be compared, because it is undefined.",
        ),
    ],
)
def test_the_numbers_of_a_verdict_are_written_as_tables_write_them(changes: dict[str, object], said: str) -> None:
    assert sentence(msgspec.structs.replace(FOUND, **changes), alpha=0.05) == said


@pytest.mark.parametrize(
    ("alpha", "said"),
    [(0.001, "(99.9 % interval"), (6e-5, "(99.99 % interval"), (1e-9, "(interval at an alpha of 1e-09")],
)
def test_no_interval_is_said_to_be_of_100_percent(alpha: float, said: str) -> None:
    assert f"difference +0.0222 {said} " in sentence(FOUND, alpha=alpha)
