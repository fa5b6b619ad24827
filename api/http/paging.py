"""Paging by cursor: each page begins after the last row of the previous one."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, NamedTuple, TypeVar
from uuid import UUID

from litestar.params import QueryParameter

T = TypeVar("T")
C = TypeVar("C")

Cursor = Annotated[UUID | None, QueryParameter(description="Cursor: `next` of the previous page.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="Most items of a page, 1 to 100.")]


class Page(NamedTuple, Generic[T, C]):
    """The rows of one page, and the cursor of the next page; None on the last page."""

    rows: Sequence[T]
    next: C | None


def cut_at(rows: list[T], start: int, limit: int) -> tuple[list[T], int | None]:
    """Cut a page that begins at position `start` from up to `limit` + 1 rows; return it with the next position."""
    return rows[:limit], None if len(rows) <= limit else start + limit


def cut(rows: Sequence[T], limit: int, cursor: Callable[[T], C]) -> Page[T, C]:
    """Cut a page of up to `limit` rows from up to `limit` + 1; the additional row means that another page follows."""
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], cursor(rows[limit - 1]))
