"""Confusion matrices, as contract A has them."""

from typing import Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.params import FromPath, FromQuery

from api.compat.pycm_rest.matrices.schemas import (
    MatrixCreated,
    MatrixDeleted,
    MatrixOut,
    VectorsIn,
    receive_vectors,
)
from api.http.headers import IfNoneMatch, Prefer
from api.http.injected import Injected
from api.jobs import results
from api.jobs.waiter import Waiter
from shared import matrices
from shared.accounts import Caller
from shared.jobs import JobOut
from shared.kit.platform import Platform
from shared.matrices.kinds.plot import Plot, PlotOptions
from shared.matrices.kinds.report import Report

# Drawing the SVG as well would nearly double the time that the client waits for its picture.
PNG_ONLY = PlotOptions(formats=("png",))


class PycmMatrixController(Controller):
    """Confusion matrices."""

    tags = ["matrices"]

    @post("/cm/create", operation_id="create_matrix", status_code=200, opt={"body": VectorsIn})
    async def create(
        self, request: Request[Any, Any, Any], platform: Injected[Platform], caller: Injected[Caller]
    ) -> MatrixCreated:
        """Count two vectors of labels: integers, floats or text."""
        vectors = await receive_vectors(request)
        return MatrixCreated(await matrices.create(platform, caller, vectors))

    @get("/cm/", operation_id="read_matrix")
    async def read(self, platform: Injected[Platform], caller: Injected[Caller], cm_uid: FromQuery[str]) -> MatrixOut:
        """The counts and the main figures of a matrix; undefined figures are null."""
        return MatrixOut.of(await matrices.figures(platform, caller, cm_uid))

    @post("/cm/update", operation_id="update_matrix", status_code=200, opt={"body": VectorsIn})
    async def update(
        self,
        request: Request[Any, Any, Any],
        platform: Injected[Platform],
        caller: Injected[Caller],
        cm_uid: FromQuery[str],
    ) -> MatrixCreated:
        """Put other labels into a matrix; report, plot and comparison are made anew."""
        vectors = await receive_vectors(request)
        return MatrixCreated(await matrices.update(platform, caller, cm_uid, vectors))

    @delete("/cm/{cm_uid:str}", operation_id="delete_matrix", status_code=200)
    async def remove(
        self, platform: Injected[Platform], caller: Injected[Caller], cm_uid: FromPath[str]
    ) -> MatrixDeleted:
        """Forget a matrix, its jobs and all that they made."""
        await matrices.delete(platform, caller, cm_uid)
        return MatrixDeleted()

    @get(
        "/cm/report",
        operation_id="read_matrix_report",
        opt={"answers": {"200": ("text/html", str), "202": ("application/json", JobOut)}},
    )
    async def report(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        cm_uid: FromQuery[str],
        prefer: Prefer = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response[Any]:
        """The HTML report itself; made at the first call, or 202 with the job if that takes long."""
        wanted = results.FileRequest("report.html", prefer, if_none_match)
        return await results.of_arguments(waiter, caller, Report(cm_uid=cm_uid), wanted)

    @get(
        "/cm/plot",
        operation_id="read_matrix_plot",
        opt={"answers": {"200": ("image/png", bytes), "202": ("application/json", JobOut)}},
    )
    async def plot(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        cm_uid: FromQuery[str],
        prefer: Prefer = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response[Any]:
        """The PNG picture itself; made at the first call, or 202 with the job if that takes long."""
        wanted = results.FileRequest("plot.png", prefer, if_none_match)
        return await results.of_arguments(waiter, caller, Plot(cm_uid=cm_uid, options=PNG_ONLY), wanted)
