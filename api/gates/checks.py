"""Routes of checks: create, list, read, delete."""

from http import HTTPStatus
from typing import Any

from litestar import Controller, Response, delete, get
from litestar.params import FromPath

from api.gates.schemas import CheckIn, CheckPage
from api.http import paging
from api.http.answers.json_response import Json
from api.http.answers.responses import Accepted, Markdown, Svg, Xml
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.headers import Prefer
from api.http.paging import Cursor, Limit
from api.http.routes import post
from api.jobs.job_resources import WaitableResource
from api.jobs.waiter import Waiter
from shared import gates, receipts
from shared.accounts import Caller
from shared.gates.errors import CheckNotReady
from shared.gates.records import CheckRecord, CheckSummary, GateCheckOut
from shared.jobs.result_status import UNFINISHED
from shared.kit.platform import Platform
from shared.presentation.comparisons import gate_reports
from shared.receipts.records import CheckReceipt

FOLLOWED = WaitableResource(gates.get_check, UNFINISHED, gates.RETRY_AFTER_S)


class GateCheckController(Controller):
    """Checks of one gate."""

    path = "/v1/gates/{gate_id:str}/checks"
    tags = ["gates"]

    @post(operation_id="gates.create_check", status_code=202)
    async def create(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        gate_id: FromPath[str],
        check: Body[CheckIn],
        prefer: Prefer = None,
    ) -> Response[Accepted[GateCheckOut]]:
        """Check a run.

        Compares a run with the baseline of the gate, sample by sample, and says `pass`, `warn` or `fail` with every
        reason. A missing baseline, samples that cannot be paired and any trouble of the service are never `pass`. Poll
        `Location` or send `Prefer: wait=N`.
        """
        made = await gates.create_check(waiter.platform, caller, gate_id, check.candidate)
        made = await FOLLOWED.wait(waiter, caller, made, prefer)
        headers = {"Location": f"/v1/checks/{made.id}"} | FOLLOWED.headers(waiter, made, prefer)
        return Json(GateCheckOut.of(made), status_code=HTTPStatus.ACCEPTED, headers=headers)

    @get(operation_id="gates.list_checks")
    async def list_of_gate(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        gate_id: FromPath[str],
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> CheckPage:
        """List the checks of a gate.

        The history of the gate: every check with its verdict, newest first.
        """
        found = await gates.list_checks(platform, caller, gate_id, before=cursor, limit=limit + 1)
        page = paging.cut(found, limit, lambda check: str(check.id))
        return CheckPage([CheckSummary.of(check) for check in page.rows], page.next)


class CheckController(Controller):
    """Checks, each by its id."""

    path = "/v1/checks/{check_id:str}"
    tags = ["gates"]

    @get(operation_id="gates.get_check")
    async def read(
        self, waiter: Injected[Waiter], caller: Injected[Caller], check_id: FromPath[str], prefer: Prefer = None
    ) -> Response[GateCheckOut]:
        """Get a check.

        Returns the verdict, then every requirement of the gate with its outcome in words and the numbers behind it.
        """
        found = await gates.get_check(waiter.platform, caller, check_id)
        found = await FOLLOWED.wait(waiter, caller, found, prefer)
        return Json(GateCheckOut.of(found), headers=FOLLOWED.headers(waiter, found, prefer))

    @delete(operation_id="gates.delete_check")
    async def remove(self, platform: Injected[Platform], caller: Injected[Caller], check_id: FromPath[str]) -> None:
        """Delete a check.

        Also ends its job, if that still runs. The gate, its other checks and the runs stay.
        """
        await gates.delete_check(platform, caller, check_id)

    @get("/receipt", operation_id="gates.get_receipt")
    async def receipt(
        self, platform: Injected[Platform], caller: Injected[Caller], check_id: FromPath[str]
    ) -> CheckReceipt:
        """Get the receipt of a check.

        One document with the SHA-256 of the files of both runs, the policy in the version that decided, and the result.
        """
        return await receipts.of_check(platform, caller, check_id)

    @get("/junit", operation_id="gates.export_junit")
    async def junit(
        self, platform: Injected[Platform], caller: Injected[Caller], check_id: FromPath[str]
    ) -> Response[Xml]:
        """Export a check as JUnit XML.

        One test case for each requirement. What warns is skipped, and a check that failed to be made is an error.
        """
        return _text(gate_reports.junit(await _ended(platform, caller, check_id)), "application/xml")

    @get("/markdown", operation_id="gates.export_markdown")
    async def markdown(
        self, platform: Injected[Platform], caller: Injected[Caller], check_id: FromPath[str]
    ) -> Response[Markdown]:
        """Export a check as Markdown.

        A comment for a pull request: the verdict, then up to 50 requirements, the worst first.
        """
        return _text(gate_reports.markdown(await _ended(platform, caller, check_id)), "text/markdown")

    @get("/badge", operation_id="gates.export_badge")
    async def badge(
        self, platform: Injected[Platform], caller: Injected[Caller], check_id: FromPath[str]
    ) -> Response[Svg]:
        """Export a check as a badge.

        An SVG image with the name of the gate and the verdict, or the status of a check without one.
        """
        return _text(gate_reports.badge(await gates.get_check(platform, caller, check_id)), "image/svg+xml")


async def _ended(platform: Platform, caller: Caller, check_id: str) -> CheckRecord:
    check = await gates.get_check(platform, caller, check_id)
    if check.state in UNFINISHED:
        raise CheckNotReady(retry_after_s=gates.RETRY_AFTER_S)
    return check


def _text(text: str, media_type: str) -> Response[Any]:
    return Response(text, media_type=media_type)
