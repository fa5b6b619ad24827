"""Success answers of routes for the OpenAPI document, declared by the return types of their handlers.

Of `Response[A | B]` each part is one success: JSON under the status of the route, unless it is annotated with another
`Answer`. A success that is no part stands beside the type: `Annotated[..., Success]`. The framework itself documents
return types other than a response.
"""

from http import HTTPStatus
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeAlias, TypeVar, Union, get_args, get_origin

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from api.http.runtime_types import resolve

T = TypeVar("T")

JSON = "application/json"


class Answer(NamedTuple):
    """The status of a part, None for that of the route, and its media type."""

    status: HTTPStatus | None = None
    media_type: str = JSON


class Success(NamedTuple):
    """One answer of a route: its status, None for that of the route; its media type; the type of its body, if any."""

    status: HTTPStatus | None
    media_type: str
    kind: Any

    @property
    def has_body(self) -> bool:
        """True if the answer has a body."""
        return self.kind not in {None, NoneType}


Html: TypeAlias = Annotated[str, Answer(media_type="text/html")]
Csv: TypeAlias = Annotated[str, Answer(media_type="text/csv")]
Parquet: TypeAlias = Annotated[bytes, Answer(media_type="application/vnd.apache.parquet")]
Xml: TypeAlias = Annotated[str, Answer(media_type="application/xml")]
Markdown: TypeAlias = Annotated[str, Answer(media_type="text/markdown")]
Svg: TypeAlias = Annotated[str, Answer(media_type="image/svg+xml")]
Png: TypeAlias = Annotated[bytes, Answer(media_type="image/png")]
WebP: TypeAlias = Annotated[bytes, Answer(media_type="image/webp")]
AnyImage: TypeAlias = Annotated[bytes, Answer(media_type="image/*")]
AnyContent: TypeAlias = Annotated[str, Answer(media_type="*/*")]
EventStream: TypeAlias = Annotated[str, Answer(media_type="text/event-stream")]

Accepted: TypeAlias = Annotated[T, Answer(HTTPStatus.ACCEPTED)]
Unavailable: TypeAlias = Annotated[T, Answer(HTTPStatus.SERVICE_UNAVAILABLE)]
NotModified: TypeAlias = Annotated[None, Answer(HTTPStatus.NOT_MODIFIED)]


# The target of a redirect, which most clients follow by themselves.
LINKED = Success(HTTPStatus.OK, "application/octet-stream", bytes)


def successes(handler: HTTPRouteHandler) -> list[Success]:
    """Return the successes that the return type of a handler declares and the framework cannot know."""
    returned = handler.parsed_fn_signature.return_type.raw
    is_annotated = get_origin(returned) is Annotated
    annotated = [mark for mark in returned.__metadata__ if isinstance(mark, Success)] if is_annotated else []
    kind = returned.__origin__ if is_annotated else returned
    if get_origin(kind) is Response:
        (kind,) = get_args(kind)
        parts = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
        return [*map(_success, parts), *annotated]
    return annotated


def _success(part: Any) -> Success:
    marks = part.__metadata__ if get_origin(part) is Annotated else ()
    for mark in marks:
        if isinstance(mark, Answer):
            return Success(*mark, part.__origin__)
    return Success(None, JSON, resolve(part))
