"""Pages of the images of a detection run: the gallery, one image among its neighbours, and what other rules say."""

import asyncio
from typing import Annotated, NamedTuple

from litestar import Controller, Response, get
from litestar.di import Provide
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.dependencies import Injected
from api.signatures import require_analyses
from api.web.detection.gallery_options import PAGE_SIZE, ErrorOrAny, GalleryOptions, KindOrAny
from api.web.detection.options import RulesOrOwn
from api.web.page_request import PageRequest
from shared import detection_runs, projects
from shared.detection_runs import DetectionRunRecord, drawn_data, galleries
from shared.detection_runs.drawn_data import DrawnData
from shared.detection_runs.figures.image_order import JudgedImage
from shared.detection_runs.records import ShownImage
from shared.detection_runs.scenes.rules import rules_for
from shared.evaluation.detection.error_analysis.foreign_matrices import DEFAULTS
from shared.jobs.result_status import ResultStatus
from shared.presentation.images import judged_boxes
from shared.presentation.images.detection_page import ERROR_TITLES
from shared.presentation.images.judged_boxes import BoxesPath, DrawnBox

# The largest position that JSON's readers all understand.
MAX_POSITION = 2**53
# Other runs of the project to look at the same images with.
MAX_MODELS = 50


class ImageTile(NamedTuple):
    """An image of the gallery with its boxes, and with what is drawn otherwise; `shown` is None if it was deleted."""

    image: JudgedImage
    shown: ShownImage | None
    boxes: list[BoxesPath]
    drawings: list[DrawnBox]


async def gallery_options(
    *,
    iou: Annotated[str, QueryParameter()] = "",
    confidence: Annotated[str, QueryParameter()] = "",
    kind: Annotated[KindOrAny, QueryParameter()] = "",
    actual: Annotated[str, QueryParameter()] = "",
    predicted: Annotated[str, QueryParameter()] = "",
    background: Annotated[bool, QueryParameter()] = False,
    error: Annotated[ErrorOrAny, QueryParameter()] = "",
    metadata_key: Annotated[str, QueryParameter()] = "",
    metadata_value: Annotated[str, QueryParameter()] = "",
    start: Annotated[int, QueryParameter(ge=0, le=MAX_POSITION)] = 0,
    profile: Annotated[RulesOrOwn, QueryParameter()] = "",
) -> GalleryOptions:
    """The filter of the address."""
    return GalleryOptions(
        iou, confidence, kind, actual, predicted, background, error, metadata_key, metadata_value, start, profile
    )


class DetectionImagePages(Controller):
    """The images of a detection run."""

    path = "/app/detection-runs/{detection_run_id:str}/images"
    guards = [require_analyses]
    dependencies = {"options": Provide(gallery_options)}

    @get()
    async def gallery(
        self, page_request: Injected[PageRequest], detection_run_id: FromPath[str], options: Injected[GalleryOptions]
    ) -> Response[str]:
        """Show the images with their boxes, those with the most errors first."""
        platform, caller = page_request.platform, page_request.caller
        run = await detection_runs.get_ready(platform, caller, detection_run_id)
        found = await galleries.list_images(platform, caller, detection_run_id, options.level, options.request)
        images, next_start = paging.cut_at(found.images, options.start, PAGE_SIZE)
        data = await drawn_data.of_images(platform, run, images)
        tiles = await asyncio.to_thread(_tiles, images, found, data)
        return page_request.render(
            "detection/images.html",
            run=run,
            project=await projects.find(platform, caller, str(run.project_id)),
            others=await _others(page_request, run),
            options=options,
            level=found.level,
            total=found.total,
            tiles=tiles,
            next_start=next_start,
            classes=_classes(run),
            rules=rules_for(run.asked),
            error_titles=ERROR_TITLES,
        )

    @get("/{image_id:str}")
    async def image(
        self,
        page_request: Injected[PageRequest],
        detection_run_id: FromPath[str],
        image_id: FromPath[str],
        options: Injected[GalleryOptions],
    ) -> Response[str]:
        """Show one image with what each of its boxes counts as, and lead to its neighbours."""
        platform, caller = page_request.platform, page_request.caller
        run = await detection_runs.get_ready(platform, caller, detection_run_id)
        found = await galleries.walk(platform, caller, detection_run_id, image_id, options.level, options.request)
        least = found.level.confidence or 0.0
        data = await drawn_data.of_images(platform, run, [found.image])
        return page_request.render(
            "detection/image.html",
            run=run,
            project=await projects.find(platform, caller, str(run.project_id)),
            others=await _others(page_request, run),
            options=options,
            walk=found,
            confidence=least,
            # A matrix matches anew at every confidence.
            is_slid=options.profile not in DEFAULTS,
            drawing=await asyncio.to_thread(judged_boxes.drawn, found.image, found.shown, least, data),
        )


def _tiles(images: list[JudgedImage], found: galleries.Gallery, data: DrawnData) -> list[ImageTile]:
    return [_tile(image, found.shown.get(image.image_id), found.level.confidence or 0.0, data) for image in images]


def _tile(image: JudgedImage, shown: ShownImage | None, confidence: float, data: DrawnData) -> ImageTile:
    if shown is None:
        return ImageTile(image, None, [], [])
    boxes = judged_boxes.tile(image, shown, confidence, data)
    return ImageTile(image, shown, judged_boxes.merged(boxes, shown), [one for one in boxes if one.drawing is not None])


async def _others(page_request: PageRequest, run: DetectionRunRecord) -> list[DetectionRunRecord]:
    """The newest runs of the same project that are ready, to look at the same images with."""
    found = await detection_runs.list_own(
        page_request.platform, page_request.caller, project_id=str(run.project_id), before=None, limit=MAX_MODELS
    )
    return [one for one in found if one.state is ResultStatus.READY]


def _classes(run: DetectionRunRecord) -> list[str]:
    figures = run.found
    assert figures is not None, "the run is ready"
    return [one.name for one in figures.classes]
