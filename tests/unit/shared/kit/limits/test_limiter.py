"""The rate itself, by an oracle that keeps every call: a bucket with the same burst and speed, in exact fractions."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from shared.kit.limits.limiter import Rate, admit

PAUSES = st.lists(st.integers(0, 3_000_000), min_size=1, max_size=60)


@given(pauses=PAUSES, interval_us=st.integers(1, 2_000_000), burst=st.integers(1, 20))
def test_it_lets_through_what_a_bucket_of_tokens_would(pauses: list[int], interval_us: int, burst: int) -> None:
    rate = Rate(1_000_000 / interval_us, burst)
    now, due, tokens, before = 0, 0, Fraction(burst), 0
    for pause in pauses:
        now += pause
        tokens = min(Fraction(burst), tokens + Fraction(now - before, rate.interval_us))
        before = now

        verdict, due = admit(due, now, rate)

        assert verdict.allowed == (tokens >= 1)
        if verdict.allowed:
            tokens -= 1
            assert verdict.retry_after_us == 0
        else:
            assert admit(due, now + verdict.retry_after_us - 1, rate)[0].allowed is False
            assert admit(due, now + verdict.retry_after_us, rate)[0].allowed is True
        assert verdict.remaining == int(tokens)
        assert verdict.reset_us == (burst - tokens) * rate.interval_us


def test_a_refusal_says_the_whole_seconds_to_wait() -> None:
    verdict, due = admit(0, 0, Rate(per_second=2, burst=1))
    assert (verdict.allowed, verdict.reset_us) == (True, 500_000)
    refused, _ = admit(due, 1, Rate(per_second=2, burst=1))
    assert (refused.retry_after_us, refused.retry_after_s) == (499_999, 1)
