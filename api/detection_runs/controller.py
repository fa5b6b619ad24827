"""Routes of detection runs: create, read, list, describe, matrix, curves, samples, delete."""

from http import HTTPStatus
from typing import Annotated

from litestar import Controller, Response, delete, get
from litestar.params import FromPath, QueryParameter

from api.detection_runs.parameters import (
    Actual,
    Background,
    Confidence,
    CurveRules,
    Error,
    Iou,
    ObjectLimit,
    OtherRules,
    Position,
    Predicted,
    ProjectFilter,
    Rules,
)
from api.detection_runs.schemas import (
    DetectionCurveOut,
    DetectionRunIn,
    DetectionRunOut,
    DetectionRunPage,
    DetectionRunPatch,
    DetectionRunSummaryOut,
    JudgedObjectPage,
    RuleDifferencePage,
)
from api.http import paging
from api.http.answers.json_response import Json
from api.http.answers.responses import Accepted
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.headers import Prefer
from api.http.paging import Cursor, Limit
from api.http.routes import patch, post
from api.jobs.job_resources import WaitableResource
from api.jobs.waiter import Waiter
from api.signatures import require_analyses
from shared import detection_runs
from shared.accounts import Caller
from shared.detection_runs import answers
from shared.detection_runs.answers import ObjectRequest
from shared.detection_runs.figures.levels import LevelCounts
from shared.detection_runs.figures.matches import DetectionMatrix, MatchKind, MatchLevel
from shared.evaluation.detection.error_analysis.error_types import FOREGROUND
from shared.jobs.result_status import UNFINISHED
from shared.kit.platform import Platform

FOLLOWED = WaitableResource(
    detection_runs.get, UNFINISHED, detection_runs.RETRY_AFTER_S, awaits_more=lambda run: run.awaits_intervals
)


class DetectionRunController(Controller):
    """A model judged on the images of a project."""

    path = "/v1/detection-runs"
    tags = ["detection runs"]
    guards = [require_analyses]

    @post(operation_id="detection_runs.create", status_code=202)
    async def create(
        self, waiter: Injected[Waiter], caller: Injected[Caller], body: Body[DetectionRunIn], prefer: Prefer = None
    ) -> Response[Accepted[DetectionRunOut]]:
        """Create a detection run.

        Judges a model on the images of a project that have ground truth, by the rules of a profile; with a baseline,
        the two are also compared image by image. `profiles` are further rules, of which the result says what they
        judge otherwise, and why. Poll `Location` or send `Prefer: wait=N`, which waits for the intervals too.
        """
        model = (body.model_name, body.model_version)
        made = await detection_runs.create(
            waiter.platform, caller, body.project_id, model, body.options, body.description
        )
        made = await FOLLOWED.wait(waiter, caller, made, prefer)
        headers = {"Location": f"/v1/detection-runs/{made.id}"} | FOLLOWED.headers(waiter, made, prefer)
        return Json(DetectionRunOut.of(made), status_code=HTTPStatus.ACCEPTED, headers=headers)

    @get(operation_id="detection_runs.list")
    async def list_own(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        *,
        project_id: ProjectFilter = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> DetectionRunPage:
        """List detection runs.

        Returns the account's detection runs with their average precision, newest first.
        """
        found = await detection_runs.list_own(platform, caller, project_id=project_id, before=cursor, limit=limit + 1)
        page = paging.cut(found, limit, lambda run: str(run.id))
        return DetectionRunPage([DetectionRunSummaryOut.of(run) for run in page.rows], page.next)

    @get("/{detection_run_id:str}", operation_id="detection_runs.get")
    async def read(
        self, waiter: Injected[Waiter], caller: Injected[Caller], detection_run_id: FromPath[str], prefer: Prefer = None
    ) -> Response[DetectionRunOut]:
        """Get a detection run.

        Returns all figures of its profile, of all classes and of each, the types of errors and what they cost, and the
        comparison with its baseline. It is ready before its intervals and that comparison: `intervals` says whether
        these are there, and `Prefer: wait=N` waits for them.
        """
        found = await detection_runs.get(waiter.platform, caller, detection_run_id)
        found = await FOLLOWED.wait(waiter, caller, found, prefer)
        return Json(DetectionRunOut.of(found), headers=FOLLOWED.headers(waiter, found, prefer))

    @patch("/{detection_run_id:str}", operation_id="detection_runs.update")
    async def describe(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        detection_run_id: FromPath[str],
        change: Body[DetectionRunPatch],
    ) -> DetectionRunOut:
        """Update the description of a detection run.

        Fields that are not sent stay as they are; null clears a field. A gate whose baseline has a tag compares with
        the latest detection run that has it.
        """
        return DetectionRunOut.of(await detection_runs.describe(platform, caller, detection_run_id, change.applied_to))

    @get("/{detection_run_id:str}/matrix", operation_id="detection_runs.get_matrix")
    async def matrix(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        detection_run_id: FromPath[str],
        *,
        iou: Iou = None,
        confidence: Confidence = None,
        profile: Rules = None,
    ) -> DetectionMatrix:
        """Get the confusion matrix of a detection run.

        Counts the objects at an IoU and a confidence, with a row and a column for the background. Objects are paired
        within their classes first; what is left is paired regardless of class.
        """
        return await answers.matrix(platform, caller, detection_run_id, MatchLevel(iou, confidence, profile))

    @get("/{detection_run_id:str}/counts", operation_id="detection_runs.get_counts")
    async def counts(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        detection_run_id: FromPath[str],
        *,
        iou: Iou = None,
        confidence: Confidence = None,
        profile: Rules = None,
    ) -> LevelCounts:
        """Get the counts of a detection run.

        Returns what is right, wrong and missed of each class at an IoU and a confidence: the matrix without its cells.
        At IoU 0.10, 0.15 and so on to 0.95 the counts are looked up, however many candidates there are.
        """
        return await answers.counts(platform, caller, detection_run_id, MatchLevel(iou, confidence, profile))

    @get("/{detection_run_id:str}/curve", operation_id="detection_runs.get_curve")
    async def curve(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        detection_run_id: FromPath[str],
        *,
        iou: Iou = None,
        class_label: Annotated[
            str | None, QueryParameter(name="class", description="Class of the curve; by default all together.")
        ] = None,
        profile: CurveRules = None,
    ) -> DetectionCurveOut:
        """Get a precision-recall curve of a detection run.

        Returns the precision at 101 recalls, and the confidence at which each is reached.
        """
        at = FOREGROUND if iou is None else iou
        return DetectionCurveOut.of(await answers.curve(platform, caller, detection_run_id, at, class_label, profile))

    @get("/{detection_run_id:str}/samples", operation_id="detection_runs.list_samples")
    async def samples(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        detection_run_id: FromPath[str],
        *,
        kind: Annotated[
            MatchKind, QueryParameter(description="Right candidates, wrong candidates, or missed objects.")
        ] = "FP",
        actual: Actual = None,
        predicted: Predicted = None,
        background: Background = False,
        error: Error = None,
        iou: Iou = None,
        confidence: Confidence = None,
        profile: Rules = None,
        cursor: Position = None,
        limit: ObjectLimit = 100,
    ) -> JudgedObjectPage:
        """List the objects behind a count of a detection run.

        Each with its image, its box and the object of the other side in its place. Wrong candidates come by confidence,
        missed objects by area, right ones by overlap, the worst first.
        """
        start = cursor or 0
        request = ObjectRequest(kind, actual, predicted, background, error, start, limit + 1)
        found = await answers.list_objects(
            platform, caller, detection_run_id, MatchLevel(iou, confidence, profile), request
        )
        return JudgedObjectPage(found.profile, *paging.cut_at(found.objects, start, limit))

    @get("/{detection_run_id:str}/differences", operation_id="detection_runs.list_differences")
    async def differences(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        detection_run_id: FromPath[str],
        *,
        profile: OtherRules = None,
        iou: Iou = None,
        confidence: Confidence = None,
        cursor: Position = None,
        limit: ObjectLimit = 100,
    ) -> RuleDifferencePage:
        """List what other rules judge differently.

        Judges a detection run by all rules that can judge it, at one IoU and confidence, and says of each object that
        they do not judge alike why. Candidates come first, by confidence, then objects of the ground truth, by area.
        """
        start = cursor or 0
        level, rows = MatchLevel(iou, confidence), slice(start, start + limit + 1)
        found = await answers.differences(platform, caller, detection_run_id, level, profile, rows)
        page = paging.cut_at(found.objects, start, limit)
        return RuleDifferencePage(found.iou, found.confidence, found.rules, *page)

    @delete("/{detection_run_id:str}", operation_id="detection_runs.delete")
    async def remove(
        self, platform: Injected[Platform], caller: Injected[Caller], detection_run_id: FromPath[str]
    ) -> None:
        """Delete a detection run.

        Also ends its job, if that still runs. Images and annotations stay.
        """
        await detection_runs.delete(platform, caller, detection_run_id)
