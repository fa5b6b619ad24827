"""The router of all pages, with their dependencies."""

from typing import Any

from litestar import Controller, Response, Router, get
from litestar.di import Provide
from litestar.exceptions import NotFoundException

from api.http.dependencies import Injected
from api.web.account.pages import AccountPages
from api.web.account.security import AccountSecurityPages
from api.web.account.sign_in import SignInPages
from api.web.admin.invitations import AdminInvitationPages
from api.web.admin.pages import AdminPages
from api.web.comparisons.pages import PairedComparisonPages
from api.web.curves import CurvePages
from api.web.datasets import DatasetPages
from api.web.detection.differences import DetectionDifferencePages
from api.web.detection.images import DetectionImagePages
from api.web.detection.pages import DetectionModelPages, DetectionRunPages
from api.web.forms import provide_form
from api.web.gates.pages import GateCheckPages, GatePages
from api.web.images.comments import ImageCommentPages
from api.web.images.pages import ImagePages
from api.web.job_files import JobFilePages
from api.web.jobs import JobPages
from api.web.matrices.comparison import ComparisonPages
from api.web.matrices.comparison_parts import ComparisonPartPages
from api.web.matrices.pages import MatrixPages
from api.web.matrices.parts import MatrixPartPages
from api.web.page_request import PageRequest, begin, provide_page_request
from api.web.problems import HANDLERS
from api.web.projects.files import ProjectFilePages
from api.web.projects.pages import ProjectPages
from api.web.runs.bulk_actions import SelectedRunPages
from api.web.runs.pages import RunPages
from api.web.runs.parts import RunPartPages
from api.web.runs.suspects import RunSuspectPages
from api.web.runs.trends import RunTrendPages
from api.web.search import SearchPages
from api.web.sharing.links import ShareLinkPages
from api.web.sharing.pages import SharedPages
from api.web.webhooks import WebhookPages

PAGES: list[type[Controller]] = [
    SignInPages,
    SearchPages,
    RunPages,
    SelectedRunPages,
    RunTrendPages,
    RunSuspectPages,
    DatasetPages,
    RunPartPages,
    PairedComparisonPages,
    ComparisonPartPages,
    GatePages,
    GateCheckPages,
    MatrixPages,
    MatrixPartPages,
    ComparisonPages,
    CurvePages,
    ProjectPages,
    ProjectFilePages,
    DetectionModelPages,
    DetectionRunPages,
    DetectionImagePages,
    DetectionDifferencePages,
    ImagePages,
    ImageCommentPages,
    JobPages,
    JobFilePages,
    AccountPages,
    AccountSecurityPages,
    ShareLinkPages,
    SharedPages,
    WebhookPages,
    AdminPages,
    AdminInvitationPages,
]


@get(["/app", "/app/{rest:path}"])
async def nothing_here(page_request: Injected[PageRequest]) -> Response[Any]:
    """Redirect `/app` to the first page; answer 404 for every other address without a page."""
    if page_request.request.url.path.rstrip("/") == "/app":
        return page_request.redirect("/")
    raise NotFoundException


def pages() -> Router:
    """Make the router of all pages."""
    return Router(
        "/",
        route_handlers=[*PAGES, nothing_here],
        dependencies={
            "page_request": Provide(provide_page_request, sync_to_thread=False),
            "form": Provide(provide_form),
        },
        before_request=begin,
        exception_handlers=HANDLERS,
        include_in_schema=False,
    )
