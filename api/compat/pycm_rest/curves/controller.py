"""Curves in the PyCM REST API."""

from typing import Any

from litestar import Controller, Response

from api.compat.pycm_rest.curves.schemas import CurveIn, read_curve
from api.http.bodies import json_bodies
from api.http.bodies.json_bodies import Members
from api.http.bodies.limits import LARGE
from api.http.dependencies import Injected
from api.http.headers import Prefer
from api.http.routes import post
from api.jobs import results
from api.jobs.responses import JobAccepted
from api.jobs.waiter import Waiter
from shared import jobs
from shared.accounts import Caller
from shared.jobs import JobRequest
from shared.kit.platform import Platform


class CurveController(Controller):
    """Curves."""

    tags = ["curves"]

    @post("/curve", operation_id="pycm.compute_curves", status_code=200, opt=LARGE)
    async def measure(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        members: Members[CurveIn],
        prefer: Prefer = None,
    ) -> Response[dict[str, Any] | JobAccepted]:
        """Compute ROC or precision-recall curves.

        Route of the PyCM REST API. Returns areas, averages, points and the best thresholds of every class. If that
        takes longer than the request may wait, the answer is 202 with the job.
        """
        prepared = await _prepare_request(waiter.platform, caller, members)
        return await results.of_request(waiter, prepared, results.FileRequest("curve.json", prefer, None))


async def _prepare_request(platform: Platform, caller: Caller, members: Members[CurveIn]) -> JobRequest:
    # The body and its values go before anybody waits for the job.
    arguments, body = await json_bodies.by_size(json_bodies.size(members), read_curve, members)
    members.forget()
    return await jobs.prepare(platform, caller, arguments, body)
