"""Pages for administrators: overview, workers, accounts, jobs and matrices."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from api.admin.guard import administrators_only
from api.admin.schemas import DEFAULT_RESET_HOURS
from api.http import paging
from api.http.dependencies import Injected
from api.http.paging import Cursor
from api.http.request_counters import request_counters
from api.web.cookies import origin_of
from api.web.errors import PageForAdministrators
from api.web.forms import Form
from api.web.page_request import HttpRequest, PageRequest, begin
from shared import audit, plans
from shared.accounts import password_changes
from shared.accounts.password_changes import IssuedReset
from shared.audit import AuditType
from shared.jobs import Status
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import parse_uuid
from shared.operations import administration, rotation

PAGE_SIZE = 50
MAX_DEAD_DELIVERIES = 30
MAX_CREDIT = 10**9


async def begin_for_administrators(request: HttpRequest) -> None:
    """Admit administrator accounts, and requests with the name and password of the settings."""
    await begin(request)
    page_request: PageRequest = request.state.page_request
    if page_request.session_account is not None and page_request.session_account.is_admin:
        return
    if page_request.session_account is not None and "authorization" not in request.headers:
        raise PageForAdministrators
    await administrators_only(request, request.route_handler)


class AdminPages(Controller):
    """Pages for administrators."""

    path = "/app/admin"
    before_request = staticmethod(begin_for_administrators)
    # Administrators act for the service, not for their accounts.
    opt = {"cost": 0}

    @get()
    async def overview(self, page_request: Injected[PageRequest]) -> Response[str]:
        """Show the totals of the service, and its dead deliveries."""
        overview = await administration.overview(page_request.platform)
        dead_deliveries = await administration.list_dead_deliveries(page_request.platform, limit=MAX_DEAD_DELIVERIES)
        return page_request.render(
            "admin/overview.html",
            overview=overview,
            dead_deliveries=dead_deliveries,
            statuses=[status.value for status in Status],
            former_secrets=await rotation.former_secret_uses(page_request.platform),
            has_ignored_forwarding=request_counters.has_ignored_forwarding,
        )

    @get("/workers")
    async def workers(self, page_request: Injected[PageRequest]) -> Response[str]:
        """Show the workers that answer: a part of its own, so that the page need not wait for them."""
        return page_request.render("admin/workers.html", workers=await administration.workers(page_request.platform))

    @get("/accounts")
    async def accounts(
        self,
        page_request: Injected[PageRequest],
        email: Annotated[str, QueryParameter()] = "",
        after: Annotated[int, QueryParameter(ge=0, le=2**53)] = 0,
    ) -> Response[str]:
        """List all accounts."""
        return await _accounts_page(page_request, email, after)

    @post("/accounts/{account_id:int}/password-reset")
    async def reset_password(self, page_request: Injected[PageRequest], account_id: FromPath[int]) -> Response[str]:
        """Create a link to reset an account's password; only the page in the answer shows it."""
        _refuse_impossible(account_id)
        lifetime = timedelta(hours=DEFAULT_RESET_HOURS)
        issued = await password_changes.issue_reset(page_request.platform, account_id, lifetime)
        return await _accounts_page(page_request, issued=issued)

    @post("/accounts/{account_id:int}")
    async def change(
        self, page_request: Injected[PageRequest], account_id: FromPath[int], form: Injected[Form]
    ) -> Response[Any]:
        """Change an account's plan, credit or rights, or close it."""
        _refuse_impossible(account_id)
        match form.texts.get("change", ""):
            case "plan":
                plan = form.text("plan")
                await plans.set_plan(page_request.platform, account_id, plan)
            case "credit":
                await plans.add_credit(page_request.platform, account_id, _calls(form))
            case "close" | "open" as state:
                _refuse_own(page_request, account_id)
                await administration.set_account_state(page_request.platform, account_id, is_active=state == "open")
            case "admin" | "user" as role:
                _refuse_own(page_request, account_id)
                await administration.set_account_state(page_request.platform, account_id, is_admin=role == "admin")
            case _:
                raise InvalidInput(Fault("/change", "change: must be one of the changes of this page."))
        return page_request.redirect("/app/admin/accounts?notice=saved")

    @get("/jobs")
    async def jobs(
        self,
        page_request: Injected[PageRequest],
        status: Annotated[str, QueryParameter()] = "",
        cursor: Cursor = None,
    ) -> Response[str]:
        """List the jobs of all accounts."""
        statuses = [choice.value for choice in Status]
        status_filter = status if status in statuses else None
        rows = await administration.list_jobs(
            page_request.platform, status=status_filter, before=cursor, limit=PAGE_SIZE + 1
        )
        page = paging.cut(rows, PAGE_SIZE, lambda job: job.id)
        return page_request.render(
            "admin/jobs.html", jobs=page.rows, status_filter=status_filter, statuses=statuses, next_cursor=page.next
        )

    @post("/jobs/{job_id:str}/retry")
    async def retry(self, page_request: Injected[PageRequest], job_id: FromPath[str]) -> Response[Any]:
        """Queue a failed job again."""
        await administration.retry(page_request.platform, parse_uuid(job_id))
        return page_request.redirect("/app/admin/jobs?notice=retried")

    @get("/audit")
    async def audit(
        self,
        page_request: Injected[PageRequest],
        account_id: Annotated[int, QueryParameter(ge=0, le=2**53)] = 0,
        type: Annotated[str, QueryParameter()] = "",  # noqa: A002 -- the name of the parameter
        cursor: Cursor = None,
    ) -> Response[str]:
        """List the audit events."""
        types = {choice.value: choice for choice in AuditType}
        rows = await audit.list_events(
            page_request.platform,
            account_id=account_id or None,
            event_type=types.get(type),
            before=cursor,
            limit=PAGE_SIZE + 1,
        )
        page = paging.cut(rows, PAGE_SIZE, lambda event: event.id)
        return page_request.render(
            "admin/audit.html",
            events=page.rows,
            account_id=account_id,
            type_filter=type if type in types else "",
            types=list(types),
            next_cursor=page.next,
        )

    @get("/matrices")
    async def matrices(self, page_request: Injected[PageRequest], cursor: Cursor = None) -> Response[str]:
        """List the matrices of all accounts."""
        rows = await administration.list_matrices(page_request.platform, before=cursor, limit=PAGE_SIZE + 1)
        page = paging.cut(rows, PAGE_SIZE, lambda matrix: matrix.uid)
        return page_request.render("admin/matrices.html", matrices=page.rows, next_cursor=page.next)


async def _accounts_page(
    page_request: PageRequest, email: str = "", after: int = 0, issued: IssuedReset | None = None
) -> Response[str]:
    rows = await administration.list_accounts(
        page_request.platform, email=email or None, after=after, limit=PAGE_SIZE + 1
    )
    page = paging.cut(rows, PAGE_SIZE, lambda account: account.id)
    return page_request.render(
        "admin/accounts.html",
        accounts=page.rows,
        email=email,
        after=after,
        next_cursor=page.next,
        plans=list(page_request.platform.settings.plans),
        link=origin_of(page_request.request) + issued.path if issued else None,
        hours=DEFAULT_RESET_HOURS,
    )


def _refuse_impossible(account_id: int) -> None:
    if account_id > 2**53:
        raise InvalidInput(Fault("/account_id", "account_id: no account has this id."))


def _calls(form: Form) -> int:
    try:
        calls = int(form.texts.get("calls", "")[:20])
    except ValueError:
        calls = 0
    if not calls or abs(calls) > MAX_CREDIT:
        raise InvalidInput(
            Fault("/calls", "calls: enter the number of calls to add, such as 1000, or to remove, such as -10.")
        )
    return calls


def _refuse_own(page_request: PageRequest, account_id: int) -> None:
    if page_request.session_account is not None and page_request.session_account.account_id == account_id:
        raise InvalidInput(
            Fault("/account_id", "You cannot disable your own account or remove your own administrator rights.")
        )
