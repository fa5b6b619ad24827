"""The forms of the page of an image: its comments and its metadata."""

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.params import FromPath

from api.http.answers.problems import problem_of
from api.http.dependencies import Injected
from api.projects.schemas import MAX_COMMENT_LENGTH, MetadataIn
from api.web.forms import Form
from api.web.images.view import MAX_COMMENTS, ImageViewOptions, comments_on, image_page
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
        """Add a comment."""
        try:
            comment = await comments.add(page_request.platform, page_request.caller, image_id, _comment_text(form))
        except MISTAKES as error:
            return await _refused(page_request, image_id, form, error, comment=form.texts.get("text", ""))
        options = _view_options(form)
        if comment not in (await comments_on(page_request, image_id, options))[:MAX_COMMENTS]:
            # Show the page that begins with the new comment: after every id that is less than its own.
            options = options._replace(comments_after=UUID(int=comment.id.int - 1))
        return _back(page_request, image_id, options, "saved", "comments")

    @post("/comments/{comment_id:str}")
    async def change(
        self,
        page_request: Injected[PageRequest],
        image_id: FromPath[str],
        comment_id: FromPath[str],
        form: Injected[Form],
    ) -> Response[Any]:
        """Change the text of a comment."""
        await _check_comment(page_request, image_id, comment_id)
        try:
            await comments.change(page_request.platform, page_request.caller, comment_id, _comment_text(form))
        except MISTAKES as error:
            return await _refused(
                page_request, image_id, form, error, comment_id=comment_id, text=form.texts.get("text", "")
            )
        return _back(page_request, image_id, _view_options(form), "saved", "comments")

    @post("/comments/{comment_id:str}/delete")
    async def delete(
        self,
        page_request: Injected[PageRequest],
        image_id: FromPath[str],
        comment_id: FromPath[str],
        form: Injected[Form],
    ) -> Response[Any]:
        """Delete a comment."""
        await _check_comment(page_request, image_id, comment_id)
        await comments.delete(page_request.platform, page_request.caller, comment_id)
        return _back(page_request, image_id, _view_options(form), "deleted", "comments")

    @post("/metadata")
    async def set_metadata(
        self, page_request: Injected[PageRequest], image_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Set one key of the image's metadata."""
        key = form.texts.get("key", "").strip()
        try:
            entry = MetadataIn(key=key, value=_metadata_value(form.text("value", limit=MAX_VALUE_LENGTH) or ""))
            await images.change_metadata(page_request.platform, page_request.caller, image_id, entry.added_to)
        except MISTAKES as error:
            return await _refused(page_request, image_id, form, error, key=key, value=form.texts.get("value", ""))
        return _back(page_request, image_id, _view_options(form), "saved", "about")

    @post("/metadata/delete")
    async def delete_metadata(
        self, page_request: Injected[PageRequest], image_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Delete one key of the image's metadata."""
        key = form.texts.get("key", "")

        def without(present: dict[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in present.items() if name != key}

        await images.change_metadata(page_request.platform, page_request.caller, image_id, without)
        return _back(page_request, image_id, _view_options(form), "deleted", "about")


async def _check_comment(page_request: PageRequest, image_id: str, comment_id: str) -> None:
    comment = await comments.find(page_request.platform, page_request.caller, comment_id)
    if str(comment.image_id) != image_id:
        raise CommentNotFound


def _comment_text(form: Form) -> str:
    text = form.text("text", limit=MAX_COMMENT_LENGTH)
    if text is None:
        raise InvalidInput(Fault("/text", "text: enter a comment."))
    # Browsers send line ends of forms as CR LF.
    return text.replace("\r\n", "\n")


def _metadata_value(text: str) -> Any:
    """The value of a field: parsed where it is JSON, and otherwise the text itself."""
    if "\\u" in text:
        # Escapes are for programs; some of what they spell cannot be kept.
        return text
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def _view_options(form: Form) -> ImageViewOptions:
    # The form carries the query of the page that it is on.
    fields = dict(parse_qsl(form.texts.get("view", "")))
    view = [fields.get(name, default) for name, default in ImageViewOptions._field_defaults.items()]
    try:
        return msgspec.convert(view, ImageViewOptions, strict=False)
    except msgspec.ValidationError:
        return ImageViewOptions()


def _back(
    page_request: PageRequest, image_id: str, options: ImageViewOptions, notice: str, fragment: str
) -> Response[Any]:
    return page_request.redirect(f"/app/images/{image_id}?{options.address(notice=notice)}#{fragment}")


async def _refused(
    page_request: PageRequest, image_id: str, form: Form, error: Exception, **form_values: str
) -> Response[str]:
    return await image_page(
        page_request, image_id, _view_options(form), problem_of(page_request.request, error), **form_values
    )
