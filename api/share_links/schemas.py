"""Bodies of requests and answers about share links."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.sharing import IssuedLink, LinkRecord, TargetType

# A month is the time of a review; a link that works for longer than a year is forgotten.
DEFAULT_DAYS = 30
MAX_DAYS = 366

SharedType = Annotated[TargetType, Meta(description="What the link shows.")]
TargetId = Annotated[UUID, Meta(description="Id of the object that the link shows.")]


class ShareLinkIn(msgspec.Struct, forbid_unknown_fields=True):
    """A share link to create."""

    target_type: SharedType
    target_id: TargetId
    valid_days: Annotated[int, Meta(ge=1, le=MAX_DAYS, description="Days until it expires, 1 to 366.")] = DEFAULT_DAYS


class ShareLinkOut(msgspec.Struct):
    """A share link without its token."""

    id: Annotated[UUID, Meta(description="Id of the share link.")]
    target_type: SharedType
    target_id: TargetId
    created_at: Annotated[datetime, Meta(description="When it was created, in UTC.")]
    expires_at: Annotated[datetime, Meta(description="When it stops working, in UTC.")]

    @classmethod
    def of(cls, link: LinkRecord) -> "ShareLinkOut":
        """Present the link."""
        return cls(*link)


class IssuedShareLinkOut(ShareLinkOut):
    """A share link with its address."""

    path: Annotated[str, Meta(description="Path of the page to append to the service's address; in no other answer.")]

    @classmethod
    def of_issued(cls, issued: IssuedLink) -> "IssuedShareLinkOut":
        """Present a new link."""
        return cls(*issued.link, issued.path)


class ShareLinkPage(msgspec.Struct):
    """A page of share links."""

    items: Annotated[list[ShareLinkOut], Meta(description="Share links, newest first.")]
    next: Annotated[UUID | None, Meta(description="Cursor of the next page; null on the last one.")]
