import pytest

from api.jobs.preferences import requested_wait


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 7),
        ("", 7),
        ("wait=3", 3),
        ("wait=3, handling=lenient", 3),
        ("handling=lenient, Wait = 5", 5),
        ('wait="4"', 4),
        ("wait=90", 25),
        ("wait=0", 0),
        ("await=3", 7),
        ("wait=3x", 7),
        ("wait=-1", 7),
        ("wait=" + "9" * 400, 7),
        ("respond-async", 0),
        ("respond-async, wait=10", 0),
        ("respond-asynchronously", 7),
    ],
)
def test_the_header_says_how_long_to_wait(prefer: str | None, seconds: int) -> None:
    assert requested_wait(prefer, limit=25, default=7) == seconds
