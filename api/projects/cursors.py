"""The cursor of a list that can be sorted: where the page before ended, as an opaque text."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.kit.errors import Fault, InvalidInput
from shared.projects.listing import PagePosition, Sort

# What the halves are, in bounds that the database knows as well.
KINDS: dict[str, Any] = {
    "created_at": tuple[Annotated[datetime, Meta(tz=True)], UUID],
    "filename": tuple[str, UUID],
    "size_bytes": tuple[Annotated[int, Meta(ge=0, le=2**53)], UUID],
}


# Neither the database nor a change of time zone fails within these.
YEARS = range(2000, 9000)


def write(position: PagePosition) -> str:
    """The cursor of a place."""
    return urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def read(cursor: str | None, sort: Sort) -> PagePosition | None:
    """The place of a cursor; raises InvalidInput for a text that is none of this order's."""
    if cursor is None:
        return None
    try:
        decoded = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        value, image_id = msgspec.json.decode(decoded, type=KINDS[sort.removeprefix("-")])
    except (ValueError, msgspec.DecodeError) as error:
        raise _invalid_cursor() from error
    if (isinstance(value, str) and "\0" in value) or (isinstance(value, datetime) and value.year not in YEARS):
        raise _invalid_cursor()
    return PagePosition(value, image_id)


def _invalid_cursor() -> InvalidInput:
    return InvalidInput(Fault("/cursor", "cursor: must be the `next` of a page with the same sort order."))
