"""Annotations and artifacts of an analysis."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from api.analyses.schemas import AnalysisFile, AnalysisFiles, AnnotationPage
from api.http.answers.json_response import Json
from api.http.answers.responses import LINKED
from api.http.dependencies import Injected
from api.signatures import require_analyses
from shared.accounts import Caller
from shared.analyses.annotations import listing
from shared.analyses.annotations.formats import AnnotationFormats, BoxFormat, MaskFormat
from shared.analyses.annotations.queries import Filter
from shared.kit.platform import Platform

MAX_AT_ONCE = 10_000

# No analysis has more annotations.
MAX_SKIP = 1_000_000


class AnnotationController(Controller):
    """Annotations and artifacts of an analysis."""

    path = "/api/analyses/{analysis_id:str}"
    tags = ["analyses"]
    guards = [require_analyses]

    @get("/annotations", operation_id="analyses.annotations.list")
    async def annotations(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        analysis_id: FromPath[str],
        cursor: Annotated[
            int, QueryParameter(ge=0, le=2**31 - 1, description="Cursor: `next` of the previous page.")
        ] = 0,
        annotation_type: Annotated[str | None, QueryParameter(description="Only annotations of this type.")] = None,
        class_name: Annotated[str | None, QueryParameter(description="Only annotations of this class.")] = None,
        min_confidence: Annotated[
            float | None,
            QueryParameter(ge=0, le=1, description="Only annotations of at least this confidence, 0 to 1."),
        ] = None,
        box_format: Annotated[
            BoxFormat | None, QueryParameter(description="Convert bounding boxes to this format.")
        ] = None,
        mask_format: Annotated[MaskFormat | None, QueryParameter(description="Convert masks to this format.")] = None,
        skip: Annotated[
            int, QueryParameter(ge=0, le=MAX_SKIP, description="Number of annotations to skip; a `cursor` costs less.")
        ] = 0,
        limit: Annotated[
            int, QueryParameter(ge=1, le=MAX_AT_ONCE, description="Most annotations of a page, 1 to 10,000.")
        ] = 200,
    ) -> Response[AnnotationPage]:
        """List the annotations of an analysis.

        Returns the annotations in the order in which the pipeline sent them; boxes and masks are converted on request.
        A page of large annotations has fewer than `limit`, and `next` continues it; a mask of very many run lengths
        stays as it was sent.
        """
        criteria = Filter(annotation_type, class_name, min_confidence)
        formats = AnnotationFormats(box_format, mask_format)
        page = await listing.annotations(
            platform, caller, analysis_id, criteria, formats, after=cursor - 1, skip=skip, limit=limit
        )
        annotations = [record.annotation for record in page.annotations]
        body = {"annotations": annotations, "total": page.analysis.annotation_count, "next": page.next}
        encoded: Any = msgspec.Raw(await asyncio.to_thread(msgspec.json.encode, body))
        return Json(encoded)

    @get("/artifacts", operation_id="analyses.artifacts.list")
    async def artifacts(
        self, platform: Injected[Platform], caller: Injected[Caller], analysis_id: FromPath[str]
    ) -> AnalysisFiles:
        """List the artifacts of an analysis.

        Returns the files that the pipeline announced, with links to those that are stored.
        """
        analysis, files = await listing.artifacts(platform, caller, analysis_id)
        return AnalysisFiles([AnalysisFile.of(analysis.id, file, link) for file, link in files])

    @get(
        "/artifacts/{artifact_name:str}/content",
        operation_id="analyses.artifacts.get_content",
        status_code=HTTPStatus.TEMPORARY_REDIRECT,
    )
    async def content(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        analysis_id: FromPath[str],
        artifact_name: FromPath[str],
    ) -> Annotated[Redirect, LINKED]:
        """Get the bytes of an artifact.

        Redirects to a link at the storage.
        """
        link = await listing.artifact_link(platform, caller, analysis_id, artifact_name)
        return Redirect(link.url, status_code=307, headers={"Cache-Control": "no-store"})
