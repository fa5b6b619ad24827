"""Routes of liveness and readiness."""

from typing import Any

from litestar import Request, Response, get

from api.http.answers.json_response import Json
from api.http.answers.responses import Unavailable
from api.operations.schemas import CheckOut, Readiness
from shared.operations.readiness import ReadinessChecks

HttpRequest = Request[Any, Any, Any]


@get("/healthz", operation_id="health.check_liveness", tags=["health"])
async def healthz() -> dict[str, str]:
    """Check that the process is alive.

    Asks nothing of Postgres, Redis or S3, so that an outage of theirs restarts no process. Needs no key.
    """
    return {"status": "ok"}


@get("/api/health", operation_id="health.check_pipeline_api", tags=["health"])
async def api_health() -> dict[str, str]:
    """Check that the process is alive, as clients of the pipeline API do.

    The same as `/healthz`, in the words that they expect. Needs no key.
    """
    return {"status": "healthy"}


@get("/readyz", operation_id="health.check_readiness", tags=["health"])
async def readyz(request: HttpRequest) -> Response[Readiness | Unavailable[Readiness]]:
    """Check that the service is ready for requests.

    Answers 503 unless Postgres takes writes and is migrated. Redis and S3 are checked, too, and listed as `degraded`
    while they do not respond: jobs wait then, and files cannot be sent. Needs no key.
    """
    readiness: ReadinessChecks = request.app.state.readiness
    checks = await readiness.checks()
    ready = all(check.ok for check in checks if check.required)
    out = Readiness(
        ready,
        [CheckOut(check.name, check.ok, check.detail) for check in checks],
        [check.name for check in checks if not (check.ok or check.required)],
    )
    return Json(out, status_code=200 if ready else 503)
