"""Curves, as contract A has them."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter

from api import bodies, content
from api.curves.schemas import CurveIn, CurveShape, read_inputs
from api.waiting import Waiter
from shared.accounts import Caller
from shared.jobs import NO_SUBJECTS, Order
from shared.jobs.kinds.curve import Curve


class CurveController(Controller):
    """Curves."""

    tags = ["curves"]  # noqa: RUF012 -- Litestar reads it from the class

    @post("/curve", operation_id="measure_curves", status_code=200, opt={"body": CurveIn})
    async def measure(
        self,
        request: Request[Any, Any, Any],
        waiter: NamedDependency[Waiter],
        caller: NamedDependency[Caller],
        prefer: Annotated[str | None, HeaderParameter(name="Prefer")] = None,
    ) -> Response[Any]:
        """ROC or precision-recall curves: areas, averages, points and the best thresholds of every class."""
        members = await bodies.fields(request)
        asked = bodies.pick_known(members, CurveShape)
        inputs = await read_inputs(members, waiter.platform.settings)
        order = Order(caller, Curve(type=asked.type, options=asked.options), NO_SUBJECTS, inputs)
        return await content.of_order(waiter, order, content.Wanted("curve.json", prefer, None))
