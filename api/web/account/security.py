"""The page of the caller's password and sessions, and of leaving; and the page that an administrator's link opens."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from api.accounts.schemas import check_new_password
from api.http.answers.problems import problem_of
from api.http.dependencies import Injected
from api.web import cookies
from api.web.forms import Form
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from shared import account_exports
from shared.accounts import deletion, password_changes, sessions
from shared.kit.errors import Fault, InvalidInput, Problem


class AccountSecurityPages(Controller):
    """Pages of passwords and sessions."""

    # An account that has used up its month must still be able to end sessions, and to leave.
    opt = {"cost": 0}

    @get("/app/account/security")
    async def read(self, page_request: Injected[PageRequest]) -> Response[str]:
        """Show the sessions, and the forms to change the password and to leave."""
        return await _page(page_request)

    @post("/app/account/password")
    async def change_password(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Change the password, and end the other sessions."""
        account = page_request.signed_in
        try:
            new = _new_password(page_request, form)
            current = form.texts.get("current_password", "")
            await password_changes.change(
                page_request.platform, account.account_id, current=current, new=new, session=account.session
            )
        except MISTAKES as error:
            return await _page(page_request, password_problem=problem_of(page_request.request, error))
        return page_request.redirect("/app/account/security?notice=password-changed")

    @post("/app/account/sessions/{session_id:str}/end")
    async def end_session(self, page_request: Injected[PageRequest], session_id: FromPath[str]) -> Response[Any]:
        """End one session of the account."""
        await sessions.end_one(page_request.platform, page_request.signed_in.account_id, session_id)
        return page_request.redirect("/app/account/security?notice=session-ended")

    @post("/app/account/exports")
    async def export(self, page_request: Injected[PageRequest]) -> Response[Any]:
        """Export everything of the account by a job."""
        snapshot = await account_exports.submit(page_request.platform, page_request.caller)
        return page_request.redirect(f"/app/jobs/{snapshot.job.id}")

    @post("/app/account/leave")
    async def leave(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Leave: disable the account, which is deleted after a grace."""
        account_id = page_request.signed_in.account_id
        try:
            await deletion.schedule(page_request.platform, account_id, form.texts.get("password", ""))
        except MISTAKES as error:
            return await _page(page_request, leave_problem=problem_of(page_request.request, error))
        page_request.set_cookies.append(cookies.erase(page_request.request, "session"))
        return page_request.redirect("/?notice=left")

    @get("/app/reset-password")
    async def reset_form(self, page_request: Injected[PageRequest], token: FromQuery[str] = "") -> Response[str]:
        """Show the form for a new password to who has a link that works."""
        await password_changes.check_reset(page_request.platform, token)
        return page_request.render("reset_password.html", shows_secret=True, reset_token=token, problem=None)

    @post("/app/reset-password")
    async def reset(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Set the password of the link's account, and end all its sessions."""
        token = form.texts.get("reset_token", "")
        try:
            await password_changes.reset(page_request.platform, token, _new_password(page_request, form))
        except MISTAKES as error:
            problem = problem_of(page_request.request, error)
            return page_request.render(
                "reset_password.html", page_request.status(problem), reset_token=token, problem=problem
            )
        return page_request.redirect("/app/sign-in?notice=password-changed")


def _new_password(page_request: PageRequest, form: Form) -> str:
    new = form.texts.get("new_password", "")
    check_new_password(new, page_request.platform.settings.min_password_length)
    if form.texts.get("repeated_password", "") != new:
        raise InvalidInput(Fault("/repeated_password", "Enter the new password the same way twice."))
    return new


async def _page(
    page_request: PageRequest, *, password_problem: Problem | None = None, leave_problem: Problem | None = None
) -> Response[str]:
    return page_request.render(
        "account_security.html",
        page_request.status(password_problem or leave_problem),
        sessions=await sessions.list_open(page_request.platform, page_request.signed_in),
        password_problem=password_problem,
        leave_problem=leave_problem,
        grace_days=page_request.platform.settings.account_deletion_days,
        min_length=page_request.platform.settings.min_password_length,
    )
