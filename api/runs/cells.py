"""The cells of a run's confusion matrix as a list, which shows thousands of classes as well."""

import asyncio

from litestar import Controller, get
from litestar.params import FromPath

from api.http.dependencies import Injected
from api.matrices.cell_schemas import AskedClasses, CellCursor, CellLimit, CellPage, ErrorsOnly, Order, WantedCells
from api.runs.parameters import Slices
from shared import runs
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.runs import answers
from shared.runs.rows.filters import read_conditions


class RunCellController(Controller):
    """The cells of a run's confusion matrix."""

    path = "/v1/runs/{run_id:str}"
    tags = ["runs"]

    @get("/cells", operation_id="runs.list_cells")
    async def cells(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        *,
        classes: AskedClasses = None,
        slices: Slices = None,
        errors_only: ErrorsOnly = False,
        order: Order = "count",
        cursor: CellCursor = 0,
        limit: CellLimit = 100,
    ) -> CellPage:
        """List the cells of the matrix of a run that are not zero.

        The largest come first, so that with `errors_only` the most confused pairs do. With `slice` only the samples of
        the slice are counted. A run of more than 1,000 classes is read in this way, as its `confusion_matrix` is null.
        """
        run = await runs.get_ready(platform, caller, run_id, heeds_weights=True)
        matrix = await answers.matrix(platform, run, read_conditions(run, slices))
        wanted = WantedCells(classes, errors_only, order, cursor, limit)
        return await asyncio.to_thread(CellPage.of, run.version, matrix, wanted)
