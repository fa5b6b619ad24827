"""Comparisons of confusion matrices in the PyCM REST API."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import msgspec
from litestar import Controller, Response
from msgspec import Meta

from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.headers import Prefer
from api.http.routes import post
from api.jobs import results
from api.jobs.responses import JobAccepted
from api.jobs.waiter import Waiter
from shared.accounts import Caller
from shared.matrices.kinds.compare import Compare, CompareOptions, Uids


class ComparisonIn(msgspec.Struct):
    """The confusion matrices to compare."""

    # Ignoring them would answer with a ranking by other rules than the client requested.
    refused: ClassVar[Mapping[str, str]] = {
        **{name: f"send it in options, as options.{name}" for name in ("class_weight", "by_class")},
        **dict.fromkeys(("class_weights", "weight", "weights"), "send it in options, as options.class_weight"),
        **dict.fromkeys(
            ("sample_weight", "sample_weights"),
            "send the weights of samples when you create a matrix",
        ),
    }

    cm_uids: Annotated[Uids, Meta(description="Ids of 1 to 50 matrices with the same classes and number of samples.")]
    options: Annotated[CompareOptions, Meta(description="How the best matrix is chosen.")] = CompareOptions()


class ComparisonController(Controller):
    """Comparing confusion matrices."""

    tags = ["matrices"]

    @post("/compare/", operation_id="pycm.compare_matrices", status_code=200)
    async def compare(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        comparison: Body[ComparisonIn],
        prefer: Prefer = None,
    ) -> Response[dict[str, Any] | JobAccepted]:
        """Compare confusion matrices.

        Route of the PyCM REST API. Names the best matrix by PyCM's scores and shows the main metrics side by side. All
        matrices need the same classes and the same number of samples.
        """
        arguments = Compare(cm_uids=comparison.cm_uids, options=comparison.options)
        file = results.FileRequest("comparison.json", prefer, None)
        return await results.of_arguments(waiter, caller, arguments, file)
