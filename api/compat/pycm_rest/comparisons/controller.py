"""Comparing confusion matrices, as contract A has it."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, post

from api.http import bodies
from api.http.headers import Prefer
from api.http.injected import Injected
from api.jobs import results
from api.jobs.waiter import Waiter
from shared.accounts import Caller
from shared.matrices.kinds.compare import Compare, CompareOptions, Uids


class ComparisonIn(msgspec.Struct):
    """Which matrices to compare, of the same classes and samples."""

    cm_uids: Uids
    options: CompareOptions = CompareOptions()


class ComparisonController(Controller):
    """Comparing confusion matrices."""

    tags = ["matrices"]

    @post("/compare/", operation_id="compare_matrices", status_code=200, opt={"body": ComparisonIn})
    async def compare(
        self,
        request: Request[Any, Any, Any],
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        prefer: Prefer = None,
    ) -> Response[Any]:
        """Which of them is the best, with PyCM's scores, and the main statistics side by side."""
        wanted = await bodies.read(request, ComparisonIn)
        arguments = Compare(cm_uids=wanted.cm_uids, options=wanted.options)
        return await results.of_arguments(
            waiter, caller, arguments, results.FileRequest("comparison.json", prefer, None)
        )
