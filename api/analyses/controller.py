"""Analyses, as the owners of the images see them."""

from litestar import Controller, delete, get
from litestar.params import FromPath

from api.analyses.schemas import AnalysisIn, AnalysisList, AnalysisPatch
from api.http.bodies import Body
from api.http.injected import Injected
from api.http.routes import patch, post
from api.signatures import require_analyses
from shared import analyses
from shared.accounts import Caller
from shared.analyses import AnalysisOut
from shared.kit.platform import Platform


class AnalysisController(Controller):
    """Analyses, as the owners of the images see them."""

    path = "/api"
    tags = ["analyses"]
    guards = [require_analyses]

    @post("/images/{image_id:str}/analyses", operation_id="analyses.create")
    async def create(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        image_id: FromPath[str],
        model: Body[AnalysisIn],
    ) -> AnalysisOut:
        """Queue an analysis of an image by a model; pipelines find it in their queue, or are told of it."""
        return (await analyses.create(platform, caller, image_id, model.wanted())).shown()

    @get("/images/{image_id:str}/analyses", operation_id="analyses.list")
    async def list_of_image(
        self, platform: Injected[Platform], caller: Injected[Caller], image_id: FromPath[str]
    ) -> AnalysisList:
        """The analyses of an image, newest first, without what they found."""
        found = await analyses.of_image(platform, caller, image_id)
        return AnalysisList([analysis.shown() for analysis in found], len(found))

    @get("/analyses/{analysis_id:str}", operation_id="analyses.get")
    async def read(
        self, platform: Injected[Platform], caller: Injected[Caller], analysis_id: FromPath[str]
    ) -> AnalysisOut:
        """One analysis, without what it found."""
        return (await analyses.find(platform, caller, analysis_id)).shown()

    @patch("/analyses/{analysis_id:str}", operation_id="analyses.update")
    async def describe(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        analysis_id: FromPath[str],
        change: Body[AnalysisPatch],
    ) -> AnalysisOut:
        """Mark an analysis as the truth that models are measured against, or change its description."""
        changed = await analyses.describe(
            platform,
            caller,
            analysis_id,
            is_ground_truth=change.said_truth,
            description=change.said_description,
        )
        return changed.shown()

    @post("/analyses/{analysis_id:str}/cancel", operation_id="analyses.cancel", status_code=200)
    async def cancel(
        self, platform: Injected[Platform], caller: Injected[Caller], analysis_id: FromPath[str]
    ) -> AnalysisOut:
        """End an analysis that is queued or being made; cancelling it again changes nothing."""
        return (await analyses.cancel(platform, caller, analysis_id)).shown()

    @delete("/analyses/{analysis_id:str}", operation_id="analyses.delete")
    async def remove(self, platform: Injected[Platform], caller: Injected[Caller], analysis_id: FromPath[str]) -> None:
        """Forget an analysis and all that it found."""
        await analyses.delete(platform, caller, analysis_id)
