"""The page of the account's share links: made on the pages of objects, listed and revoked here."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from api.http import paging
from api.http.dependencies import Injected
from api.http.paging import Cursor
from api.share_links.schemas import DEFAULT_DAYS, MAX_DAYS
from api.web.cookies import origin_of
from api.web.forms import Form
from api.web.page_request import PageRequest
from shared import sharing
from shared.kit import clock
from shared.kit.errors import Fault, InvalidInput
from shared.sharing import IssuedLink, TargetType

PAGE_SIZE = 50

# Where the owner finds what a link shows.
FOLDERS = {
    TargetType.RUN: "/app/runs/",
    TargetType.COMPARISON: "/app/comparisons/",
    TargetType.GATE: "/app/gates/",
    TargetType.MATRIX: "/app/matrices/",
    TargetType.IMAGE: "/app/images/",
}


class ShareLinkPages(Controller):
    """Share links of the account."""

    path = "/app/share-links"

    @get()
    async def list_own(self, page_request: Injected[PageRequest], cursor: Cursor = None) -> Response[str]:
        """List the links, newest first."""
        return await _page(page_request, cursor)

    @post()
    async def create(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[str]:
        """Create a link; only the page in the answer shows it."""
        target_types = {one.value: one for one in TargetType}
        target_type = target_types.get(form.texts.get("target_type", ""))
        if target_type is None:
            raise InvalidInput(Fault("/target_type", f"target_type: must be one of {', '.join(target_types)}."))
        issued = await sharing.create(
            page_request.platform, page_request.caller, target_type, form.texts.get("target_id", ""), _days(form)
        )
        return await _page(page_request, None, issued)

    @post("/{link_id:str}/revoke")
    async def revoke(self, page_request: Injected[PageRequest], link_id: FromPath[str]) -> Response[Any]:
        """Revoke a link."""
        await sharing.revoke(page_request.platform, page_request.caller, link_id)
        return page_request.redirect("/app/share-links?notice=link-revoked")


async def _page(page_request: PageRequest, cursor: Any, issued: IssuedLink | None = None) -> Response[str]:
    links = await sharing.list_own(page_request.platform, page_request.caller, before=cursor, limit=PAGE_SIZE + 1)
    page = paging.cut(links, PAGE_SIZE, lambda link: link.id)
    return page_request.render(
        "share_links.html",
        links=page.rows,
        names=await sharing.names(page_request.platform, page_request.caller, page.rows),
        next_cursor=page.next,
        link=origin_of(page_request.request) + issued.path if issued else None,
        issued=issued,
        folders=FOLDERS,
        now=clock.now(),
    )


def _days(form: Form) -> int:
    text = form.texts.get("valid_days", str(DEFAULT_DAYS))
    days = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_DAYS)) else 0
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput(Fault("/valid_days", f"valid_days: enter 1 to {MAX_DAYS} days."))
    return days
