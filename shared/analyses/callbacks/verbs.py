"""The callbacks of pipelines: each function takes the signer, and can be repeated without harm."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from shared import quotas
from shared.accounts import Caller
from shared.accounts import queries as account_queries
from shared.analyses import events, files, finishing, queries
from shared.analyses.annotations import queries as annotation_queries
from shared.analyses.annotations.types import CheckedAnnotation
from shared.analyses.annotations.validation import MAX_FAULTS
from shared.analyses.artifact_names import ArtifactReference
from shared.analyses.callbacks.authentication import Signer
from shared.analyses.errors import AnalysisEnded, AnalysisNotFound, TooManyAnnotations, TooManyArtifacts
from shared.analyses.finishing import FinishedAnalysis, StatusChange, check_move
from shared.analyses.lifecycle import FINAL
from shared.analyses.records import AnalysisRecord, AnnotationRecord, ArtifactRecord
from shared.kit.database.transactions import Connection, retry_conflicts
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import known_uuid
from shared.kit.platform import Platform
from shared.kit.storage.links import Link
from shared.quotas import Quota

# Ten times the annotations of the densest image; a pipeline that sends more is in a loop.
MAX_ANNOTATIONS = 1_000_000
MAX_ARTIFACTS = 1000

# The key id of what a pipeline does for its account.
PIPELINE = "pipeline"


class ArtifactAnnouncement(NamedTuple):
    """A file that a pipeline is about to upload."""

    artifact_name: str
    content_type: str
    size_bytes: int | None
    no_overwrite: bool


class PresignedArtifact(NamedTuple):
    """An announced file, and its upload link."""

    analysis_id: UUID
    artifact: ArtifactRecord
    link: Link
    headers: dict[str, str]


@retry_conflicts
async def change_status(platform: Platform, signer: Signer, analysis_id: str, change: StatusChange) -> AnalysisRecord:
    """Change the status of an analysis; repeating the current one changes nothing.

    Raises AnalysisNotFound, IllegalTransition, StorageUnavailable.
    """
    analysis_uuid = known_uuid(analysis_id, AnalysisNotFound)
    if change.status in FINAL:
        return (await finishing.end(platform, signer.account_id, analysis_uuid, change)).analysis
    async with platform.db.transaction() as connection:
        analysis = await _lock(connection, signer, analysis_uuid)
        if analysis.status is change.status:
            return analysis
        check_move(analysis.status, change.status)
        analysis = await queries.move(connection, analysis_uuid, change.status, change.summary, change.error_message)
        await events.announce(platform, connection, analysis)
        return analysis


async def finalize(platform: Platform, signer: Signer, analysis_id: str, change: StatusChange) -> FinishedAnalysis:
    """End an analysis; files that were announced and never uploaded are reported as missing.

    Raises AnalysisNotFound, IllegalTransition, StorageUnavailable.
    """
    return await finishing.end(platform, signer.account_id, known_uuid(analysis_id, AnalysisNotFound), change)


@retry_conflicts
async def announce_artifacts(
    platform: Platform, signer: Signer, analysis_id: str, announcements: Sequence[ArtifactAnnouncement]
) -> list[PresignedArtifact]:
    """Announce files and return an upload link for each; a file that is announced again keeps its key.

    Raises AnalysisNotFound, AnalysisEnded, TooManyArtifacts, QuotaReached, or InvalidInput for a size that is missing
    although the account has a quota of bytes: only a link with a size accepts no more than was announced.
    """
    analysis_uuid = known_uuid(analysis_id, AnalysisNotFound)
    async with platform.db.transaction() as connection:
        analysis = await _lock_open(connection, signer, analysis_uuid)
        await _take_bytes(platform, connection, analysis.account_id, announcements)
        names = {file.name for file in await queries.artifacts(connection, analysis_uuid)}
        if len(names | {announcement.artifact_name for announcement in announcements}) > MAX_ARTIFACTS:
            raise TooManyArtifacts
        rows = [
            await queries.announce_artifact(
                connection,
                analysis_uuid,
                announcement.artifact_name,
                announcement.content_type,
                announcement.size_bytes,
            )
            for announcement in announcements
        ]
    return await asyncio.to_thread(_addresses, platform, analysis, rows, announcements)


@retry_conflicts
async def add_annotations(
    platform: Platform, signer: Signer, analysis_id: str, annotations: Sequence[CheckedAnnotation], digest: bytes
) -> list[AnnotationRecord]:
    """Store a batch, all of it or nothing; repeating the request returns what it wrote the first time.

    Raises AnalysisNotFound, AnalysisEnded, TooManyAnnotations, or InvalidInput for files that were not announced and
    masks that are not of the image's size.
    """
    analysis_uuid = known_uuid(analysis_id, AnalysisNotFound)
    async with platform.db.transaction() as connection:
        analysis = await _lock(connection, signer, analysis_uuid)
        if (previous := await annotation_queries.batch(connection, analysis_uuid, digest)) is not None:
            return previous
        if analysis.is_final:
            raise AnalysisEnded
        if analysis.annotation_count + len(annotations) > MAX_ANNOTATIONS:
            raise TooManyAnnotations
        await _check_artifacts(connection, analysis_uuid, annotations)
        await _check_mask_sizes(connection, analysis, annotations)
        records = [
            AnnotationRecord(
                position,
                annotation.id,
                annotation.annotation_type,
                annotation.class_name,
                annotation.confidence,
                annotation.data,
            )
            for position, annotation in enumerate(annotations, start=analysis.annotation_count)
        ]
        await annotation_queries.insert(connection, analysis_uuid, digest, records)
    return records


async def _lock(connection: Connection, signer: Signer, analysis_id: UUID) -> AnalysisRecord:
    analysis = await queries.lock_for_signer(connection, signer.account_id, analysis_id)
    if analysis is None:
        raise AnalysisNotFound
    return analysis


async def _lock_open(connection: Connection, signer: Signer, analysis_id: UUID) -> AnalysisRecord:
    analysis = await _lock(connection, signer, analysis_id)
    if analysis.is_final:
        raise AnalysisEnded
    return analysis


async def _take_bytes(
    platform: Platform, connection: Connection, account_id: int, announcements: Sequence[ArtifactAnnouncement]
) -> None:
    owner = Caller(account_id, PIPELINE, plan=await account_queries.plan_of(connection, account_id))
    if platform.settings.quota_of(owner.plan, Quota.STORED_BYTES) is None:
        return
    faults = [
        Fault(f"/artifacts/{number}/size_bytes", f"artifacts.{number}.size_bytes: state the size, which is limited.")
        for number, announcement in enumerate(announcements)
        if announcement.size_bytes is None
    ]
    if faults:
        raise InvalidInput(*faults)
    total = sum(announcement.size_bytes or 0 for announcement in announcements)
    await quotas.take(connection, platform.settings, owner, {Quota.STORED_BYTES: total})


async def _check_artifacts(connection: Connection, analysis_id: UUID, annotations: Sequence[CheckedAnnotation]) -> None:
    references = [(number, annotation.artifact) for number, annotation in enumerate(annotations) if annotation.artifact]
    if not references:
        return
    names = {file.name for file in await queries.artifacts(connection, analysis_id)}
    faults = [
        _fault(number, artifact)
        for number, artifact in references
        if artifact.name not in names or artifact.analysis_id not in {None, analysis_id}
    ]
    if faults:
        raise InvalidInput(*faults)


async def _check_mask_sizes(
    connection: Connection, analysis: AnalysisRecord, annotations: Sequence[CheckedAnnotation]
) -> None:
    if not any(annotation.mask_size for annotation in annotations):
        return
    _, _, height, width = await queries.described_image(connection, analysis.image_id)
    faults = [
        Fault(
            f"/annotations/{number}/data/rle/size",
            f"annotations.{number}.data.rle.size: the mask is {size[0]} x {size[1]} pixels (height x width), but the "
            f"image is {height} x {width}.",
        )
        for number, annotation in enumerate(annotations)
        if (size := annotation.mask_size) and size != (height, width)
    ]
    if faults:
        raise InvalidInput(*faults[:MAX_FAULTS])


def _fault(number: int, artifact: ArtifactReference) -> Fault:
    member = "storage_path" if artifact.analysis_id else "artifact_name"
    detail = f"annotations.{number}.data.{member}: this analysis has no artifact {artifact.name}; presign it first."
    return Fault(f"/annotations/{number}/data/{member}", detail)


def _addresses(
    platform: Platform,
    analysis: AnalysisRecord,
    rows: Sequence[ArtifactRecord],
    announcements: Sequence[ArtifactAnnouncement],
) -> list[PresignedArtifact]:
    return [
        PresignedArtifact(
            analysis.id,
            row,
            platform.storage.upload_link(
                files.upload_key(analysis.id, row.id),
                account_id=analysis.account_id,
                content_type=row.content_type,
                size_bytes=row.announced_bytes,
                no_overwrite=announcement.no_overwrite,
            ),
            _headers(row, announcement),
        )
        for row, announcement in zip(rows, announcements, strict=True)
    ]


def _headers(row: ArtifactRecord, announcement: ArtifactAnnouncement) -> dict[str, str]:
    """Return the headers that the link signs and the upload therefore has to send."""
    length = {} if row.announced_bytes is None else {"Content-Length": str(row.announced_bytes)}
    guard = {"If-None-Match": "*"} if announcement.no_overwrite else {}
    return {"Content-Type": row.content_type, **length, **guard}
