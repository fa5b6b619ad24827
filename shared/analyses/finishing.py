"""The end of analyses: files are inspected first, then status, files and events are written in one transaction."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from shared.analyses import events, files, queries
from shared.analyses.errors import AnalysisNotFound, IllegalTransition
from shared.analyses.lifecycle import MOVES, AnalysisStatus
from shared.analyses.records import AnalysisRecord, ArtifactRecord
from shared.kit.database.transactions import retry_conflicts
from shared.kit.platform import Platform
from shared.kit.storage.errors import StorageUnavailable

log = structlog.get_logger()

# The result for each announced file; a file that is announced again in the meantime is a different key.
Inspections = Mapping[ArtifactRecord, ArtifactRecord]


class StatusChange(NamedTuple):
    """A status that an analysis moves to, with the pipeline's summary and error message."""

    status: AnalysisStatus
    summary: dict[str, Any] | None = None
    error_message: str | None = None


class FinishedAnalysis(NamedTuple):
    """An analysis that has ended, with its inspected files."""

    analysis: AnalysisRecord
    artifacts: list[ArtifactRecord]


async def end(platform: Platform, account_id: int | None, analysis_id: UUID, change: StatusChange) -> FinishedAnalysis:
    """End an analysis; repeating the same status changes nothing.

    Raises AnalysisNotFound, IllegalTransition, or StorageUnavailable while its files cannot be inspected.
    """
    inspections: dict[ArtifactRecord, ArtifactRecord] = {}
    while True:
        outcome = await _try_to_end(platform, account_id, analysis_id, change, inspections)
        if isinstance(outcome, FinishedAnalysis):
            await _delete_uploads(platform, analysis_id, inspections)
            return outcome
        # No row is locked while storage is read; a file that is announced in the meantime is seen by the next try.
        for file in outcome:
            inspections[file] = await platform.storage.apart(
                files.inspect, platform.storage, analysis_id, file, platform.settings.ml_max_artifact_bytes
            )


@retry_conflicts
async def _try_to_end(
    platform: Platform, account_id: int | None, analysis_id: UUID, change: StatusChange, inspections: Inspections
) -> FinishedAnalysis | list[ArtifactRecord]:
    """Return the finished analysis, or the files that have to be inspected first."""
    async with platform.db.transaction() as connection:
        analysis = await queries.lock_for_signer(connection, account_id, analysis_id)
        if analysis is None:
            raise AnalysisNotFound
        artifacts = await queries.artifacts(connection, analysis_id)
        if analysis.status is change.status:
            return FinishedAnalysis(analysis, artifacts)
        check_move(analysis.status, change.status)
        pending = [file for file in artifacts if file.status == "announced"]
        if remaining := [file for file in pending if file not in inspections]:
            return remaining
        await queries.settle_artifacts(connection, analysis_id, [inspections[file] for file in pending])
        finished = await queries.move(connection, analysis_id, change.status, change.summary, change.error_message)
        await events.announce(platform, connection, finished)
        return FinishedAnalysis(finished, [inspections.get(file, file) for file in artifacts])


def check_move(current: AnalysisStatus, target: AnalysisStatus) -> None:
    """Raise IllegalTransition unless the lifecycle allows the move."""
    if target not in MOVES[current]:
        raise IllegalTransition(f"Illegal transition {current} -> {target}: the analysis is {current}.")


async def _delete_uploads(platform: Platform, analysis_id: UUID, inspections: Inspections) -> None:
    keys = [files.upload_key(analysis_id, file.id) for file in inspections]
    try:
        await platform.storage.apart(platform.storage.delete, keys)
    except StorageUnavailable:
        log.warning("uploads of an analysis are left to be collected", count=len(keys))
