"""The pages that share links open: without an account, each about one object, with nothing else in reach."""

from typing import Any

from litestar import Controller, Response, get
from litestar.response import Stream

from api.http.answers.file_stream import HEADERS
from api.http.dependencies import Injected
from api.jobs import results
from api.jobs.results import FileRequest
from api.security import refuse_nul
from api.web.page_request import HttpRequest, PageRequest
from api.web.sharing import views as shared_views
from shared import sharing
from shared.matrices.kinds.report import Report
from shared.presentation.comparisons.gate_reports import badge
from shared.projects import images
from shared.sharing import SharedThing, TargetType
from shared.sharing.errors import NothingShared

# The address is the secret: no search engine lists it, and no shared cache keeps what it opens.
PRIVATE = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}


async def begin_for_visitors(request: HttpRequest) -> None:
    """Find what the link of the address shows; a session of the browser counts for nothing. Raises NothingShared."""
    await refuse_nul(request)
    platform = request.app.state.platform
    request.state.page_request = PageRequest(request, platform, None, "")
    request.state.shared = await sharing.visit(platform, request.query_params.get("token", ""))


class SharedPages(Controller):
    """What share links open."""

    path = "/app/shared"
    before_request = staticmethod(begin_for_visitors)

    @get()
    async def read(self, page_request: Injected[PageRequest], request: HttpRequest) -> Response[Any]:
        """Show the object of the link."""
        return _private(await shared_views.show(page_request, request.state.shared))

    @get("/curves")
    async def curves(self, page_request: Injected[PageRequest], request: HttpRequest) -> Response[Any]:
        """Draw the curves of a shared run."""
        return _private(await shared_views.run_curves(page_request, _shared(request, TargetType.RUN)))

    @get("/report")
    async def report(self, page_request: Injected[PageRequest], request: HttpRequest) -> Response[Any]:
        """Send the report of a shared matrix."""
        thing = _shared(request, TargetType.MATRIX)
        wanted = FileRequest("report.html", "wait=10", None)
        answer = await results.of_arguments(page_request.waiter, thing.owner, Report(cm_uid=thing.target_id), wanted)
        return _private(answer)

    @get("/matrix")
    async def matrix(self, page_request: Injected[PageRequest], request: HttpRequest) -> Response[Any]:
        """Send the counts of a shared matrix as CSV."""
        return _private(await shared_views.matrix_file(page_request.platform, _shared(request, TargetType.MATRIX)))

    @get("/badge")
    async def badge(self, page_request: Injected[PageRequest], request: HttpRequest) -> Response[Any]:
        """Send the badge of a shared gate: the verdict of its latest check."""
        check = await shared_views.latest_check(page_request.platform, _shared(request, TargetType.GATE))
        if check is None:
            raise NothingShared
        return _private(Response(badge(check), media_type="image/svg+xml", headers=HEADERS))

    @get("/content")
    async def content(self, page_request: Injected[PageRequest], request: HttpRequest) -> Response[Any]:
        """Send a shared image itself."""
        thing = _shared(request, TargetType.IMAGE)
        image = await images.find(page_request.platform, thing.owner, thing.target_id)
        pieces = await images.content(page_request.platform, image)
        headers = HEADERS | {"Content-Length": str(image.size_bytes)}
        return _private(Stream(pieces, media_type=image.content_type, headers=headers))


def _shared(request: HttpRequest, target_type: TargetType) -> SharedThing:
    thing: SharedThing = request.state.shared
    if thing.target_type is not target_type:
        raise NothingShared
    return thing


def _private(response: Response[Any]) -> Response[Any]:
    response.headers.update(PRIVATE)
    return response
