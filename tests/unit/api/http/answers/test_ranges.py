"""Ranges of bytes, as clients ask for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.answers.ranges import ByteRange, Unsatisfiable, requested_range

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None),
        ("bytes=0-", ByteRange(0, 9)),
        ("bytes=3-", ByteRange(3, 9)),
        ("bytes=3-5", ByteRange(3, 5)),
        ("bytes=9-9", ByteRange(9, 9)),
        ("bytes=3-99", ByteRange(3, 9)),
        ("bytes=-4", ByteRange(6, 9)),
        ("bytes=-99", ByteRange(0, 9)),
        # Passed over: the whole file is sent.
        ("bytes=5-3", None),
        ("bytes=-", None),
        ("bytes=1-2,4-5", None),
        ("lines=1-2", None),
        ("bytes=a-b", None),
        ("bytes=1-2; drop", None),
        ("bytes=\u0661-\u0662", None),
        (f"bytes={'9' * 19}-", None),
    ],
)
def test_a_range_is_read_as_the_standard_says(header: str | None, found: ByteRange | None) -> None:
    assert requested_range(header, None, ETAG, 10) == found


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-12", "bytes=-0"])
def test_a_range_that_the_file_has_nothing_of_is_told(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        requested_range(header, None, ETAG, 10)


def test_a_range_of_a_file_that_has_changed_is_passed_over() -> None:
    assert requested_range("bytes=3-", ETAG, ETAG, 10) == ByteRange(3, 9)
    assert requested_range("bytes=3-", '"other"', ETAG, 10) is None


@given(st.text(max_size=40), st.integers(0, 100))
def test_any_text_is_a_range_within_the_file_or_the_whole_of_it(header: str, size: int) -> None:
    try:
        found = requested_range(f"bytes={header}", None, ETAG, size)
    except Unsatisfiable:
        return
    assert found is None or 0 <= found.first <= found.last < size
