"""Routes of comparisons: create, read, list, flips, delete."""

from http import HTTPStatus
from typing import Annotated

from litestar import Controller, Response, delete, get
from litestar.params import FromPath, QueryParameter

from api.comparisons.schemas import (
    ComparisonOut,
    ComparisonSummaryOut,
    FlipPage,
    PairedComparisonIn,
    PairedComparisonPage,
)
from api.http import paging
from api.http.answers.json_response import Json
from api.http.answers.responses import Accepted
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.headers import Prefer
from api.http.paging import Cursor, Limit
from api.http.routes import post
from api.jobs.job_resources import WaitableResource
from api.jobs.waiter import Waiter
from shared import comparisons, receipts
from shared.accounts import Caller
from shared.comparisons import FlipRequest
from shared.comparisons.flips import FlipKind
from shared.jobs.result_status import UNFINISHED
from shared.kit.platform import Platform
from shared.receipts.records import ComparisonReceipt

# The largest position that JSON's readers all understand.
MAX_POSITION = 2**53

FOLLOWED = WaitableResource(comparisons.get, UNFINISHED, comparisons.RETRY_AFTER_S)


class PairedComparisonController(Controller):
    """Comparisons of two runs or matrices on the same samples."""

    path = "/v1/comparisons"
    tags = ["comparisons"]

    @post(operation_id="comparisons.create", status_code=202)
    async def create(
        self, waiter: Injected[Waiter], caller: Injected[Caller], body: Body[PairedComparisonIn], prefer: Prefer = None
    ) -> Response[Accepted[ComparisonOut]]:
        """Create a comparison.

        Compares two runs sample by sample, or two matrices that kept their samples. Samples are paired by id; where
        ids or truths differ, the comparison fails and says how many and which. Poll `Location` or send
        `Prefer: wait=N`.
        """
        made = await comparisons.create(waiter.platform, caller, body.baseline, body.candidate, body.options)
        made = await FOLLOWED.wait(waiter, caller, made, prefer)
        headers = {"Location": f"/v1/comparisons/{made.id}"} | FOLLOWED.headers(waiter, made, prefer)
        return Json(ComparisonOut.of(made), status_code=HTTPStatus.ACCEPTED, headers=headers)

    @get(operation_id="comparisons.list")
    async def list_own(
        self, platform: Injected[Platform], caller: Injected[Caller], cursor: Cursor = None, limit: Limit = 50
    ) -> PairedComparisonPage:
        """List comparisons.

        Returns the account's comparisons with their verdicts, newest first.
        """
        found = await comparisons.list_own(platform, caller, before=cursor, limit=limit + 1)
        page = paging.cut(found, limit, lambda comparison: str(comparison.id))
        return PairedComparisonPage([ComparisonSummaryOut.of(comparison) for comparison in page.rows], page.next)

    @get("/{comparison_id:str}", operation_id="comparisons.get")
    async def read(
        self, waiter: Injected[Waiter], caller: Injected[Caller], comparison_id: FromPath[str], prefer: Prefer = None
    ) -> Response[ComparisonOut]:
        """Get a comparison.

        Returns the verdict in words, then every difference with its interval, P-values and what the samples can show.
        """
        found = await comparisons.get(waiter.platform, caller, comparison_id)
        found = await FOLLOWED.wait(waiter, caller, found, prefer)
        return Json(ComparisonOut.of(found), headers=FOLLOWED.headers(waiter, found, prefer))

    @get("/{comparison_id:str}/flips", operation_id="comparisons.list_flips")
    async def flips(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        comparison_id: FromPath[str],
        *,
        kind: Annotated[FlipKind, QueryParameter(description="What the candidate changed in the samples.")] = "broken",
        class_label: Annotated[
            str | None, QueryParameter(name="class", description="Only samples of this actual class.")
        ] = None,
        slice_value: Annotated[
            str | None,
            QueryParameter(name="slice", description="Only samples of this slice of the comparison: `column:value`."),
        ] = None,
        cursor: Annotated[
            int | None, QueryParameter(ge=1, le=MAX_POSITION, description="Cursor: `next` of the previous page.")
        ] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=1000, description="Most samples of a page, 1 to 1,000.")] = 100,
    ) -> FlipPage:
        """List the flips of a comparison.

        The samples that the candidate fixed or broke, that both have wrong, or that both have wrong in different ways;
        its most confident predictions come first.
        """
        wanted = FlipRequest(kind, class_label, slice_value)
        found = await comparisons.list_flips(
            platform, caller, comparison_id, wanted, after=cursor or 0, limit=limit + 1
        )
        page = paging.cut(found, limit, lambda entry: entry[0])
        return FlipPage([flip for _, flip in page.rows], page.next)

    @get("/{comparison_id:str}/receipt", operation_id="comparisons.get_receipt")
    async def receipt(
        self, platform: Injected[Platform], caller: Injected[Caller], comparison_id: FromPath[str]
    ) -> ComparisonReceipt:
        """Get the receipt of a comparison.

        One document with the SHA-256 of the files of both runs, what was asked for, the seed of the bootstrap and the
        result: enough to compute it once more.
        """
        return await receipts.of_comparison(platform, caller, comparison_id)

    @delete("/{comparison_id:str}", operation_id="comparisons.delete")
    async def remove(
        self, platform: Injected[Platform], caller: Injected[Caller], comparison_id: FromPath[str]
    ) -> None:
        """Delete a comparison.

        Also ends its job, if that still runs. The runs and matrices stay.
        """
        await comparisons.delete(platform, caller, comparison_id)
