"""The page of what other rules judge otherwise in a detection run, and why."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.dependencies import Injected
from api.signatures import require_analyses
from api.web.detection.images import MAX_POSITION
from api.web.detection.options import PAGE_SIZE, DetectionPageOptions
from api.web.page_request import PageRequest
from shared import detection_runs, projects
from shared.detection_runs import answers, drawn_data
from shared.detection_runs.drawn_data import DrawnData
from shared.detection_runs.figures.differences import DifferingObject
from shared.detection_runs.records import ShownImage
from shared.detection_runs.scenes.rules import rules_for
from shared.evaluation.detection.error_analysis.foreign_matrices import MatrixProfile
from shared.evaluation.detection.rules.profiles import ProfileName
from shared.presentation.images.detection_page import REASON_TITLES
from shared.presentation.images.judged_boxes import small_drawing
from shared.presentation.images.object_drawings import ObjectDrawing


class DifferenceOptions(NamedTuple):
    """The query of the page; texts that are empty ask for nothing."""

    profile: str = ""
    iou: str = ""
    confidence: str = ""

    def address(self, start: int = 0) -> str:
        """Return the query of the page from a position on."""
        values = {**self._asdict(), "start": start or ""}
        return urlencode({name: value for name, value in values.items() if value})


class DetectionDifferencePages(Controller):
    """What other rules say of a detection run."""

    path = "/app/detection-runs/{detection_run_id:str}/differences"
    guards = [require_analyses]

    @get()
    async def differences(
        self,
        page_request: Injected[PageRequest],
        detection_run_id: FromPath[str],
        *,
        profile: Annotated[ProfileName | MatrixProfile | Literal[""], QueryParameter()] = "",
        iou: Annotated[str, QueryParameter()] = "",
        confidence: Annotated[str, QueryParameter()] = "",
        start: Annotated[int, QueryParameter(ge=0, le=MAX_POSITION)] = 0,
    ) -> Response[str]:
        """Show what every set of rules counts, and the boxes that they judge otherwise."""
        platform, caller = page_request.platform, page_request.caller
        run = await detection_runs.get_ready(platform, caller, detection_run_id)
        rows = slice(start, start + PAGE_SIZE + 1)
        level = DetectionPageOptions(iou, confidence).level
        found = await answers.differences(platform, caller, detection_run_id, level, profile or None, rows)
        objects, next_start = paging.cut_at(found.objects, start, PAGE_SIZE)
        images = await detection_runs.shown_images(platform, caller, {one.image_id for one in objects})
        analyses, annotations = {one.analysis_id for one in objects}, {one.annotation_id for one in objects}
        data = await drawn_data.of_objects(platform, run, analyses, annotations)
        return page_request.render(
            "detection/differences.html",
            run=run,
            project=await projects.find(platform, caller, str(run.project_id)),
            options=DifferenceOptions(profile, iou, confidence),
            found=found,
            objects=objects,
            images=images,
            drawings=await asyncio.to_thread(_drawings, objects, images, data),
            others=rules_for(run.asked)[1:],
            reasons=REASON_TITLES,
            start=start,
            next_start=next_start,
        )


def _drawings(
    objects: Sequence[DifferingObject], images: Mapping[UUID, ShownImage], data: DrawnData
) -> dict[UUID, ObjectDrawing | None]:
    return {
        one.annotation_id: small_drawing(data, one.annotation_id, one.class_name, images[one.image_id])
        for one in objects
        if one.image_id in images
    }
