"""How analyses end: their files are looked at first, then the status, the files and the events are one transaction."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from shared.analyses import events, files, queries
from shared.analyses.errors import AnalysisNotFound, IllegalTransition
from shared.analyses.lifecycle import MOVES, AnalysisStatus
from shared.analyses.records import AnalysisRecord, ArtifactRecord
from shared.kit.platform import Platform
from shared.kit.storage_errors import StorageUnavailable

log = structlog.get_logger()

# What was found of each announced file; a file that is announced anew meanwhile is another one.
Looked = Mapping[ArtifactRecord, ArtifactRecord]


class StatusChange(NamedTuple):
    """How an analysis came to its end, as its pipeline tells it."""

    status: AnalysisStatus
    summary: dict[str, Any] | None = None
    error_message: str | None = None


class FinishedAnalysis(NamedTuple):
    """An analysis that has come to its end, with what became of its files."""

    analysis: AnalysisRecord
    artifacts: list[ArtifactRecord]


async def end(platform: Platform, account_id: int | None, analysis_id: UUID, told: StatusChange) -> FinishedAnalysis:
    """End an analysis, once; the same end told again changes nothing.

    Raises AnalysisNotFound, IllegalTransition, or StorageUnavailable while its files cannot be looked at.
    """
    looked: dict[ArtifactRecord, ArtifactRecord] = {}
    while True:
        announced = await _try_to_end(platform, account_id, analysis_id, told, looked)
        if isinstance(announced, FinishedAnalysis):
            await _tidy(platform, analysis_id, looked)
            return announced
        # Storage is asked while no row is locked; what is announced in the meantime is seen at the next try.
        for file in announced:
            looked[file] = await platform.storage.apart(
                files.look_at, platform.storage, analysis_id, file, platform.settings.ml_max_artifact_bytes
            )


async def _try_to_end(
    platform: Platform, account_id: int | None, analysis_id: UUID, told: StatusChange, looked: Looked
) -> FinishedAnalysis | list[ArtifactRecord]:
    """The end, or the files that must be looked at before."""
    async with platform.db.transaction() as connection:
        analysis = await queries.lock_for_signer(connection, account_id, analysis_id)
        if analysis is None:
            raise AnalysisNotFound
        artifacts = await queries.artifacts(connection, analysis_id)
        if analysis.status is told.status:
            return FinishedAnalysis(analysis, artifacts)
        check_move(analysis.status, told.status)
        announced = [file for file in artifacts if file.status == "announced"]
        if unseen := [file for file in announced if file not in looked]:
            return unseen
        await queries.settle_artifacts(connection, analysis_id, [looked[file] for file in announced])
        ended = await queries.move(connection, analysis_id, told.status, told.summary, told.error_message)
        await events.announce(connection, ended)
        return FinishedAnalysis(ended, [looked.get(file, file) for file in artifacts])


def check_move(present: AnalysisStatus, wanted: AnalysisStatus) -> None:
    """Raise IllegalTransition unless the lifecycle allows the move."""
    if wanted not in MOVES[present]:
        raise IllegalTransition(f"Illegal transition {present} -> {wanted}: the analysis is {present}.")


async def _tidy(platform: Platform, analysis_id: UUID, looked: Looked) -> None:
    keys = [files.upload_key(analysis_id, file.id) for file in looked]
    try:
        await platform.storage.apart(platform.storage.delete, keys)
    except StorageUnavailable:
        log.warning("uploads of an analysis are left to be collected", count=len(keys))
