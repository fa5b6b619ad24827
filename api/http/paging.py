"""Lists that are read page by page, each from behind the last thing of the page before."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from uuid import UUID

from litestar.params import QueryParameter

T = TypeVar("T")

Cursor = Annotated[UUID | None, QueryParameter(description="`next` of the page before")]
Limit = Annotated[int, QueryParameter(ge=1, le=100)]


def following(found: Sequence[T], limit: int, name: Callable[[T], UUID | int]) -> str | None:
    """The cursor of the page after, named after the last thing on this one; None if this one is not full."""
    return str(name(found[-1])) if len(found) == limit else None
