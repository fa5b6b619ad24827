"""The cursor of a list that can be sorted: where the page before ended, as an opaque text."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.kit.errors import Fault, InvalidInput
from shared.projects.listing import Place, Sort

# What the halves must look like, so that the database takes them for what they are compared with.
KINDS: dict[str, Any] = {
    "created_at": tuple[UUID, UUID],
    "filename": tuple[str, UUID],
    "size_bytes": tuple[Annotated[str, Meta(pattern=r"^[0-9]{1,15}$")], UUID],
}


def write(place: Place | None) -> str | None:
    """The cursor of a place."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=") if place else None


def read(cursor: str | None, sort: Sort) -> Place | None:
    """The place of a cursor; raises InvalidInput for a text that is none of this order's."""
    if cursor is None:
        return None
    try:
        decoded = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        text, image_id = msgspec.json.decode(decoded, type=KINDS[sort.removeprefix("-")])
        return Place(_without_nul(str(text)), image_id)
    except (ValueError, msgspec.DecodeError) as error:
        raise InvalidInput(Fault("/cursor", "cursor: send `next` of a page in the same order.")) from error


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError
    return text
