"""Webhook events of analyses, written in the transaction of the change that they report."""

import msgspec

from shared import webhooks
from shared.analyses.lifecycle import AnalysisStatus
from shared.analyses.records import (
    AnalysedImage,
    AnalysisOut,
    AnalysisRecord,
    ImageFile,
    ImageToAnalyse,
    QueuedAnalysis,
)
from shared.jobs import queries as job_queries
from shared.kit.database.transactions import Connection
from shared.kit.platform import Platform
from shared.webhooks.events import EventType

EVENTS: dict[AnalysisStatus, EventType] = {
    AnalysisStatus.QUEUED: "analysis.queued",
    AnalysisStatus.PROCESSING: "analysis.processing",
    AnalysisStatus.COMPLETED: "analysis.completed",
    AnalysisStatus.FAILED: "analysis.failed",
    AnalysisStatus.CANCELLED: "analysis.cancelled",
}


async def announce(
    platform: Platform, connection: Connection, analysis: AnalysisRecord, data: AnalysisOut | None = None
) -> None:
    """Write the event of the status that an analysis has just reached, and notify those that wait for it."""
    await webhooks.announce(
        platform,
        connection,
        account_id=analysis.account_id,
        event_type=EVENTS[analysis.status],
        data=data or analysis.to_out(),
        callback_url=None,
    )
    await job_queries.notify(connection, analysis.id)


def with_image_link(platform: Platform, analysis: AnalysisRecord, image: ImageFile) -> QueuedAnalysis:
    """Return the analysis with a link to its image."""
    link = platform.storage.link(image.object_key, account_id=analysis.account_id) if image.object_key else None
    fields = {name: getattr(image, name) for name in AnalysedImage.__struct_fields__}
    linked_image = ImageToAnalyse(**fields, url=link and link.url, expires_at=link and link.expires_at)
    return QueuedAnalysis(**msgspec.structs.asdict(analysis.to_out()), image=linked_image)
