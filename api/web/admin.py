"""Pages for administrators: accounts, jobs, matrices, deliveries that were given up, and how much there is."""

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from api.admin.guard import administrators_only
from api.http import paging
from api.http.injected import Injected
from api.http.paging import Cursor
from api.web.errors import PageForAdministrators
from api.web.forms import Form
from api.web.page_request import Sent, Visit, begin
from shared import plans
from shared.jobs import Status
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import parse_uuid
from shared.operations import administration

LISTED = 50
LOST_LISTED = 30
LARGEST_CREDIT = 10**9


async def begin_for_administrators(request: Sent) -> None:
    """Let in accounts that administrate, and who knows the name and password of the settings."""
    await begin(request)
    visit: Visit = request.state.visit
    if visit.visitor is not None and visit.visitor.is_admin:
        return
    if visit.visitor is not None and "authorization" not in request.headers:
        raise PageForAdministrators
    await administrators_only(request, request.route_handler)


class AdminPages(Controller):
    """Pages for administrators."""

    path = "/app/admin"
    before_request = staticmethod(begin_for_administrators)

    @get()
    async def overview(self, visit: Injected[Visit]) -> Response[str]:
        """How the service is doing."""
        found = await administration.overview(visit.platform)
        lost = await administration.list_lost(visit.platform, limit=LOST_LISTED)
        return visit.page("admin/overview.html", found=found, lost=lost, statuses=[status.value for status in Status])

    @get("/workers")
    async def workers(self, visit: Injected[Visit]) -> Response[str]:
        """Which workers answer: apart from the page, which need not wait for them."""
        return visit.page("admin/workers.html", found=await administration.workers(visit.platform))

    @get("/accounts")
    async def accounts(
        self,
        visit: Injected[Visit],
        email: Annotated[str, QueryParameter()] = "",
        after: Annotated[int, QueryParameter(ge=0, le=2**53)] = 0,
    ) -> Response[str]:
        """All accounts."""
        found = await administration.list_accounts(visit.platform, email=email or None, after=after, limit=LISTED)
        following = paging.following(found, LISTED, lambda one: one.id)
        known = list(visit.platform.settings.plans)
        return visit.page(
            "admin/accounts.html", found=found, email=email, after=after, following=following, plans=known
        )

    @post("/accounts/{account_id:int}")
    async def change(self, visit: Injected[Visit], account_id: FromPath[int], form: Injected[Form]) -> Response[Any]:
        """Change an account's plan, credit or standing."""
        if account_id > 2**53:
            raise InvalidInput(Fault("/account_id", "account_id: there is no such account."))
        match form.texts.get("change", ""):
            case "plan":
                plan = form.text("plan")
                await plans.set_plan(visit.platform.db, visit.platform.settings, account_id, plan)
            case "credit":
                await plans.add_credit(visit.platform.db, account_id, _calls(form))
            case "close" | "open" as standing:
                _refuse_own(visit, account_id)
                await administration.set_standing(visit.platform, account_id, is_active=standing == "open")
            case "admin" | "user" as standing:
                _refuse_own(visit, account_id)
                await administration.set_standing(visit.platform, account_id, is_admin=standing == "admin")
            case _:
                raise InvalidInput(Fault("/change", "change: there is no such change."))
        return visit.redirect("/app/admin/accounts?notice=saved")

    @get("/jobs")
    async def jobs(
        self,
        visit: Injected[Visit],
        status: Annotated[str, QueryParameter()] = "",
        cursor: Cursor = None,
    ) -> Response[str]:
        """Everybody's jobs."""
        known = [one.value for one in Status]
        chosen = status if status in known else None
        found = await administration.list_jobs(visit.platform, status=chosen, before=cursor, limit=LISTED)
        following = paging.following(found, LISTED, lambda one: one.id)
        return visit.page("admin/jobs.html", found=found, chosen=chosen, statuses=known, following=following)

    @post("/jobs/{job_id:str}/retry")
    async def retry(self, visit: Injected[Visit], job_id: FromPath[str]) -> Response[Any]:
        """Queue what a failed job was to do once more."""
        await administration.retry(visit.platform, parse_uuid(job_id))
        return visit.redirect("/app/admin/jobs?notice=retried")

    @get("/matrices")
    async def matrices(self, visit: Injected[Visit], cursor: Cursor = None) -> Response[str]:
        """Everybody's matrices."""
        found = await administration.list_matrices(visit.platform, before=cursor, limit=LISTED)
        following = paging.following(found, LISTED, lambda one: one.uid)
        return visit.page("admin/matrices.html", found=found, following=following)


def _calls(form: Form) -> int:
    try:
        calls = int(form.texts.get("calls", "")[:20])
    except ValueError:
        calls = 0
    if not calls or abs(calls) > LARGEST_CREDIT:
        raise InvalidInput(Fault("/calls", "calls: send how many calls to add, such as 1000, or to take, such as -10."))
    return calls


def _refuse_own(visit: Visit, account_id: int) -> None:
    if visit.visitor is not None and visit.visitor.account_id == account_id:
        raise InvalidInput(Fault("/account_id", "Nobody closes their own account or drops their own rights here."))
