"""Images of a project, searched, sorted and paged; fast with ten thousand of them.

A page begins after the last image of the previous page, so that the thousandth costs as much as the first.
"""

# ruff: noqa: S608 -- the texts are put together from the table of orders only

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Literal, NamedTuple
from uuid import UUID

from shared.accounts import Caller
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import known_uuid
from shared.kit.platform import Platform
from shared.projects import queries
from shared.projects.errors import ProjectNotFound
from shared.projects.image_queries import COLUMNS, STATUS
from shared.projects.records import ImageRecord

Sort = Literal["created_at", "-created_at", "filename", "-filename", "size_bytes", "-size_bytes"]

_REVERSE: dict[Sort, Sort] = {
    "created_at": "-created_at", "filename": "-filename", "size_bytes": "-size_bytes",
    "-created_at": "created_at", "-filename": "filename", "-size_bytes": "size_bytes",
}  # fmt: skip

# The expression of each sort order; each has an index.
SORT_EXPRESSIONS = {
    "created_at": "image.created_at",
    "filename": "lower(image.filename)",
    "size_bytes": "image.size_bytes",
}

# No index serves these conditions; they scan one project.
SEARCH = """
    image.project_id = $1
    AND ($2::text IS NULL OR strpos(lower(image.filename), lower($2)) > 0)
    AND ($3::text IS NULL OR image.metadata ? $3)
    AND ($4::text IS NULL OR strpos(lower(image.metadata ->> $3), lower($4)) > 0)
"""


class Search(NamedTuple):
    """A filter of images: part of the name, a metadata key and part of its value; deleted images, or the others."""

    filename: str | None = None
    key: str | None = None
    value: str | None = None
    deleted: bool = False

    def check(self) -> None:
        """Raise InvalidInput for a value without a key."""
        if self.value is not None and self.key is None:
            raise InvalidInput(Fault("/metadata_value", "metadata_value: requires `metadata_key`."))


class PagePosition(NamedTuple):
    """The end of a page: the sort value of its last image, and the image's id."""

    value: datetime | str | int
    image_id: UUID


class Images(NamedTuple):
    """Some images, and the total number of matches."""

    images: Sequence[ImageRecord]
    total: int


async def list_images(
    platform: Platform,
    caller: Caller,
    project_id: str,
    search: Search,
    *,
    sort: Sort,
    after: PagePosition | None,
    limit: int,
) -> Images:
    """List images of a project of the caller after a position; raises ProjectNotFound, InvalidInput."""
    search.check()
    project_uuid = known_uuid(project_id, ProjectNotFound)
    parameters = (project_uuid, search.filename, search.key, search.value)
    position = after or ()
    async with platform.db.connection() as connection:
        if not await queries.exists(connection, caller.account_id, project_uuid):
            raise ProjectNotFound
        statement = _statement(sort, deleted=search.deleted, has_position=after is not None)
        records = await connection.fetch(statement, *parameters, limit, *position)
        total = await connection.fetchval(_count(deleted=search.deleted), *parameters)
    return Images([ImageRecord(*record) for record in records], total)


class Neighbours(NamedTuple):
    """The ids of the images before and after one; None at the ends."""

    previous: UUID | None
    following: UUID | None


async def neighbours(platform: Platform, image: ImageRecord, search: Search, *, sort: Sort) -> Neighbours:
    """Return the neighbours of an image among those of its project that match; it need not be one of them."""
    position, back = page_position(image, sort), _REVERSE[sort]
    parameters = (image.project_id, search.filename, search.key, search.value, 1, *position)
    async with platform.db.connection() as connection:
        previous, following = [
            await connection.fetchrow(_statement(order, deleted=search.deleted, has_position=True), *parameters)
            for order in (back, sort)
        ]
    return Neighbours(previous and ImageRecord(*previous).id, following and ImageRecord(*following).id)


def page_position(image: ImageRecord, sort: Sort) -> PagePosition:
    """Return the position of an image in a sort order, where a page that ends with it stops."""
    return PagePosition(getattr(image, sort.removeprefix("-")), image.id)


@cache
def _statement(sort: Sort, *, deleted: bool, has_position: bool) -> str:
    # Separate statements instead of conditions on parameters, so that the planner can choose the index.
    expression = SORT_EXPRESSIONS[sort.removeprefix("-")]
    direction, compare = ("DESC", "<") if sort.startswith("-") else ("ASC", ">")
    value = expression.replace(f"image.{sort.removeprefix('-')}", "$6")
    start = f"AND ({expression}, image.id) {compare} ({value}, $7)" if has_position else ""
    return f"""
        SELECT {COLUMNS}, {STATUS} FROM image
        WHERE {SEARCH} AND {_visibility(deleted=deleted)} {start}
        ORDER BY {expression} {direction}, image.id {direction} LIMIT $5
    """


@cache
def _count(*, deleted: bool) -> str:
    return f"SELECT count(*) FROM image WHERE {SEARCH} AND {_visibility(deleted=deleted)}"


def _visibility(*, deleted: bool) -> str:
    return "image.purge_at > now()" if deleted else "image.deleted_at IS NULL"
