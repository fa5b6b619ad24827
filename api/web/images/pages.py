"""The page of an image, with the annotations of models drawn over it."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from api.analyses.agreements import export_response
from api.http.answers.file_stream import HEADERS
from api.http.dependencies import Injected
from api.http.paging import Cursor
from api.web.forms import Form
from api.web.images.view import (
    MAX_PAGES,
    MAX_SHAPES,
    ImageViewOptions,
    Layout,
    find_image,
    image_page,
    load_view,
    state_of,
)
from api.web.page_request import PageRequest
from shared import analyses
from shared.analyses.annotations import listing
from shared.analyses.exports import AnnotationFormat
from shared.kit.errors import Fault, InvalidInput
from shared.kit.storage.errors import FileGone
from shared.projects import deletion, images
from shared.projects.listing import Sort

# The types that are safe for a browser to show as a picture, although a pipeline chose the content.
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})


class ImagePages(Controller):
    """Pages of images."""

    path = "/app/images/{image_id:str}"

    @get()
    async def read(
        self,
        page_request: Injected[PageRequest],
        image_id: FromPath[str],
        first: Annotated[str, QueryParameter()] = "",
        second: Annotated[str, QueryParameter()] = "",
        class_name: Annotated[str, QueryParameter()] = "",
        least: Annotated[float, QueryParameter(ge=0, le=1)] = 0,
        layout: Annotated[Layout, QueryParameter()] = "over",
        page: Annotated[int, QueryParameter(ge=1, le=MAX_PAGES)] = 1,
        comments_after: Cursor = None,
        sort: Annotated[Sort, QueryParameter()] = "-created_at",
        filename: Annotated[str, QueryParameter()] = "",
        seen: Annotated[str, QueryParameter()] = "",
    ) -> Response[Any]:
        """Show an image with its overlays; only the changing part, when a script polls for changes."""
        options = ImageViewOptions(first, second, class_name, least, layout, page, comments_after, sort, filename)
        image, image_analyses = await find_image(page_request, image_id)
        if page_request.is_partial:
            if seen == state_of(image_analyses):
                return Response(None, status_code=HTTPStatus.NO_CONTENT)
            view = await load_view(page_request.platform, page_request.caller, image, image_analyses, options)
            return await asyncio.to_thread(
                page_request.render, "images/live.html", view=view, options=options, max_shapes=MAX_SHAPES
            )
        return await image_page(page_request, image_id, options)

    @get("/content")
    async def content(self, page_request: Injected[PageRequest], image_id: FromPath[str]) -> Response[Any]:
        """Send the image itself."""
        image = await images.find(page_request.platform, page_request.caller, image_id)
        headers = HEADERS | {"Content-Length": str(image.size_bytes)}
        pieces = await images.content(page_request.platform, image)
        return Stream(pieces, media_type=image.content_type, headers=headers)

    @get("/thumbnail")
    async def thumbnail(self, page_request: Injected[PageRequest], image_id: FromPath[str]) -> Response[Any]:
        """Send the thumbnail, or the image itself while there is none."""
        image = await images.find(page_request.platform, page_request.caller, image_id)
        thumbnail = await images.thumbnail(page_request.platform, image)
        if thumbnail is None:
            return page_request.redirect(f"/app/images/{image.id}/content")
        body = await page_request.platform.storage.read(thumbnail.object_key)
        return Response(body, media_type=thumbnail.content_type, headers=HEADERS)

    @get("/heatmaps/{analysis_id:str}/{name:str}")
    async def heatmap(
        self,
        page_request: Injected[PageRequest],
        image_id: FromPath[str],
        analysis_id: FromPath[str],
        name: FromPath[str],
    ) -> Response[bytes]:
        """Send a picture that a pipeline added to an analysis."""
        await images.find(page_request.platform, page_request.caller, image_id)
        _, files = await listing.artifacts(page_request.platform, page_request.caller, analysis_id)
        keys = {file.name: file.object_key for file, _ in files if file.content_type in PICTURES}
        types = {file.name: file.content_type for file, _ in files}
        if not (key := keys.get(name)):
            raise FileGone
        body = await page_request.platform.storage.read(key)
        return Response(body, media_type=types[name], headers=HEADERS)

    @get("/analyses/{analysis_id:str}/export")
    async def export(
        self,
        page_request: Injected[PageRequest],
        image_id: FromPath[str],
        analysis_id: FromPath[str],
        format: Annotated[AnnotationFormat, QueryParameter()] = "json",  # noqa: A002 - the name of the parameter, also in errors
    ) -> Response[Any]:
        """Export an analysis with all its annotations as a file."""
        await images.find(page_request.platform, page_request.caller, image_id)
        return export_response(
            page_request.platform, await analyses.find(page_request.platform, page_request.caller, analysis_id), format
        )

    @post("/delete")
    async def delete(
        self, page_request: Injected[PageRequest], image_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Delete an image so that it can be restored."""
        reason = form.text("reason", limit=500) or ""
        if len(reason) < 10:  # noqa: PLR2004 - as the API asks for
            raise InvalidInput(Fault("/reason", "reason: enter a reason of at least 10 characters."))
        image = await deletion.hide(page_request.platform, page_request.caller, image_id, reason)
        return page_request.redirect(f"/app/projects/{image.project_id}?notice=deleted")

    @post("/restore")
    async def restore(self, page_request: Injected[PageRequest], image_id: FromPath[str]) -> Response[Any]:
        """Restore a deleted image."""
        image = await deletion.restore(page_request.platform, page_request.caller, image_id)
        return page_request.redirect(f"/app/images/{image.id}?notice=saved")
