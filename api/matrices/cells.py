"""The cells of a confusion matrix as a list, which shows thousands of classes as well."""

from litestar import Controller, get
from litestar.params import FromPath

from api.http.dependencies import Injected
from api.matrices.cell_schemas import AskedClasses, CellCursor, CellLimit, CellPage, ErrorsOnly, Order, WantedCells
from shared import matrices
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.matrices.kept_statistics import work_on


class MatrixCellController(Controller):
    """The cells of a confusion matrix."""

    path = "/v1/matrices/{uid:str}"
    tags = ["matrices"]

    @get("/cells", operation_id="matrices.list_cells")
    async def cells(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        uid: FromPath[str],
        *,
        classes: AskedClasses = None,
        errors_only: ErrorsOnly = False,
        order: Order = "count",
        cursor: CellCursor = 0,
        limit: CellLimit = 100,
    ) -> CellPage:
        """List the cells of a confusion matrix that are not zero.

        The largest come first, so that with `errors_only` the most confused pairs do. A matrix of more than 1,000
        classes is read in this way, as its `confusion_matrix` is null.
        """
        matrix = await matrices.counts(platform, caller, uid)
        wanted = WantedCells(classes, errors_only, order, cursor, limit)
        return await work_on(matrix.matrix, CellPage.of, matrix.version, matrix.matrix, wanted)
