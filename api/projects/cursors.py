"""Cursors of sorted lists: the end of the previous page, as an opaque text."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.kit.errors import Fault, InvalidInput
from shared.projects.listing import PagePosition, Sort

# The types of the two parts, within the bounds of the database.
KINDS: dict[str, Any] = {
    "created_at": tuple[Annotated[datetime, Meta(tz=True)], UUID],
    "filename": tuple[str, UUID],
    "size_bytes": tuple[Annotated[int, Meta(ge=0, le=2**53)], UUID],
}


# Within these years neither the database nor a change of time zone fails.
YEARS = range(2000, 9000)


def write(position: PagePosition) -> str:
    """Return the cursor of a position."""
    return urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def read(cursor: str | None, sort: Sort) -> PagePosition | None:
    """Return the position of a cursor; raises InvalidInput for a text that is no cursor of this sort order."""
    if cursor is None:
        return None
    try:
        payload = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        value, image_id = msgspec.json.decode(payload, type=KINDS[sort.removeprefix("-")])
    except (ValueError, msgspec.DecodeError) as error:
        raise _invalid_cursor() from error
    if (isinstance(value, str) and "\0" in value) or (isinstance(value, datetime) and value.year not in YEARS):
        raise _invalid_cursor()
    return PagePosition(value, image_id)


def _invalid_cursor() -> InvalidInput:
    return InvalidInput(Fault("/cursor", "cursor: must be the `next` of a page with the same sort order."))
