"""The images of a detection run over HTTP."""

from typing import Annotated

from litestar import Controller, get
from litestar.params import FromPath, QueryParameter

from api.detection_runs.parameters import (
    Actual,
    Background,
    Confidence,
    Error,
    ImageLimit,
    Iou,
    Position,
    Predicted,
    Rules,
)
from api.detection_runs.schemas import JudgedImagePage
from api.http.dependencies import Injected
from api.signatures import require_analyses
from shared.accounts import Caller
from shared.detection_runs import galleries
from shared.detection_runs.figures.matches import MatchKind, MatchLevel
from shared.detection_runs.galleries import ImageRequest
from shared.kit.platform import Platform
from shared.projects.listing import Search


class DetectionImageController(Controller):
    """The images on which a model was judged."""

    path = "/v1/detection-runs/{detection_run_id:str}/images"
    tags = ["detection runs"]
    guards = [require_analyses]

    @get(operation_id="detection_runs.list_images")
    async def list_images(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        detection_run_id: FromPath[str],
        *,
        kind: Annotated[
            MatchKind | None,
            QueryParameter(description="Only images with right candidates, wrong candidates, or missed objects."),
        ] = None,
        actual: Actual = None,
        predicted: Predicted = None,
        background: Background = False,
        error: Error = None,
        metadata_key: Annotated[str | None, QueryParameter(description="Only images with this metadata key.")] = None,
        metadata_value: Annotated[
            str | None, QueryParameter(description="Only images whose value of `metadata_key` contains this text.")
        ] = None,
        iou: Iou = None,
        confidence: Confidence = None,
        profile: Rules = None,
        cursor: Position = None,
        limit: ImageLimit = 24,
    ) -> JudgedImagePage:
        """List the images of a detection run.

        Those with the most errors come first, each with its counts at an IoU and a confidence, and all boxes of both
        sides: `is_true_positive` and `found_at` say what each counts as at any other confidence. Filters of objects
        leave the images that have one; without a kind they are of errors.
        """
        start = cursor or 0
        request = ImageRequest(
            kind, actual, predicted, background, error, Search(None, metadata_key, metadata_value), start, limit + 1
        )
        found = await galleries.list_images(
            platform, caller, detection_run_id, MatchLevel(iou, confidence, profile), request
        )
        return JudgedImagePage.of(found, start, limit)
