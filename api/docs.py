"""The interactive documentation, from our own files only."""

from pathlib import Path

from litestar import MediaType, Request, Response, get
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from api.openapi import document
from shared.kit import errors
from shared.kit.errors import Problem

STATIC = Path(__file__).parent / "static"

# Swagger UI writes style attributes and draws its icons from data addresses.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@get("/docs", include_in_schema=False, media_type=MediaType.HTML, sync_to_thread=False)
def docs() -> Response[str]:
    """Return the page of the documentation."""
    page = (STATIC / "docs.html").read_text()
    return Response(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi(request: Request) -> dict[str, object]:  # type: ignore[type-arg] # neither user nor state matters
    """Return the OpenAPI document."""
    return document(request.app)


@get("/problems/{code:str}", include_in_schema=False, sync_to_thread=False)
def explain(code: FromPath[str]) -> Problem:
    """Explain the type of a problem."""
    for error in errors.kinds():
        if error.code == code:
            return errors.problem(error.status, code, (error.__doc__ or "").strip())
    raise NotFoundException


# Pages refer to our files by a hash of their content; those of the documentation change only with a new version.
static = create_static_files_router(
    path="/static", directories=[STATIC], include_in_schema=False, cache_control=CacheControlHeader(max_age=86400)
)
