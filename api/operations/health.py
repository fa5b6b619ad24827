"""Routes of liveness and readiness."""

from typing import Annotated

import msgspec
from litestar import Response, get
from msgspec import Meta

from api.http.injected import Injected
from api.http.json_response import Json
from api.http.responses import Unavailable
from shared.kit.platform import Platform
from shared.operations.readiness import checks


class CheckOut(msgspec.Struct):
    """A dependency of the service."""

    name: Annotated[str, Meta(description="Name of the dependency.")]
    ok: Annotated[bool, Meta(description="Whether it responds.")]
    detail: Annotated[str, Meta(description="What it says, or what is wrong.")]


class Readiness(msgspec.Struct):
    """The readiness of the service."""

    ready: Annotated[bool, Meta(description="Whether requests should be sent here.")]
    checks: Annotated[list[CheckOut], Meta(description="One check for each dependency.")]


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
    results = [CheckOut(*check) for check in await checks(platform)]
    ready = all(check.ok for check in results)
    return Json(Readiness(ready, results), status_code=200 if ready else 503)
