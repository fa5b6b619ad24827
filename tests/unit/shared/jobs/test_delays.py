"""How long a job waits for its next attempt."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shared.jobs import delays
from shared.jobs.finishing import LEASE, MAX_FAILURES
from shared.jobs.records import JobRecord
from shared.kit import clock


def _job(attempt: int, failures: int) -> JobRecord:
    return JobRecord(
        id=uuid4(),
        account_id=1,
        kind="report",
        arguments={},
        versions={},
        reference_kinds={},
        fingerprint="",
        callback_url=None,
        status="running",
        progress=0,
        attempt=attempt,
        failures=failures,
        error=None,
        created_at=clock.now(),
        started_at=None,
        finished_at=None,
    )


@pytest.mark.parametrize(
    ("attempt", "failures", "outage_s", "refusal_s"),
    [
        (1, 0, 5, 30),
        (2, 0, 10, 60),
        (2, 1, 5, 30),
        (4, 1, 20, 120),
        (5, 0, 60, 480),
        (6, 0, 60, 600),
        (1_000_000, 0, 60, 600),
    ],
)
def test_every_attempt_that_was_handed_back_doubles_the_delay_up_to_the_longest(
    attempt: int, failures: int, outage_s: int, refusal_s: int
) -> None:
    job = _job(attempt, failures)

    assert delays.after_outage(job) == timedelta(seconds=outage_s)
    assert delays.after_refusal(job) == timedelta(seconds=refusal_s)


def test_crashes_are_counted_at_growing_intervals_and_end_a_job_within_three_minutes() -> None:
    waits = [delays.after_crash(_job(failures + 1, failures)) for failures in range(MAX_FAILURES - 1)]

    assert waits == [timedelta(seconds=10), timedelta(seconds=30)]
    assert sum(waits, MAX_FAILURES * LEASE) < timedelta(minutes=3)
