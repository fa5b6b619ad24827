"""Confusion matrices, as contract A has them."""

from litestar import Controller, Response, delete, get
from litestar.params import FromPath, FromQuery

from api.compat.pycm_rest.matrices.schemas import (
    MatrixCreated,
    MatrixDeleted,
    MatrixOut,
    VectorsIn,
    receive_vectors,
)
from api.http.bodies import Members
from api.http.headers import IfNoneMatch, Prefer
from api.http.injected import Injected
from api.http.responses import Html, NotModified, Png
from api.http.routes import post
from api.jobs import results
from api.jobs.responses import JobAccepted
from api.jobs.waiter import Waiter
from shared import matrices
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.matrices.kinds.plot import Plot, PlotOptions
from shared.matrices.kinds.report import Report

# Drawing the SVG as well would nearly double the time that the client waits for its picture.
PNG_ONLY = PlotOptions(formats=("png",))


class PycmMatrixController(Controller):
    """Confusion matrices."""

    tags = ["matrices"]

    @post("/cm/create", operation_id="pycm.create_matrix", status_code=200)
    async def create(
        self, platform: Injected[Platform], caller: Injected[Caller], members: Members[VectorsIn]
    ) -> MatrixCreated:
        """Count two vectors of labels: integers, floats or text."""
        vectors = await receive_vectors(members)
        return MatrixCreated(await matrices.create(platform, caller, vectors))

    @get("/cm/", operation_id="pycm.get_matrix")
    async def read(self, platform: Injected[Platform], caller: Injected[Caller], cm_uid: FromQuery[str]) -> MatrixOut:
        """The counts and the main figures of a matrix; undefined figures are null."""
        return MatrixOut.of(await matrices.figures(platform, caller, cm_uid))

    @post("/cm/update", operation_id="pycm.update_matrix", status_code=200)
    async def update(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        cm_uid: FromQuery[str],
        members: Members[VectorsIn],
    ) -> MatrixCreated:
        """Put other labels into a matrix; report, plot and comparison are made anew."""
        vectors = await receive_vectors(members)
        return MatrixCreated(await matrices.update(platform, caller, cm_uid, vectors))

    @delete("/cm/{cm_uid:str}", operation_id="pycm.delete_matrix", status_code=200)
    async def remove(
        self, platform: Injected[Platform], caller: Injected[Caller], cm_uid: FromPath[str]
    ) -> MatrixDeleted:
        """Forget a matrix, its jobs and all that they made."""
        await matrices.delete(platform, caller, cm_uid)
        return MatrixDeleted()

    @get("/cm/report", operation_id="pycm.get_report")
    async def report(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        cm_uid: FromQuery[str],
        prefer: Prefer = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response[Html | JobAccepted | NotModified]:
        """The HTML report itself; made at the first call, or 202 with the job if that takes long."""
        wanted = results.FileRequest("report.html", prefer, if_none_match)
        return await results.of_arguments(waiter, caller, Report(cm_uid=cm_uid), wanted)

    @get("/cm/plot", operation_id="pycm.get_plot")
    async def plot(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        cm_uid: FromQuery[str],
        prefer: Prefer = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response[Png | JobAccepted | NotModified]:
        """The PNG picture itself; made at the first call, or 202 with the job if that takes long."""
        wanted = results.FileRequest("plot.png", prefer, if_none_match)
        return await results.of_arguments(waiter, caller, Plot(cm_uid=cm_uid, options=PNG_ONLY), wanted)
