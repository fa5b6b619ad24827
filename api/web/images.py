"""The page of an image: what models found in it, drawn over it."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from api import content
from api.analyses.comparing import exported
from api.given import Given
from api.projects.images import HEADERS, pieces_of
from api.web.forms import Form
from api.web.visits import Visit
from shared import analyses, projects
from shared.analyses import reading
from shared.analyses.annotation_queries import Filter
from shared.analyses.converting import Forms
from shared.analyses.exports import Format
from shared.analyses.records import AnalysisRecord
from shared.artifacts.errors import FileGone
from shared.kit.errors import Fault, InvalidInput
from shared.presentation.overlay import Shape, compared, shapes
from shared.projects import deletion, images
from shared.projects.records import ImageRecord

# Nobody tells more shapes apart, and a browser draws no more at once.
MOST_SHAPES = 1000

# What a browser may show as a picture, whoever sent it.
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})


class Layer(NamedTuple):
    """An analysis and what is drawn of it; `more` where that is not all."""

    analysis: AnalysisRecord
    shapes: list[Shape]
    more: bool


class Shown(NamedTuple):
    """What of an image's analyses is shown."""

    image: ImageRecord
    analyses: list[AnalysisRecord]
    layers: list[Layer]
    classes: list[str]
    state: str


class Wanted(NamedTuple):
    """Which analyses, and which of their annotations."""

    first: str
    second: str
    class_name: str
    least: float


class ImagePages(Controller):
    """Pages of images."""

    path = "/app/images/{image_id:str}"

    @get()
    async def read(
        self,
        visit: Given[Visit],
        image_id: FromPath[str],
        first: Annotated[str, QueryParameter()] = "",
        second: Annotated[str, QueryParameter()] = "",
        class_name: Annotated[str, QueryParameter()] = "",
        least: Annotated[float, QueryParameter(ge=0, le=1)] = 0,
        layout: Annotated[str, QueryParameter()] = "over",
        seen: Annotated[str, QueryParameter()] = "",
    ) -> Response[Any]:
        """An image with its overlays; a part of it, when a script asks whether anything has changed."""
        wanted = Wanted(first, second, class_name, least)
        shown = await _shown(visit, image_id, wanted)
        if visit.is_partial and seen == shown.state:
            return Response(None, status_code=HTTPStatus.NO_CONTENT)
        project = await projects.find(visit.platform, visit.caller, str(shown.image.project_id))
        template = "images/live.html" if visit.is_partial else "images/page.html"
        beside = layout == "beside" and len(shown.layers) > 1
        return visit.page(template, shown=shown, project=project, wanted=wanted, beside=beside)

    @get("/content")
    async def content(self, visit: Given[Visit], image_id: FromPath[str]) -> Response[Any]:
        """The image itself."""
        image = await images.find(visit.platform, visit.caller, image_id)
        headers = HEADERS | {"Content-Length": str(image.size_bytes)}
        pieces = await images.content(visit.platform, image)
        return Stream(pieces_of(pieces), media_type=image.content_type, headers=headers)

    @get("/thumbnail")
    async def thumbnail(self, visit: Given[Visit], image_id: FromPath[str]) -> Response[Any]:
        """A small copy of it, or the image itself while there is none."""
        image = await images.find(visit.platform, visit.caller, image_id)
        small = await images.thumbnail(visit.platform, image)
        if small is None:
            return visit.redirect(f"/app/images/{image.id}/content")
        body = await visit.platform.storage.read(small.object_key)
        return Response(body, media_type=small.content_type, headers=HEADERS)

    @get("/heatmaps/{analysis_id:str}/{name:str}")
    async def heatmap(
        self, visit: Given[Visit], image_id: FromPath[str], analysis_id: FromPath[str], name: FromPath[str]
    ) -> Response[bytes]:
        """A picture that a pipeline sent with an analysis."""
        await images.find(visit.platform, visit.caller, image_id)
        _, files = await reading.artifacts(visit.platform, visit.caller, analysis_id)
        keys = {file.name: file.object_key for file, _ in files if file.content_type in PICTURES}
        types = {file.name: file.content_type for file, _ in files}
        if not (key := keys.get(name)):
            raise FileGone
        body = await visit.platform.storage.read(key)
        return Response(body, media_type=types[name], headers=content.HEADERS)

    @get("/analyses/{analysis_id:str}/export")
    async def export(
        self,
        visit: Given[Visit],
        image_id: FromPath[str],
        analysis_id: FromPath[str],
        format: Annotated[Format, QueryParameter()] = "json",  # noqa: A002 - the name of the parameter, also in errors
    ) -> Stream:
        """An analysis with all that it found, as a file."""
        await images.find(visit.platform, visit.caller, image_id)
        return exported(visit.platform, await analyses.find(visit.platform, visit.caller, analysis_id), format)

    @post("/delete")
    async def delete(self, visit: Given[Visit], image_id: FromPath[str], form: Given[Form]) -> Response[Any]:
        """Delete an image so that it can be restored."""
        reason = form.text("reason", limit=500) or ""
        if len(reason) < 10:  # noqa: PLR2004 - as the API asks for
            raise InvalidInput(Fault("/reason", "reason: say in at least 10 characters why, for the record."))
        image = await deletion.hide(visit.platform, visit.caller, image_id, reason)
        return visit.redirect(f"/app/projects/{image.project_id}?notice=deleted")

    @post("/restore")
    async def restore(self, visit: Given[Visit], image_id: FromPath[str]) -> Response[Any]:
        """Bring a deleted image back."""
        image = await deletion.restore(visit.platform, visit.caller, image_id)
        return visit.redirect(f"/app/images/{image.id}?notice=saved")


async def _shown(visit: Visit, image_id: str, wanted: Wanted) -> Shown:
    image = await images.find(visit.platform, visit.caller, image_id)
    found = await analyses.of_image(visit.platform, visit.caller, image_id)
    by_id = {str(analysis.id): analysis for analysis in found}
    chosen = [by_id[one] for one in dict.fromkeys((wanted.first, wanted.second)) if one in by_id]
    if not chosen and found:
        # The newest that has come to an end says most.
        chosen = [next((analysis for analysis in found if analysis.is_final), found[0])]
    filters = Filter(None, wanted.class_name or None, wanted.least or None)
    pages = [
        await reading.annotations(
            visit.platform, visit.caller, str(analysis.id), filters, Forms(), after=-1, limit=MOST_SHAPES
        )
        for analysis in chosen
    ]
    classes = sorted({one.class_name for page in pages for one in page.annotations})
    layers = await asyncio.to_thread(_layers, pages, classes)
    state = "-".join(f"{one.id.hex[-6:]}{one.status.value[0]}{one.annotation_count}" for one in found)
    return Shown(image, found, layers, classes, state)


def _layers(pages: list[reading.Page], classes: list[str]) -> list[Layer]:
    drawn = [shapes(page.annotations, classes) for page in pages]
    if len(drawn) > 1:
        drawn = list(compared(*drawn))
    return [Layer(page.analysis, found, page.next is not None) for page, found in zip(pages, drawn, strict=True)]
