"""The application: routes, dependencies and middleware, put together in one place."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import structlog
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.types import ControllerRouterHandler

from api import docs, openapi_texts, static_files
from api.accounts.controller import OwnAccountController
from api.admin.audit import AuditController
from api.admin.controller import AdminController
from api.admin.invitations import InvitationController
from api.analyses.agreements import AgreementController
from api.analyses.annotations import AnnotationController
from api.analyses.callbacks import CallbackController
from api.analyses.controller import AnalysisController
from api.comparisons.controller import PairedComparisonController
from api.compat.calculators.controller import CalculatorController
from api.compat.pycm_rest.accounts.controller import AccountController
from api.compat.pycm_rest.comparisons.controller import ComparisonController
from api.compat.pycm_rest.curves.controller import CurveController
from api.compat.pycm_rest.matrices.controller import PycmMatrixController
from api.compat.pycm_rest.multilabel.controller import MultiLabelController
from api.datasets.controller import DatasetController
from api.detection_runs.controller import DetectionRunController
from api.detection_runs.images import DetectionImageController
from api.files.controller import FileController
from api.gates.checks import CheckController, GateCheckController
from api.gates.controller import GateController
from api.http import idempotency, request_end
from api.http.answers import problems
from api.http.answers.json_response import Json
from api.http.bodies import body_stream
from api.http.dependencies import Injected
from api.http.middleware import around
from api.imports.controller import ImportController
from api.jobs.controller import JobController
from api.jobs.waiter import Waiter
from api.keys.controller import KeyController
from api.matrices.cells import MatrixCellController
from api.matrices.controller import MatrixController
from api.matrices.statistics import MatrixStatisticsController
from api.operations import health, metrics
from api.pipelines.controller import PipelineController
from api.projects.comments import CommentController
from api.projects.controller import ProjectController
from api.projects.images import ImageController
from api.projects.uploads import ImageUploadController
from api.reports.controller import ReportController
from api.runs.cells import RunCellController
from api.runs.controller import RunController
from api.runs.exports import RunExportController
from api.runs.promises import RunPromiseController
from api.runs.results import RunResultController
from api.runs.scores import RunScoreController
from api.security import provide_caller, refuse_early
from api.share_links.controller import ShareLinkController
from api.signatures import provide_signer
from api.uploads.controller import UploadController
from api.usage import flushing
from api.usage.controller import UsageController
from api.web.problems import page_or_problem
from api.web.router import pages
from api.webhooks.controller import WebhookController
from api.webhooks.deliveries import DeliveryController
from shared import __version__
from shared.accounts import Authenticator, Caller
from shared.idempotency import Claims
from shared.kit import logging, platform
from shared.kit.platform import Platform
from shared.kit.settings import Settings, settings
from shared.operations.readiness import ReadinessChecks
from shared.plans import Meter

log = structlog.get_logger()


_ROUTES: list[ControllerRouterHandler] = [
    docs.docs,
    docs.openapi,
    docs.explain,
    static_files.static,
    health.healthz,
    health.api_health,
    health.readyz,
    metrics.metrics,
    AccountController,
    OwnAccountController,
    ShareLinkController,
    KeyController,
    UsageController,
    PycmMatrixController,
    MatrixController,
    MatrixCellController,
    MatrixStatisticsController,
    RunController,
    RunPromiseController,
    RunCellController,
    RunResultController,
    RunScoreController,
    DatasetController,
    DetectionRunController,
    DetectionImageController,
    RunExportController,
    ReportController,
    PairedComparisonController,
    GateController,
    GateCheckController,
    CheckController,
    MultiLabelController,
    ComparisonController,
    CurveController,
    ProjectController,
    ImageController,
    ImageUploadController,
    ImportController,
    CommentController,
    UploadController,
    JobController,
    FileController,
    CalculatorController,
    AnalysisController,
    CallbackController,
    AnnotationController,
    AgreementController,
    PipelineController,
    WebhookController,
    DeliveryController,
    AdminController,
    InvitationController,
    AuditController,
]


def create_app(with_settings: Settings | None = None) -> Litestar:
    """Create the application, with the settings of the environment unless others are passed."""
    app_settings = with_settings or settings()
    logging.configure(level=app_settings.log_level, form=app_settings.log_format)
    if missing := [name for name in ("pycm_api_admin", "pycm_api_admin_password") if not getattr(app_settings, name)]:
        log.warning("nobody can administrate: settings are missing", missing=[name.upper() for name in missing])
    app = Litestar(
        route_handlers=[pages(), *_ROUTES],
        dependencies=_dependencies(lambda: app.state),
        request_class=body_stream.CollectedRequest,
        response_class=Json,
        before_request=refuse_early,
        # Whoever mistypes an address in a browser finds the way back.
        exception_handlers={**problems.HANDLERS, NotFoundException: page_or_problem},
        lifespan=[partial(_connected, app_settings)],
        openapi_config=OpenAPIConfig(
            title="evalserve",
            version=__version__,
            description=openapi_texts.DESCRIPTION,
            use_handler_docstrings=True,
            # The module `docs` serves the document and its page.
            render_plugins=[],
            path="/internal/schema",
        ),
        # The module `body_stream` has a limit for each route.
        request_max_body_size=None,
        # Logging is configured above, for the libraries as well.
        logging_config=None,
    )
    # Around the router as well: requests that it refuses need an id, a log line and the headers, too.
    timed_app = body_stream.around(idempotency.around(app.asgi_handler), app_settings)
    app.asgi_handler = around(request_end.around(timed_app), app_settings)
    return app


@asynccontextmanager
async def _connected(app_settings: Settings, app: Litestar) -> AsyncIterator[None]:
    """Hold what the application needs while it runs: connections, and the tasks that serve all requests."""
    async with platform.connect(app_settings, storage_deadline_s=app_settings.storage_deadline_s) as app_platform:
        app.state.platform = app_platform
        app.state.readiness = ReadinessChecks(app_platform)
        app.state.waiter = Waiter(app_platform)
        app.state.claims = Claims(app_platform.db)
        app.state.authenticator = Authenticator(app_platform.db, app_platform.keyring)
        app.state.meter = Meter(app_platform.db, app_platform.redis_scripts, app_settings)
        listener = asyncio.create_task(app.state.waiter.run())
        settler = asyncio.create_task(app.state.claims.run())
        flusher = asyncio.create_task(flushing.flush_periodically(app.state.authenticator, app.state.meter))
        # The collector stops all requests while it traverses what a large body was decoded to; not this as well.
        gc.freeze()
        try:
            yield
        finally:
            listener.cancel()
            settler.cancel()
            flusher.cancel()
            # The flusher writes once more, on connections that close after this.
            await asyncio.wait([flusher])


def _dependencies(state: Callable[[], State]) -> dict[str, Provide]:
    """What handlers can ask for; the state is that of the application, which is made after this."""

    def provide_platform() -> Platform:
        app_platform: Platform = state().platform
        return app_platform

    def provide_meter(caller: Injected[Caller]) -> Meter:  # noqa: ARG001 -- only the order matters
        meter: Meter = state().meter
        return meter

    def provide_waiter(caller: Injected[Caller]) -> Waiter:  # noqa: ARG001 -- only the order matters
        waiter: Waiter = state().waiter
        return waiter

    # Each depends on the one before: one without a dependency is resolved in a task of its own, which costs more
    # than all of them together.
    return {
        "platform": Provide(provide_platform, sync_to_thread=False),
        "caller": Provide(provide_caller),
        "waiter": Provide(provide_waiter, sync_to_thread=False),
        "signer": Provide(provide_signer),
        "meter": Provide(provide_meter, sync_to_thread=False),
    }
