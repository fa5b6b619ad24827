"""The requirements of a check as rows, each tested difference drawn on a common scale."""

from typing import NamedTuple

from shared.evaluation.intervals.of_matrix import Estimate
from shared.gates.results import CheckResult, GateReason, GateTest
from shared.presentation.whiskers import Whisker, whisker


class GateRow(NamedTuple):
    """A requirement, and how its difference is drawn: 0 lies in the middle; None where nothing was measured."""

    found: GateReason
    drawn: Whisker | None


def gate_rows(result: CheckResult) -> list[GateRow]:
    """The rows in the order of the result, on the narrowest scale that holds every bound."""
    tests = [reason.test for reason in result.reasons if reason.test is not None]
    ends = [abs(end) for one in tests for end in (one.difference, one.low, one.high) if end is not None]
    largest = max(ends, default=0.0) or 1.0
    return [GateRow(reason, _drawn(reason.test, largest)) for reason in result.reasons]


def _drawn(test: GateTest | None, largest: float) -> Whisker | None:
    if test is None or test.difference is None:
        return None
    return whisker(Estimate(test.difference, test.low, test.high), -largest, largest)
