"""Curves, as contract A has them."""

from typing import Any

from litestar import Controller, Request, Response, post

from api.compat.pycm_rest.curves.schemas import CurveIn, read_curve
from api.http import bodies
from api.http.headers import Prefer
from api.http.injected import Injected
from api.jobs import results
from api.jobs.waiter import Waiter
from shared.accounts import Caller
from shared.jobs import NO_SUBJECTS, Order


class CurveController(Controller):
    """Curves."""

    tags = ["curves"]  # noqa: RUF012 -- Litestar reads it from the class

    @post("/curve", operation_id="measure_curves", status_code=200, opt={"body": CurveIn})
    async def measure(
        self,
        request: Request[Any, Any, Any],
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        prefer: Prefer = None,
    ) -> Response[Any]:
        """ROC or precision-recall curves: areas, averages, points and the best thresholds of every class."""
        members = await bodies.fields(request, CurveIn)
        work, inputs = await bodies.by_size(bodies.size(members), read_curve, members, waiter.platform.settings)
        order = Order(caller, work, NO_SUBJECTS, inputs)
        return await results.of_order(waiter, order, results.Wanted("curve.json", prefer, None))
