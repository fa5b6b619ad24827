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
    """Check that the process is alive.

    Asks nothing of Postgres, Redis or S3, so that an outage of theirs restarts no process. Needs no key.
    """
    return {"status": "ok"}


@get("/readyz", operation_id="health.check_readiness", tags=["health"])
async def readyz(platform: Injected[Platform]) -> Response[Readiness | Unavailable[Readiness]]:
    """Check that the service is ready for requests.

    Reports Postgres, its migrations, Redis and S3 one by one, and answers 503 unless all of them respond. Needs no key.
    """
    found = [CheckOut(*check) for check in await checks(platform)]
    ready = all(check.ok for check in found)
    return Json(Readiness(ready, found), status_code=200 if ready else 503)
