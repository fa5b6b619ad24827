"""The route of imports: a file of annotations into a project, by a job."""

from litestar import Controller, Response
from litestar.params import FromPath

from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.headers import Prefer
from api.http.routes import post
from api.imports.schemas import ImportIn
from api.jobs.preferences import applied, requested_wait
from api.jobs.responses import JobEnded, accepted
from api.jobs.waiter import Waiter
from shared import imports
from shared.accounts import Caller
from shared.jobs import JobOut


class ImportController(Controller):
    """Imports of annotations."""

    tags = ["projects"]

    @post("/v1/projects/{project_id:str}/imports", operation_id="projects.imports.create", status_code=202)
    async def create(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        project_id: FromPath[str],
        body: Body[ImportIn],
        prefer: Prefer = None,
    ) -> Response[JobOut | JobEnded]:
        """Create an import of annotations.

        A job reads a complete upload as ground truth or as the predictions of a model, and adds an analysis to each
        image. Images that the project does not have are added by name, width and height. All of the file is imported,
        or nothing. Poll `Location` or wait with `Prefer: wait=N`; `report.json` says what was imported.
        """
        limit = waiter.platform.settings.wait_limit_s
        seconds = requested_wait(prefer, limit=limit)
        await waiter.admit_wait(caller, seconds)
        queued = await imports.create(waiter.platform, caller, project_id, body.request())
        snapshot = await waiter.until_final(queued, seconds)
        return accepted(waiter.platform, snapshot, applied(prefer, limit=limit))
