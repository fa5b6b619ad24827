"""Imports: annotations of a project from files of other programs."""

from typing import NamedTuple

from shared import jobs, projects, quotas, uploads
from shared.accounts import Caller
from shared.analyses.errors import AnalysesDisabled, ModelNotAllowed
from shared.imports.kinds.import_annotations import ImportAnnotations
from shared.imports.reading.formats import FormatName
from shared.imports.reading.objects import ImportRole
from shared.jobs import JobRequest, Snapshot
from shared.kit.database.transactions import retry_conflicts
from shared.kit.platform import Platform
from shared.webhooks.addresses import check_url

# The model of ground truth, where the request names none.
GROUND_TRUTH = "ground truth"
FIRST_VERSION = "1"


class ImportRequest(NamedTuple):
    """What is imported: an upload, its format (None: recognised), its side, the model, names of categories by id."""

    upload_id: str
    format: FormatName | None
    role: ImportRole
    model_name: str
    model_version: str
    names: dict[str, str]
    callback_url: str | None


@retry_conflicts
async def create(platform: Platform, caller: Caller, project_id: str, request: ImportRequest) -> Snapshot:
    """Queue the import of an upload into a project of the caller.

    Raises ProjectNotFound, AnalysesDisabled, ModelNotAllowed, QueueFull, QuotaReached, and what
    `uploads.get_completed` raises.
    """
    if not platform.settings.ml_analysis_enabled:
        raise AnalysesDisabled
    allowed = platform.settings.ml_allowed_models
    if request.role == "predictions" and allowed and request.model_name not in allowed:
        raise ModelNotAllowed(f"Model not in allowed list; allowed models are {', '.join(allowed)}.")
    if request.callback_url is not None:
        check_url(request.callback_url, platform.settings.webhook_allow_nets)
    project = await projects.find(platform, caller, project_id)
    upload = await uploads.get_completed(platform, caller, request.upload_id)
    arguments = ImportAnnotations(
        project_id=str(project.id),
        upload_id=str(upload.id),
        format=request.format,
        role=request.role,
        model_name=request.model_name,
        model_version=request.model_version,
        names=request.names,
    )
    job_request = JobRequest(caller, arguments, callback_url=request.callback_url)
    async with platform.db.transaction() as connection:
        await quotas.take(connection, platform.settings, caller, jobs.ROOM)
        queued = await jobs.enqueue(platform, connection, job_request)
    return await jobs.dispatch(platform, queued)
