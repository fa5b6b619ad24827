"""Assertions on models, for tests: `assert_not_worse` fails a test whose model is worse than a baseline."""

from typing import Any

from evalserve.client import Client
from evalserve.results.comparison import Comparison

# Every other verdict fails, so that samples that show nothing are no pass.
_NOT_WORSE = frozenset({"better", "equivalent_within_margin", "not_worse_within_margin"})

# The comparisons of this process, which the plugin of pytest lists at its end.
made: list[Comparison] = []


def assert_not_worse(
    data: Any = None,
    *,
    baseline: str,
    margin: float,
    metric: str = "accuracy",
    client: Client | None = None,
    **options: Any,
) -> Comparison:
    """Create a run and assert that it is not worse than a baseline by the margin or more.

    `baseline` is the id of a run or the name of the newest other run of that name; `data` and the options are those of
    `Client.evaluate`. Raises AssertionError with the numbers, and InputRefused where the samples cannot be paired or
    there is no baseline.
    """
    candidate = (client or Client()).evaluate(data, **options)
    comparison = candidate.compare(baseline, metrics=metric, margin=margin)
    made.append(comparison)
    if comparison.verdict not in _NOT_WORSE:
        raise AssertionError(f"{comparison!r}\nrun {candidate.id} against {baseline!r}, margin {margin}")
    return comparison
