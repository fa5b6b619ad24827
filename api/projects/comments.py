"""Comments on images."""

from litestar import Controller, delete, get
from litestar.params import FromPath

from api.http import paging
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.paging import Cursor, Limit
from api.http.routes import patch, post
from api.projects.schemas import CommentIn, CommentOut, CommentPage
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.projects import comments


class CommentController(Controller):
    """Comments on images."""

    tags = ["images"]

    @post("/api/images/{image_id:str}/comments", operation_id="images.comments.create")
    async def add(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        image_id: FromPath[str],
        comment: Body[CommentIn],
    ) -> CommentOut:
        """Create a comment on an image.

        Comments are plain text; show them as such.
        """
        return CommentOut.of(await comments.add(platform, caller, image_id, comment.text))

    @get("/api/images/{image_id:str}/comments", operation_id="images.comments.list")
    async def list_own(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        image_id: FromPath[str],
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> CommentPage:
        """List the comments on an image.

        Returns the comments, oldest first.
        """
        records = await comments.list_own(platform, caller, image_id, after=cursor, limit=limit + 1)
        page = paging.cut(records, limit, lambda comment: str(comment.id))
        return CommentPage([CommentOut.of(comment) for comment in page.rows], page.next)

    @get("/api/comments/{comment_id:str}", operation_id="images.comments.get")
    async def read(
        self, platform: Injected[Platform], caller: Injected[Caller], comment_id: FromPath[str]
    ) -> CommentOut:
        """Get a comment.

        Returns the comment with the id of its image.
        """
        return CommentOut.of(await comments.find(platform, caller, comment_id))

    @patch("/api/comments/{comment_id:str}", operation_id="images.comments.update")
    async def change(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        comment_id: FromPath[str],
        comment: Body[CommentIn],
    ) -> CommentOut:
        """Edit a comment.

        Replaces the text of the comment.
        """
        return CommentOut.of(await comments.change(platform, caller, comment_id, comment.text))

    @delete("/api/comments/{comment_id:str}", operation_id="images.comments.delete")
    async def remove(self, platform: Injected[Platform], caller: Injected[Caller], comment_id: FromPath[str]) -> None:
        """Delete a comment.

        This cannot be undone.
        """
        await comments.delete(platform, caller, comment_id)
