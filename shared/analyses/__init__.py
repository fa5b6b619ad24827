"""Analyses: runs of models on images; pipelines send the results, people read and compare them."""

from collections.abc import Sequence
from uuid import UUID

from shared.accounts import Caller
from shared.analyses import events, finishing, queries
from shared.analyses.errors import AnalysisLimitReached, AnalysisNotFound, ModelNotAllowed
from shared.analyses.lifecycle import AnalysisStatus
from shared.analyses.queries import NewAnalysis
from shared.analyses.records import AnalysisOut, AnalysisRecord, ArtifactRecord
from shared.kit.database.transactions import note_created, retry_conflicts
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.projects import images
from shared.projects.errors import ImageNotFound

__all__ = ["AnalysisOut", "AnalysisRecord", "AnalysisStatus", "ArtifactRecord", "NewAnalysis"]


@retry_conflicts
async def create(platform: Platform, caller: Caller, image_id: str, new: NewAnalysis) -> AnalysisRecord:
    """Queue an analysis of an image of the caller, and announce it by a webhook event.

    Raises ModelNotAllowed, ImageNotFound, AnalysisLimitReached.
    """
    allowed = platform.settings.ml_allowed_models
    if allowed and new.model_name not in allowed:
        raise ModelNotAllowed(f"Model not in allowed list; allowed models are {', '.join(allowed)}.")
    image_uuid = known_uuid(image_id, ImageNotFound)
    async with platform.db.transaction() as connection:
        image = await queries.lock_image(connection, caller.account_id, image_uuid)
        if image is None:
            raise ImageNotFound
        if await queries.count_of_image(connection, image.id) >= platform.settings.ml_max_analyses_per_image:
            raise AnalysisLimitReached
        analysis = await queries.insert(connection, uuid7(), caller.account_id, image.id, new)
        note_created("analysis", analysis.id)
        await events.announce(platform, connection, analysis, events.with_image_link(platform, analysis, image))
    return analysis


async def find(platform: Platform, caller: Caller, analysis_id: str) -> AnalysisRecord:
    """Return an analysis of the caller; raises AnalysisNotFound."""
    analysis_uuid = known_uuid(analysis_id, AnalysisNotFound)
    async with platform.db.connection() as connection:
        analysis = await queries.own(connection, caller.account_id, analysis_uuid)
    if analysis is None:
        raise AnalysisNotFound
    return analysis


async def of_image(platform: Platform, caller: Caller, image_id: str) -> list[AnalysisRecord]:
    """List the analyses of an image of the caller, newest first; raises ImageNotFound."""
    image = await images.find(platform, caller, image_id)
    async with platform.db.connection() as connection:
        return await queries.of_image(connection, caller.account_id, image.id)


async def status_counts(
    platform: Platform, caller: Caller, image_ids: Sequence[UUID]
) -> dict[UUID, dict[AnalysisStatus, int]]:
    """Count the analyses of the caller's images by image and status; an image without analyses is left out."""
    async with platform.db.connection() as connection:
        return await queries.status_counts(connection, caller.account_id, image_ids)


async def artifacts(platform: Platform, analysis_id: UUID) -> list[ArtifactRecord]:
    """List the artifacts of an analysis, by name."""
    async with platform.db.connection() as connection:
        return await queries.artifacts(connection, analysis_id)


async def describe(
    platform: Platform,
    caller: Caller,
    analysis_id: str,
    *,
    is_ground_truth: bool | None,
    description: tuple[bool, str | None],
) -> AnalysisRecord:
    """Set whether an analysis is ground truth (None keeps it), and its description if the first of the two is true.

    Raises AnalysisNotFound.
    """
    analysis_uuid = known_uuid(analysis_id, AnalysisNotFound)
    async with platform.db.connection() as connection:
        analysis = await queries.describe(
            connection, caller.account_id, analysis_uuid, is_ground_truth=is_ground_truth, description=description
        )
    if analysis is None:
        raise AnalysisNotFound
    return analysis


async def cancel(platform: Platform, caller: Caller, analysis_id: str) -> AnalysisRecord:
    """Cancel an analysis; cancelling it again changes nothing.

    Raises AnalysisNotFound, IllegalTransition, StorageUnavailable.
    """
    analysis = await find(platform, caller, analysis_id)
    finished = await finishing.end(
        platform, caller.account_id, analysis.id, finishing.StatusChange(AnalysisStatus.CANCELLED)
    )
    return finished.analysis


async def delete(platform: Platform, caller: Caller, analysis_id: str) -> None:
    """Delete an analysis with its annotations; its files are collected from storage later. Raises AnalysisNotFound."""
    analysis_uuid = known_uuid(analysis_id, AnalysisNotFound)
    async with platform.db.connection() as connection:
        if not await queries.delete(connection, caller.account_id, analysis_uuid):
            raise AnalysisNotFound
