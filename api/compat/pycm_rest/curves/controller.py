"""Curves, as contract A has them."""

from typing import Any

from litestar import Controller, Request, Response, post

from api.compat.pycm_rest.curves.schemas import CurveIn, read_curve
from api.http import bodies
from api.http.headers import Prefer
from api.http.injected import Injected
from api.jobs import results
from api.jobs.waiter import Waiter
from shared import jobs
from shared.accounts import Caller
from shared.jobs import JobRequest
from shared.kit.platform import Platform


class CurveController(Controller):
    """Curves."""

    tags = ["curves"]

    @post("/curve", operation_id="measure_curves", status_code=200, opt={"body": CurveIn})
    async def measure(
        self,
        request: Request[Any, Any, Any],
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        prefer: Prefer = None,
    ) -> Response[Any]:
        """ROC or precision-recall curves: areas, averages, points and the best thresholds of every class."""
        prepared = await _prepared(waiter.platform, caller, request)
        return await results.of_request(waiter, prepared, results.FileRequest("curve.json", prefer, None))


async def _prepared(platform: Platform, caller: Caller, request: Request[Any, Any, Any]) -> JobRequest:
    # The values of a body take many times its bytes, and so go before anybody waits for the job.
    members = await bodies.fields(request, CurveIn)
    arguments, body = await bodies.by_size(bodies.size(members), read_curve, members)
    return await jobs.prepare(platform, caller, arguments, body)
