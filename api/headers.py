"""What clients say in headers, the same way on every route."""

from typing import Annotated, Any

from litestar.connection import ASGIConnection
from litestar.params import HeaderParameter

Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        description="`wait=N`: answer when the job has ended, or after N seconds; `respond-async`: answer 202 at once",
    ),
]

IfNoneMatch = Annotated[
    str | None,
    HeaderParameter(name="If-None-Match", description="the `ETag` of an answer that you have"),
]


def client_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Where the request came from: the client, or the nearest proxy, whose headers anybody can write."""
    return connection.client.host if connection.client else "unknown"


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Whether the client has the answer with this ETag, by the weak comparison of RFC 9110, 13.1.2."""
    known = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag.removeprefix("W/") in known or known == ["*"]
