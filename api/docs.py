"""The interactive documentation, from our own files only."""

from litestar import MediaType, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from api.openapi import document
from api.static_files import STATIC
from shared.kit import errors
from shared.kit.errors import Problem

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
