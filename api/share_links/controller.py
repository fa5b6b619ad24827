"""Routes of share links."""

from litestar import Controller, delete, get
from litestar.params import FromPath

from api.http import paging
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.paging import Cursor, Limit
from api.http.routes import post
from api.share_links.schemas import IssuedShareLinkOut, ShareLinkIn, ShareLinkOut, ShareLinkPage
from shared import sharing
from shared.accounts import Caller
from shared.kit.platform import Platform


class ShareLinkController(Controller):
    """Share links."""

    path = "/v1/share-links"
    tags = ["share links"]

    @post(operation_id="share_links.create")
    async def create(
        self, platform: Injected[Platform], caller: Injected[Caller], link: Body[ShareLinkIn]
    ) -> IssuedShareLinkOut:
        """Create a share link.

        Everybody who has it can read the object, without an account or a key, until it expires or is revoked: a run
        without its single samples, a comparison, a gate with its latest verdict and badge, a matrix with its report,
        or an image with its annotations. Nothing else can be reached from it. The link is only part of this answer.
        """
        issued = await sharing.create(platform, caller, link.target_type, str(link.target_id), link.valid_days)
        return IssuedShareLinkOut.of_issued(issued)

    @get(operation_id="share_links.list")
    async def list_own(
        self, platform: Injected[Platform], caller: Injected[Caller], cursor: Cursor = None, limit: Limit = 50
    ) -> ShareLinkPage:
        """List share links.

        Returns the links of the account, newest first, with those that expired in the last 30 days.
        """
        page = paging.cut(
            await sharing.list_own(platform, caller, before=cursor, limit=limit + 1), limit, lambda link: link.id
        )
        return ShareLinkPage([ShareLinkOut.of(link) for link in page.rows], page.next)

    @delete("/{share_link_id:str}", operation_id="share_links.revoke")
    async def revoke(
        self, platform: Injected[Platform], caller: Injected[Caller], share_link_id: FromPath[str]
    ) -> None:
        """Revoke a share link.

        It opens nothing from now on. This cannot be undone.
        """
        await sharing.revoke(platform, caller, share_link_id)
