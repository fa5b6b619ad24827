"""The pipeline API: every call is signed, and a repeated call changes nothing."""

from typing import Any

from litestar import Controller, Request
from litestar.params import FromPath

from api.analyses import callback_bodies
from api.analyses.schemas import BulkOut, CreatedAnnotation, EndedAnalysis, PresignedList, PresignedOut
from api.http.bodies.json_bodies import Body, Members
from api.http.bodies.limits import LARGE
from api.http.dependencies import Injected
from api.http.routes import patch, post
from api.signatures import require_analyses
from shared.analyses import AnalysisOut
from shared.analyses.callbacks import verbs
from shared.analyses.callbacks.authentication import Signer
from shared.kit.platform import Platform


class CallbackController(Controller):
    """Callbacks of pipelines."""

    path = "/api/analyses/{analysis_id:str}"
    tags = ["analyses: pipelines"]
    guards = [require_analyses]
    opt = {"security": "pipeline"}

    @patch("/status", operation_id="pipeline_api.update_status")
    async def change_status(
        self,
        platform: Injected[Platform],
        signer: Injected[Signer],
        analysis_id: FromPath[str],
        status: Body[callback_bodies.StatusIn],
    ) -> AnalysisOut:
        """Set the status of an analysis.

        Moves the analysis from queued to processing, and then to completed, failed or cancelled. Repeating the current
        status changes nothing.
        """
        change = callback_bodies.status_change(status)
        return (await verbs.change_status(platform, signer, analysis_id, change)).to_out()

    @post("/artifacts/presign", operation_id="pipeline_api.presign_artifacts", status_code=200)
    async def presign(
        self,
        platform: Injected[Platform],
        signer: Injected[Signer],
        analysis_id: FromPath[str],
        files: Body[callback_bodies.PresignIn],
    ) -> PresignedList:
        """Create upload links for artifacts.

        Announces files and returns a link for each, which takes it with PUT and the returned `headers`.
        """
        announcements = callback_bodies.announcements(files, platform.settings)
        artifacts = await verbs.announce_artifacts(platform, signer, analysis_id, announcements)
        lifetime = platform.settings.link_lifetime_s
        return PresignedList([PresignedOut.of(file.analysis_id, file, lifetime) for file in artifacts])

    @post("/annotations:bulk", operation_id="pipeline_api.create_annotations", opt=LARGE)
    async def add_annotations(
        self,
        request: Request[Any, Any, Any],
        platform: Injected[Platform],
        signer: Injected[Signer],
        analysis_id: FromPath[str],
        members: Members[callback_bodies.BulkIn],
    ) -> BulkOut:
        """Create annotations in bulk.

        Either all annotations are stored or none. Repeating the same batch returns the same answer and stores nothing
        twice.
        """
        batch, digest = await callback_bodies.read_annotations(request, members, platform.settings)
        records = await verbs.add_annotations(platform, signer, analysis_id, batch, digest)
        return BulkOut(len(records), [CreatedAnnotation.of(record) for record in records])

    @post("/finalize", operation_id="pipeline_api.finalize_analysis", status_code=200)
    async def finalize(
        self,
        platform: Injected[Platform],
        signer: Injected[Signer],
        analysis_id: FromPath[str],
        result: Body[callback_bodies.FinalizeIn],
    ) -> EndedAnalysis:
        """Finalize an analysis.

        Sets the final status, checks the announced artifacts in storage, and names those that are missing.
        """
        return EndedAnalysis.of(await verbs.finalize(platform, signer, analysis_id, callback_bodies.end(result)))
