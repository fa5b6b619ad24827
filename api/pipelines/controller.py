"""Pipelines and their queues."""

from typing import Annotated

from litestar import Controller, delete, get
from litestar.params import FromPath, QueryParameter

from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.routes import patch, post
from api.pipelines.schemas import PipelineIn, PipelineOut, PipelinePatch, Queue
from api.signatures import require_analyses
from shared.accounts import Caller, Scope
from shared.analyses import pipelines
from shared.kit.platform import Platform

# Who has the secret of a pipeline acts for the account, also after his key was revoked.
_SECRET = {"scope": Scope.ACCOUNT}


class PipelineController(Controller):
    """Programs that make analyses."""

    path = "/v1/pipelines"
    tags = ["pipelines"]
    guards = [require_analyses]

    @post(operation_id="pipelines.create", opt=_SECRET)
    async def create(
        self, platform: Injected[Platform], caller: Injected[Caller], pipeline: Body[PipelineIn]
    ) -> PipelineOut:
        """Create a pipeline.

        Registers a program that makes analyses. Its secret and id sign callbacks for this account only.
        """
        record = await pipelines.add(platform, caller, name=pipeline.name, models=pipeline.models)
        return PipelineOut.of(record, platform.keyring)

    @get(operation_id="pipelines.list", opt=_SECRET)
    async def list_own(self, platform: Injected[Platform], caller: Injected[Caller]) -> list[PipelineOut]:
        """List pipelines.

        Returns the account's pipelines, oldest first.
        """
        return [PipelineOut.of(pipeline, platform.keyring) for pipeline in await pipelines.list_own(platform, caller)]

    @get("/{pipeline_id:str}", operation_id="pipelines.get", opt=_SECRET)
    async def read(
        self, platform: Injected[Platform], caller: Injected[Caller], pipeline_id: FromPath[str]
    ) -> PipelineOut:
        """Get a pipeline.

        Returns the pipeline with its secret.
        """
        return PipelineOut.of(await pipelines.find(platform, caller, pipeline_id), platform.keyring)

    @patch("/{pipeline_id:str}", operation_id="pipelines.update", opt=_SECRET)
    async def change(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        pipeline_id: FromPath[str],
        change: Body[PipelinePatch],
    ) -> PipelineOut:
        """Update a pipeline.

        Renames the pipeline or replaces the list of models that it runs. Fields that are not sent stay as they are.
        """
        pipeline = await pipelines.change(platform, caller, pipeline_id, name=change.name, models=change.models)
        return PipelineOut.of(pipeline, platform.keyring)

    @delete("/{pipeline_id:str}", operation_id="pipelines.delete", opt=_SECRET)
    async def remove(self, platform: Injected[Platform], caller: Injected[Caller], pipeline_id: FromPath[str]) -> None:
        """Delete a pipeline.

        Callbacks that it signs are refused from then on.
        """
        await pipelines.remove(platform, caller, pipeline_id)

    @post("/{pipeline_id:str}/secret/rotate", operation_id="pipelines.rotate_secret", status_code=200, opt=_SECRET)
    async def rotate(
        self, platform: Injected[Platform], caller: Injected[Caller], pipeline_id: FromPath[str]
    ) -> PipelineOut:
        """Rotate the secret of a pipeline.

        The previous secret is accepted for another 24 hours.
        """
        return PipelineOut.of(await pipelines.rotate(platform, caller, pipeline_id), platform.keyring)

    @get("/{pipeline_id:str}/queue", operation_id="pipelines.list_queue")
    async def queue(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        pipeline_id: FromPath[str],
        limit: Annotated[int, QueryParameter(ge=1, le=100, description="Most analyses to return, 1 to 100.")] = 20,
    ) -> Queue:
        """List the queued analyses of a pipeline.

        Returns the analyses that wait for the pipeline's models, oldest first, each with a link to its image.
        """
        return Queue(await pipelines.queue(platform, caller, pipeline_id, limit=limit))
