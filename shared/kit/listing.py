"""Objects as storage lists them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple


class ListedObject(NamedTuple):
    """An object as storage lists it; `age` is the time since it was stored, by the storage's own clock."""

    key: str
    size_bytes: int
    etag: str
    age: timedelta


def next_page(pages: Iterator[list[ListedObject]]) -> list[ListedObject] | None:
    """Return the next page of a listing, or None at its end. Blocks."""
    return next(pages, None)
