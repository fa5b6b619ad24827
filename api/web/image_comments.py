"""What people say of an image on its page: comments, and its metadata."""

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.params import FromPath

from api.http.injected import Injected
from api.http.problems import problem_of
from api.projects.schemas import MAX_COMMENT_LENGTH, MetadataIn
from api.web.forms import Form
from api.web.image_view import COMMENTS_SHOWN, ImageViewOptions, comments_on, image_page
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from shared.kit.errors import Fault, InvalidInput
from shared.projects import comments, images
from shared.projects.errors import CommentNotFound

MAX_VALUE_LENGTH = 16_000


class ImageCommentPages(Controller):
    """Forms of the page of an image."""

    path = "/app/images/{image_id:str}"

    @post("/comments")
    async def comment(
        self, page_request: Injected[PageRequest], image_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Remark something."""
        try:
            comment = await comments.add(page_request.platform, page_request.caller, image_id, _said(form))
        except MISTAKES as error:
            return await _refused(page_request, image_id, form, error, comment=form.texts.get("text", ""))
        wanted = _wanted(form)
        if comment not in (await comments_on(page_request, image_id, wanted))[:COMMENTS_SHOWN]:
            # On a page that begins with it, the last one: after every id that is less than its own.
            wanted = wanted._replace(comments_after=UUID(int=comment.id.int - 1))
        return _back(page_request, image_id, wanted, "saved", "comments")

    @post("/comments/{comment_id:str}")
    async def change(
        self,
        page_request: Injected[PageRequest],
        image_id: FromPath[str],
        comment_id: FromPath[str],
        form: Injected[Form],
    ) -> Response[Any]:
        """Put a comment in other words."""
        await _look_for(page_request, image_id, comment_id)
        try:
            await comments.change(page_request.platform, page_request.caller, comment_id, _said(form))
        except MISTAKES as error:
            return await _refused(
                page_request, image_id, form, error, comment_id=comment_id, text=form.texts.get("text", "")
            )
        return _back(page_request, image_id, _wanted(form), "saved", "comments")

    @post("/comments/{comment_id:str}/delete")
    async def take_back(
        self,
        page_request: Injected[PageRequest],
        image_id: FromPath[str],
        comment_id: FromPath[str],
        form: Injected[Form],
    ) -> Response[Any]:
        """Take a comment back."""
        await _look_for(page_request, image_id, comment_id)
        await comments.delete(page_request.platform, page_request.caller, comment_id)
        return _back(page_request, image_id, _wanted(form), "deleted", "comments")

    @post("/metadata")
    async def set_metadata(
        self, page_request: Injected[PageRequest], image_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Say one thing of the image, or say it anew."""
        key = form.texts.get("key", "").strip()
        try:
            said = MetadataIn(key=key, value=_value(form.text("value", limit=MAX_VALUE_LENGTH) or ""))
            await images.change_metadata(page_request.platform, page_request.caller, image_id, said.added_to)
        except MISTAKES as error:
            return await _refused(page_request, image_id, form, error, key=key, value=form.texts.get("value", ""))
        return _back(page_request, image_id, _wanted(form), "saved", "about")

    @post("/metadata/delete")
    async def delete_metadata(
        self, page_request: Injected[PageRequest], image_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Take one thing back that was said of the image."""
        key = form.texts.get("key", "")

        def without(present: dict[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in present.items() if name != key}

        await images.change_metadata(page_request.platform, page_request.caller, image_id, without)
        return _back(page_request, image_id, _wanted(form), "deleted", "about")


async def _look_for(page_request: PageRequest, image_id: str, comment_id: str) -> None:
    comment = await comments.find(page_request.platform, page_request.caller, comment_id)
    if str(comment.image_id) != image_id:
        raise CommentNotFound


def _said(form: Form) -> str:
    text = form.text("text", limit=MAX_COMMENT_LENGTH)
    if text is None:
        raise InvalidInput(Fault("/text", "text: enter a comment."))
    # Forms end lines as they did on teleprinters.
    return text.replace("\r\n", "\n")


def _value(text: str) -> Any:
    """What was typed: JSON if it is some, and otherwise the text itself."""
    if "\\u" in text:
        # Escapes are for programs; some of what they spell cannot be kept.
        return text
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def _wanted(form: Form) -> ImageViewOptions:
    # The form carries the query of the page that it is on.
    sent = dict(parse_qsl(form.texts.get("view", "")))
    view = [sent.get(name, default) for name, default in ImageViewOptions._field_defaults.items()]
    try:
        return msgspec.convert(view, ImageViewOptions, strict=False)
    except msgspec.ValidationError:
        return ImageViewOptions()


def _back(page_request: PageRequest, image_id: str, wanted: ImageViewOptions, notice: str, place: str) -> Response[Any]:
    return page_request.redirect(f"/app/images/{image_id}?{wanted.address(notice=notice)}#{place}")


async def _refused(
    page_request: PageRequest, image_id: str, form: Form, error: Exception, **typed: str
) -> Response[str]:
    return await image_page(page_request, image_id, _wanted(form), problem_of(page_request.request, error), **typed)
