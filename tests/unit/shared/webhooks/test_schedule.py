from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.webhooks.schedule import next_delay, parse_retry_after

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
SECONDS = {1: 5, 2: 300, 3: 1800, 4: 7200, 5: 18_000, 6: 36_000, 7: 50_400, 8: 72_000, 9: 86_400}


class Lowest(Random):
    def uniform(self, a: float, b: float) -> float:
        return min(a, b)


class Highest(Random):
    def uniform(self, a: float, b: float) -> float:
        return max(a, b)


def seconds(attempt: int, random: Random, *, retry_after_s: float | None = None, throttled: bool = False) -> float:
    wait = next_delay(attempt, retry_after_s=retry_after_s, throttled=throttled, random=random)
    assert wait is not None
    return wait.total_seconds()


def test_the_waits_are_those_of_the_specification_within_20_percent() -> None:
    assert {n: seconds(n, Lowest()) for n in SECONDS} == pytest.approx({n: 0.8 * s for n, s in SECONDS.items()})
    assert {n: seconds(n, Highest()) for n in SECONDS} == pytest.approx({n: 1.2 * s for n, s in SECONDS.items()})


@pytest.mark.parametrize("attempt", [10, 11, 1000])
def test_after_the_tenth_attempt_there_is_no_other(attempt: int) -> None:
    assert next_delay(attempt, retry_after_s=5, throttled=True, random=Random(1)) is None


@pytest.mark.parametrize("attempt", [0, -1])
def test_attempts_are_counted_from_1(attempt: int) -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        next_delay(attempt, retry_after_s=None, throttled=False, random=Random(1))


def test_a_throttling_receiver_is_given_a_minute_but_longer_waits_stay() -> None:
    assert seconds(1, Lowest(), throttled=True) == pytest.approx(48)
    assert seconds(1, Highest(), throttled=True) == pytest.approx(72)
    assert seconds(2, Lowest(), throttled=True) == pytest.approx(240)


def test_what_the_receiver_asks_for_lengthens_the_wait_and_is_never_undercut() -> None:
    assert seconds(1, Lowest(), retry_after_s=120) == 120
    assert seconds(1, Highest(), retry_after_s=120) == pytest.approx(144)


@pytest.mark.parametrize("asked", [0, 1, -5])
def test_what_the_receiver_asks_for_never_shortens_the_wait(asked: float) -> None:
    assert seconds(3, Lowest(), retry_after_s=asked) == pytest.approx(1440)


def test_more_than_a_day_is_not_granted() -> None:
    assert seconds(1, Lowest(), retry_after_s=10**9) == 86_400
    assert seconds(1, Highest(), retry_after_s=10**9) == pytest.approx(86_400 * 1.2)


@given(
    attempt=st.integers(1, 9),
    asked=st.none() | st.floats(0, 1e9),
    throttled=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_every_wait_lies_between_the_schedule_and_a_day(
    *, attempt: int, asked: float | None, throttled: bool, seed: int
) -> None:
    wait = seconds(attempt, Random(seed), retry_after_s=asked, throttled=throttled)
    assert 0.8 * SECONDS[attempt] - 1e-6 <= wait <= 1.2 * 86_400 + 1e-6


def test_waits_of_endpoints_that_failed_together_spread() -> None:
    random = Random(20261123)
    waits = [seconds(2, random) for _ in range(1000)]
    assert min(waits) < 250
    assert max(waits) > 350
    assert sum(waits) / len(waits) == pytest.approx(300, rel=0.02)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Mon, 23 Nov 2026 12:02:00 GMT", 120.0),
        ("Monday, 23-Nov-26 12:02:00 GMT", 120.0),
        ("Mon Nov 23 12:02:00 2026", 120.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("1e3", None),
        ("٣", None),
        ("soon", None),
        ("9" * 5000, None),
        ("Mon, 99 Nov 2026 12:02:00 GMT", None),
        ("Mon, 23 Nov 99999999999999999999 12:02:00 GMT", None),
        ("Mon, 23 Nov 2026 12:02:00 GMT" + " " * 5 + "x" * 5000, None),
        ("\x00", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_nonsense_is_nothing(text: str | None, expected: float | None) -> None:
    assert parse_retry_after(text, NOW) == expected


@given(st.text(max_size=80))
def test_retry_after_never_raises(text: str) -> None:
    value = parse_retry_after(text, NOW)
    assert value is None or value >= 0


def test_the_whole_schedule_lasts_75_6_hours_on_average() -> None:
    middle = sum((seconds(n, Lowest()) + seconds(n, Highest())) / 2 for n in range(1, 10))
    assert timedelta(seconds=middle) == timedelta(hours=75, minutes=35, seconds=5)
