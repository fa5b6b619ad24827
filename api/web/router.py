"""The router of all pages, with their dependencies."""

from typing import Any

from litestar import Controller, Response, Router, get
from litestar.di import Provide
from litestar.exceptions import NotFoundException

from api.http.injected import Injected
from api.web.account import AccountPages
from api.web.account_security import AccountSecurityPages
from api.web.admin import AdminPages
from api.web.admin_invitations import AdminInvitationPages
from api.web.comparison import ComparisonPages
from api.web.comparison_parts import ComparisonPartPages
from api.web.curves import CurvePages
from api.web.datasets import DatasetPages
from api.web.detection_differences import DetectionDifferencePages
from api.web.detection_images import DetectionImagePages
from api.web.detection_runs import DetectionModelPages, DetectionRunPages
from api.web.forms import provide_form
from api.web.gates import GateCheckPages, GatePages
from api.web.image_comments import ImageCommentPages
from api.web.images import ImagePages
from api.web.job_files import JobFilePages
from api.web.jobs import JobPages
from api.web.matrices import MatrixPages
from api.web.matrix_parts import MatrixPartPages
from api.web.page_request import PageRequest, begin, provide_page_request
from api.web.paired_comparisons import PairedComparisonPages
from api.web.problems import HANDLERS
from api.web.project_files import ProjectFilePages
from api.web.projects import ProjectPages
from api.web.run_parts import RunPartPages
from api.web.run_suspects import RunSuspectPages
from api.web.run_trends import RunTrendPages
from api.web.runs import RunPages
from api.web.search import SearchPages
from api.web.selected_runs import SelectedRunPages
from api.web.share_links import ShareLinkPages
from api.web.shared_pages import SharedPages
from api.web.sign_in import SignInPages
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
