"""Objects as storage lists them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from shared.kit import clock


class ListedObject(NamedTuple):
    """An object as storage lists it; `age` is the time since it was stored, by the storage's own clock."""

    key: str
    size_bytes: int
    etag: str
    age: timedelta


def next_page(pages: Iterator[list[ListedObject]]) -> list[ListedObject] | None:
    """Return the next page of a listing, or None at its end. Blocks."""
    return next(pages, None)


def date_of(answer: dict[str, Any]) -> datetime:
    """Return the server's time at its answer: our clock may differ from the one that dates the objects."""
    header = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(header) if header else clock.now()
