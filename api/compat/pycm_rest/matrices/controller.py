"""Confusion matrices in the PyCM REST API."""

from litestar import Controller, Response, delete, get
from litestar.params import FromPath, FromQuery

from api.compat.pycm_rest.matrices.schemas import (
    MatrixCreated,
    MatrixDeleted,
    MatrixOut,
    VectorsIn,
    receive_vectors,
)
from api.http.answers.responses import Html, NotModified, Png
from api.http.bodies.json_bodies import Members
from api.http.bodies.limits import LARGE
from api.http.dependencies import Injected
from api.http.headers import IfNoneMatch, Prefer
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

    @post("/cm/create", operation_id="pycm.create_matrix", status_code=200, opt=LARGE)
    async def create(
        self, platform: Injected[Platform], caller: Injected[Caller], members: Members[VectorsIn]
    ) -> MatrixCreated:
        """Create a confusion matrix from labels.

        Route of the PyCM REST API. Labels are integers, floats or text; `POST /v1/matrices` also takes a name, tags,
        weights and counts.
        """
        vectors = await receive_vectors(members)
        return MatrixCreated(await matrices.create(platform, caller, vectors, cell_by_cell=True))

    @get("/cm/", operation_id="pycm.get_matrix")
    async def read(self, platform: Injected[Platform], caller: Injected[Caller], cm_uid: FromQuery[str]) -> MatrixOut:
        """Get the counts and main metrics of a confusion matrix.

        Route of the PyCM REST API. Precision, recall and F1 are macro averages; a metric that is undefined is null.
        """
        return MatrixOut.of(await matrices.metrics(platform, caller, cm_uid))

    @post("/cm/update", operation_id="pycm.update_matrix", status_code=200, opt=LARGE)
    async def update(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        cm_uid: FromQuery[str],
        members: Members[VectorsIn],
    ) -> MatrixCreated:
        """Replace the labels of a confusion matrix.

        Route of the PyCM REST API. The matrix keeps its uid and gets a new version; reports, plots and comparisons made
        afterwards show the new labels.
        """
        vectors = await receive_vectors(members)
        return MatrixCreated(await matrices.update(platform, caller, cm_uid, vectors))

    @delete("/cm/{cm_uid:str}", operation_id="pycm.delete_matrix", status_code=200)
    async def remove(
        self, platform: Injected[Platform], caller: Injected[Caller], cm_uid: FromPath[str]
    ) -> MatrixDeleted:
        """Delete a confusion matrix and its jobs.

        Route of the PyCM REST API. Also deletes the artifacts of the jobs. This cannot be undone.
        """
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
        """Get the HTML report of a confusion matrix.

        Route of the PyCM REST API. The report is rendered at the first request and kept. If that takes longer than the
        request may wait, the answer is 202 with the job.
        """
        file = results.FileRequest("report.html", prefer, if_none_match)
        return await results.of_arguments(waiter, caller, Report(cm_uid=cm_uid), file)

    @get("/cm/plot", operation_id="pycm.get_plot")
    async def plot(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        cm_uid: FromQuery[str],
        prefer: Prefer = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response[Png | JobAccepted | NotModified]:
        """Get the PNG plot of a confusion matrix.

        Route of the PyCM REST API. The plot is drawn at the first request and kept. If that takes longer than the
        request may wait, the answer is 202 with the job.
        """
        file = results.FileRequest("plot.png", prefer, if_none_match)
        return await results.of_arguments(waiter, caller, Plot(cm_uid=cm_uid, options=PNG_ONLY), file)
