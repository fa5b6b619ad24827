"""Lists that are read page by page, each from behind the last row of the page before."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, NamedTuple, TypeVar
from uuid import UUID

from litestar.params import QueryParameter

T = TypeVar("T")
C = TypeVar("C")

Cursor = Annotated[UUID | None, QueryParameter(description="Cursor: `next` of the previous page.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="Most items of a page, 1 to 100.")]


class Page(NamedTuple, Generic[T, C]):
    """The rows of one page, and the cursor with which the page after begins; None on the last page."""

    rows: Sequence[T]
    next: C | None


def cut(rows: Sequence[T], limit: int, cursor: Callable[[T], C]) -> Page[T, C]:
    """A page of up to `limit` rows, of which one more was asked for: if it is there, another page follows."""
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], cursor(rows[limit - 1]))
