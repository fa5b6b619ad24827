"""For whoever watches over the process."""

import msgspec
from litestar import Response, get

from api.http.injected import Injected
from api.http.json_response import Json
from api.http.responses import Unavailable
from shared.kit.platform import Platform
from shared.operations.readiness import checks


class CheckOut(msgspec.Struct):
    """One part of the service."""

    name: str
    ok: bool
    detail: str


class Readiness(msgspec.Struct):
    """Whether requests should be sent here, and if not, what is missing."""

    ready: bool
    checks: list[CheckOut]


@get("/healthz", operation_id="health.check_liveness", tags=["health"])
async def healthz() -> dict[str, str]:
    """The process is alive; says nothing of what it depends on, so that an outage elsewhere does not kill it."""
    return {"status": "ok"}


@get("/readyz", operation_id="health.check_readiness", tags=["health"])
async def readyz(platform: Injected[Platform]) -> Response[Readiness | Unavailable[Readiness]]:
    """Postgres, its tables, Redis and S3, each with its own line; 503 unless all answer."""
    found = [CheckOut(*check) for check in await checks(platform)]
    ready = all(check.ok for check in found)
    return Json(Readiness(ready, found), status_code=200 if ready else 503)
