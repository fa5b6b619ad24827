"""The schedule of retries of failed deliveries."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random

# The example of the Standard Webhooks specification: waits before attempts 1 to 10, three days and a bit in all.
WAITS = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.2
THROTTLED_WAIT = timedelta(seconds=60)
MAX_WAIT = WAITS[-1]

_DELAY_SECONDS = re.compile(r"[0-9]{1,10}")
_HTTP_DATE_LENGTH = 64


def next_delay(attempt: int, *, retry_after_s: float | None, throttled: bool, random: Random) -> timedelta | None:
    """Return the wait after the failed attempt of this number (from 1), or None after the last one.

    The schedule's wait varies by 20 % either way, so that endpoints which failed together do not return together.
    A throttling receiver gets a minute. The receiver's Retry-After can only lengthen the wait, up to a day (and up to
    20 % more, never less, for the same reason).
    """
    if attempt < 1:
        raise ValueError(f"attempts are counted from 1, not {attempt}")
    if attempt >= len(WAITS):
        return None
    wait = max(WAITS[attempt], THROTTLED_WAIT) if throttled else WAITS[attempt]
    wait *= random.uniform(1 - JITTER, 1 + JITTER)
    if retry_after_s is None:
        return wait
    requested = timedelta(seconds=min(max(retry_after_s, 0.0), MAX_WAIT.total_seconds()))
    return max(wait, requested * random.uniform(1, 1 + JITTER))


def parse_retry_after(text: str | None, at: datetime) -> float | None:
    """Return the seconds from `at` that a Retry-After header requests, or None if it is not readable.

    Both forms of RFC 9110 are understood: whole seconds, and an HTTP date (0 when it is past).
    """
    text = (text or "").strip()
    if _DELAY_SECONDS.fullmatch(text):
        return float(text)
    # The parser of dates is lenient; long texts are not worth its time.
    if not text or len(text) > _HTTP_DATE_LENGTH:
        return None
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - at).total_seconds())
