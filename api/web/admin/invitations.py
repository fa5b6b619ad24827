"""The page on which administrators invite people to sign up."""

from datetime import timedelta
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from api.admin.schemas import DEFAULT_INVITATION_HOURS, MAX_INVITATION_HOURS
from api.http.dependencies import Injected
from api.web import cookies
from api.web.admin.pages import begin_for_administrators
from api.web.forms import Form
from api.web.page_request import PageRequest
from shared.accounts import invitations
from shared.accounts.invitations import IssuedInvitation
from shared.kit import clock
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import parse_uuid


class AdminInvitationPages(Controller):
    """Invitations to sign up."""

    path = "/app/admin/invitations"
    before_request = staticmethod(begin_for_administrators)
    # Administrators act for the service, not for their accounts.
    opt = {"cost": 0}

    @get()
    async def read(self, page_request: Injected[PageRequest]) -> Response[str]:
        """List the invitations."""
        return await _page(page_request)

    @post()
    async def create(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[str]:
        """Create an invitation; only the page in the answer shows its link."""
        note = form.text("note")
        issued = await invitations.create(page_request.platform, note=note, lifetime=_lifetime(form))
        return await _page(page_request, issued)

    @post("/{invitation_id:str}/revoke")
    async def revoke(self, page_request: Injected[PageRequest], invitation_id: FromPath[str]) -> Response[Any]:
        """Revoke an invitation."""
        await invitations.revoke(page_request.platform, parse_uuid(invitation_id))
        return page_request.redirect("/app/admin/invitations?notice=invitation-revoked")


async def _page(page_request: PageRequest, issued: IssuedInvitation | None = None) -> Response[str]:
    return page_request.render(
        "admin/invitations.html",
        invitations=await invitations.list_all(page_request.platform),
        link=cookies.origin_of(page_request.request) + issued.path if issued else None,
        hours=DEFAULT_INVITATION_HOURS,
        max_hours=MAX_INVITATION_HOURS,
        sign_up=page_request.platform.settings.sign_up,
        now=clock.now(),
    )


def _lifetime(form: Form) -> timedelta:
    text = form.texts.get("valid_hours", "")
    hours = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_INVITATION_HOURS)) else 0
    if not 1 <= hours <= MAX_INVITATION_HOURS:
        raise InvalidInput(Fault("/valid_hours", f"valid_hours: enter 1 to {MAX_INVITATION_HOURS} hours."))
    return timedelta(hours=hours)
