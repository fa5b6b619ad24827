"""Analyses of the caller's images."""

from litestar import Controller, delete, get
from litestar.params import FromPath

from api.analyses.schemas import AnalysisIn, AnalysisList, AnalysisPatch
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.routes import patch, post
from api.signatures import require_analyses
from shared import analyses
from shared.accounts import Caller
from shared.analyses import AnalysisOut
from shared.kit.platform import Platform


class AnalysisController(Controller):
    """Analyses of the caller's images."""

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
        """Create an analysis of an image.

        Queues the analysis; a pipeline that runs the model finds it in its queue, or is notified by the
        `analysis.queued` webhook.
        """
        return (await analyses.create(platform, caller, image_id, model.to_new())).to_out()

    @get("/images/{image_id:str}/analyses", operation_id="analyses.list")
    async def list_of_image(
        self, platform: Injected[Platform], caller: Injected[Caller], image_id: FromPath[str]
    ) -> AnalysisList:
        """List the analyses of an image.

        Returns the analyses, newest first, without their annotations.
        """
        records = await analyses.of_image(platform, caller, image_id)
        return AnalysisList([analysis.to_out() for analysis in records], len(records))

    @get("/analyses/{analysis_id:str}", operation_id="analyses.get")
    async def read(
        self, platform: Injected[Platform], caller: Injected[Caller], analysis_id: FromPath[str]
    ) -> AnalysisOut:
        """Get an analysis.

        Returns the analysis without its annotations.
        """
        return (await analyses.find(platform, caller, analysis_id)).to_out()

    @patch("/analyses/{analysis_id:str}", operation_id="analyses.update")
    async def describe(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        analysis_id: FromPath[str],
        change: Body[AnalysisPatch],
    ) -> AnalysisOut:
        """Update an analysis.

        Marks the analysis as ground truth, which models are evaluated against, or changes its description. Fields that
        are not sent stay as they are.
        """
        analysis = await analyses.describe(
            platform,
            caller,
            analysis_id,
            is_ground_truth=change.changed_ground_truth,
            description=change.changed_description,
        )
        return analysis.to_out()

    @post("/analyses/{analysis_id:str}/cancel", operation_id="analyses.cancel", status_code=200)
    async def cancel(
        self, platform: Injected[Platform], caller: Injected[Caller], analysis_id: FromPath[str]
    ) -> AnalysisOut:
        """Cancel an analysis.

        Ends an analysis that is queued or processing. Cancelling a cancelled analysis changes nothing.
        """
        return (await analyses.cancel(platform, caller, analysis_id)).to_out()

    @delete("/analyses/{analysis_id:str}", operation_id="analyses.delete")
    async def remove(self, platform: Injected[Platform], caller: Injected[Caller], analysis_id: FromPath[str]) -> None:
        """Delete an analysis.

        Also deletes its annotations and artifacts. This cannot be undone.
        """
        await analyses.delete(platform, caller, analysis_id)
