"""What pipelines call, as contract C has it; each call is signed, and may be repeated without harm."""

from typing import Any

from litestar import Controller, Request
from litestar.params import FromPath

from api.analyses import callback_bodies
from api.analyses.schemas import BulkOut, CreatedAnnotation, EndedAnalysis, PresignedList, PresignedOut
from api.http.bodies import Body, Members
from api.http.injected import Injected
from api.http.routes import patch, post
from api.signatures import require_analyses
from shared.analyses import AnalysisOut
from shared.analyses.callbacks import verbs
from shared.analyses.callbacks.authentication import Signer
from shared.kit.platform import Platform


class CallbackController(Controller):
    """What pipelines call."""

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
        """Move an analysis on: queued, processing, then completed, failed or cancelled; the same again is harmless."""
        change = callback_bodies.status_change(status)
        return (await verbs.change_status(platform, signer, analysis_id, change)).shown()

    @post("/artifacts/presign", operation_id="pipeline_api.presign_artifacts", status_code=200)
    async def presign(
        self,
        platform: Injected[Platform],
        signer: Injected[Signer],
        analysis_id: FromPath[str],
        files: Body[callback_bodies.PresignIn],
    ) -> PresignedList:
        """Announce files, and get an address for each that takes it with PUT and its content type."""
        wanted = callback_bodies.announcements(files, platform.settings)
        announced = await verbs.announce_artifacts(platform, signer, analysis_id, wanted)
        lifetime = platform.settings.link_lifetime_s
        return PresignedList([PresignedOut.of(file.analysis_id, file, lifetime) for file in announced])

    @post("/annotations:bulk", operation_id="pipeline_api.create_annotations")
    async def add_annotations(
        self,
        request: Request[Any, Any, Any],
        platform: Injected[Platform],
        signer: Injected[Signer],
        analysis_id: FromPath[str],
        members: Members[callback_bodies.BulkIn],
    ) -> BulkOut:
        """Keep a batch of annotations, all of it or nothing; the same batch again is answered, not kept twice."""
        batch, digest = await callback_bodies.read_annotations(request, members, platform.settings)
        kept = await verbs.add_annotations(platform, signer, analysis_id, batch, digest)
        return BulkOut(len(kept), [CreatedAnnotation.of(record) for record in kept])

    @post("/finalize", operation_id="pipeline_api.finalize_analysis", status_code=200)
    async def finalize(
        self,
        platform: Injected[Platform],
        signer: Injected[Signer],
        analysis_id: FromPath[str],
        result: Body[callback_bodies.FinalizeIn],
    ) -> EndedAnalysis:
        """End an analysis: its files are looked at, and those that were announced and did not come are named."""
        return EndedAnalysis.of(await verbs.finalize(platform, signer, analysis_id, callback_bodies.end(result)))
