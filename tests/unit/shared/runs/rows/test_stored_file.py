"""An object is read as a file: a small one by one request, of a large one what is asked for."""

import threading

import pytest

from shared.runs.rows.stored_file import SMALL_BYTES, NobodyWaits, ObjectReader


class Ranges:
    """A storage of one object, which notes what is read of it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.read: list[tuple[int, int]] = []

    def read_range(self, _key: str, start: int, length: int) -> bytes:
        """Some of the bytes."""
        self.read.append((start, length))
        return self.content[start : start + length]


def reader(storage: Ranges, stop: threading.Event) -> ObjectReader:
    """The object as a file."""
    return ObjectReader(storage, "rows", len(storage.content), stop)  # type: ignore[arg-type] # all that a reader calls


def read_three_times(file: ObjectReader) -> list[bytes]:
    """Its end, its beginning, and what follows the beginning; there is nothing behind the end."""
    file.seek(-3, 2)
    end = file.read(8)
    file.seek(0)
    return [end, file.read(2), file.read(2)]


@pytest.mark.parametrize(
    ("size", "requests"), [(SMALL_BYTES, [(0, SMALL_BYTES)]), (SMALL_BYTES + 1, [(SMALL_BYTES - 2, 3), (0, 2), (2, 2)])]
)
def test_a_small_object_is_one_request_and_a_large_one_is_never_read_whole(
    size: int, requests: list[tuple[int, int]]
) -> None:
    storage = Ranges(b"head" + bytes(size - 7) + b"end")

    assert read_three_times(reader(storage, threading.Event())) == [b"end", b"he", b"ad"]
    assert storage.read == requests


def test_a_read_that_nobody_waits_for_ends_whether_the_bytes_are_there_or_not() -> None:
    stop = threading.Event()
    file = reader(Ranges(b"content"), stop)
    assert file.read(1) == b"c"
    stop.set()

    with pytest.raises(NobodyWaits):
        file.read(1)
