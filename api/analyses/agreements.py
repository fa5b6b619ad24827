"""Comparison and export of analyses, and saving an agreement as a confusion matrix."""

from typing import Annotated, Any

from litestar import Controller, Response, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from api.analyses.schemas import AgreementOut
from api.http.answers.responses import Csv, NotModified
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.headers import IfNoneMatch, Prefer
from api.http.routes import post
from api.jobs import results
from api.jobs.responses import JobAccepted
from api.jobs.waiter import Waiter
from api.matrices.schemas import DescriptionIn, MatrixDetail
from api.signatures import require_analyses
from shared import analyses, matrices
from shared.accounts import Caller
from shared.analyses import exports
from shared.analyses.agreement import confusion
from shared.analyses.agreement.pairs import Side
from shared.analyses.kinds.agreement import MIN_IOU, USUAL_IOU, Agreement, AgreementOptions, Subject
from shared.analyses.records import AnalysisRecord
from shared.kit.platform import Platform
from shared.matrices.records import Description

_EXPORTS = {"json": exports.as_json, "csv": exports.as_csv, "coco": exports.as_coco}


class AgreementController(Controller):
    """Comparing analyses."""

    tags = ["analyses"]
    guards = [require_analyses]

    @get("/api/images/{image_id:str}/compare", operation_id="analyses.compare")
    async def compare(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        image_id: FromPath[str],
        reference: Annotated[str, QueryParameter(description="Id of the analysis to compare with.")],
        candidate: Annotated[str, QueryParameter(description="Id of the analysis to evaluate.")],
        subject: Annotated[
            Subject,
            QueryParameter(description="What is compared: bounding boxes, masks, or the labels of whole images."),
        ] = "boxes",
        iou_threshold: Annotated[
            float,
            QueryParameter(
                ge=MIN_IOU, le=1, description="Intersection over union from which two objects match, 0.05 to 1."
            ),
        ] = USUAL_IOU,
        min_confidence: Annotated[
            float, QueryParameter(ge=0, le=1, description="Least confidence of the candidate's objects, 0 to 1.")
        ] = 0.0,
        prefer: Prefer = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response[AgreementOut | JobAccepted | NotModified]:
        """Compare two analyses of an image.

        Matches the objects of two completed analyses. To compare two models over a whole project, submit a job of the
        kind `agreement`.
        """
        arguments = Agreement(
            reference=Side(analysis_id=reference),
            candidate=Side(analysis_id=candidate),
            image_id=image_id,
            options=AgreementOptions(subject=subject, iou_threshold=iou_threshold, min_confidence=min_confidence),
        )
        request = results.FileRequest("agreement.json", prefer, if_none_match)
        return await results.of_arguments(waiter, caller, arguments, request)

    @get("/api/analyses/{analysis_id:str}/export", operation_id="analyses.export")
    async def export(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        analysis_id: FromPath[str],
        file_format: Annotated[
            exports.AnnotationFormat, QueryParameter(name="format", description="Format of the file.")
        ] = "json",
    ) -> Response[dict[str, Any] | Csv]:
        """Export an analysis as a file.

        The file holds the analysis with its annotations as JSON, CSV or COCO.
        """
        return export_response(platform, await analyses.find(platform, caller, analysis_id), file_format)

    @post("/v1/jobs/{job_id:str}/matrix", operation_id="matrices.create_from_job")
    async def save(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        job_id: FromPath[str],
        body: Body[DescriptionIn],
    ) -> MatrixDetail:
        """Create a confusion matrix from an agreement job.

        Saves the agreement matrix of a job of the kind `agreement`, so that it can be reported, plotted and compared.
        """
        description = Description(body.name, body.tags, body.model_name, body.model_version, body.data_set)
        uid = await confusion.save(platform, caller, job_id, description)
        return MatrixDetail.of(await matrices.counts(platform, caller, str(uid)))


def export_response(
    platform: Platform, analysis: AnalysisRecord, file_format: exports.AnnotationFormat
) -> Response[Any]:
    """Return an analysis as a file to download."""
    pieces = _EXPORTS[file_format](platform, analysis)
    suffix, media_type = ("csv", "text/csv") if file_format == "csv" else ("json", "application/json")
    name = f"analysis-{analysis.id}{'-coco' if file_format == 'coco' else ''}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Stream(pieces, media_type=media_type, headers=headers)
