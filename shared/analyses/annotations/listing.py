"""Annotations and artifacts of an analysis, as its owner reads them."""

import asyncio
from typing import NamedTuple

import msgspec

from shared.accounts import Caller
from shared.analyses import find, queries
from shared.analyses.annotations import queries as annotation_queries
from shared.analyses.annotations.formats import AnnotationFormats, FormattedAnnotation, Size, convert
from shared.analyses.annotations.queries import Filter
from shared.analyses.errors import ArtifactNotFound, PageTooLarge
from shared.analyses.records import AnalysisRecord, AnnotationRecord, ArtifactRecord
from shared.kit.platform import Platform
from shared.kit.storage.links import Link

# A longer list of classes is of no use to a reader.
MAX_CLASSES = 200


class PositionedAnnotation(NamedTuple):
    """An annotation, and its position in the order in which they were sent, from 0."""

    position: int
    annotation: FormattedAnnotation


class AnnotationsPage(NamedTuple):
    """Some annotations of an analysis, and the position where the next page begins; None on the last page."""

    analysis: AnalysisRecord
    annotations: list[PositionedAnnotation]
    next: int | None


class Window(NamedTuple):
    """Some annotations of an analysis, the number of each class, and the number that matches the filter."""

    analysis: AnalysisRecord
    annotations: list[FormattedAnnotation]
    counts: dict[str, int]
    fitting: int


class LinkedArtifact(NamedTuple):
    """An artifact, with a link to it if it is stored."""

    file: ArtifactRecord
    link: Link | None


async def annotations(
    platform: Platform,
    caller: Caller,
    analysis_id: str,
    criteria: Filter,
    formats: AnnotationFormats,
    *,
    after: int,
    skip: int,
    limit: int,
) -> AnnotationsPage:
    """Return annotations of an analysis of the caller after a position, without the first `skip` of them.

    There are fewer than `limit` where their size or their conversion would be too much for one answer. Raises
    AnalysisNotFound, OutlineNotDrawn, or PageTooLarge for such a page that is not read by cursor.
    """
    analysis = await find(platform, caller, analysis_id)
    async with platform.db.connection() as connection:
        # One more than the page tells whether another one follows.
        records = await annotation_queries.page(
            connection, analysis.id, criteria, after=after, skip=skip, limit=limit + 1
        )
        _, _, height, width = await queries.described_image(connection, analysis.image_id)
    max_runs = platform.settings.ml_max_mask_runs
    converted = await asyncio.to_thread(convert, records[:limit], formats, Size(height, width), max_runs=max_runs)
    annotations = [
        PositionedAnnotation(record.position, annotation)
        for record, annotation in zip(records, converted, strict=False)
    ]
    is_short = len(converted) < limit and _is_cut(records, len(converted))
    if is_short and skip:
        raise PageTooLarge
    has_more = is_short or len(records) > limit
    return AnnotationsPage(analysis, annotations, annotations[-1].position + 1 if has_more else None)


async def window(
    platform: Platform, caller: Caller, analysis: AnalysisRecord, criteria: Filter, *, skip: int, limit: int
) -> Window:
    """Return some annotations of an analysis of the caller, as they were sent, and the number of each class."""
    assert analysis.account_id == caller.account_id, "the analysis is the caller's"
    async with platform.db.connection() as connection:
        records = await annotation_queries.page(connection, analysis.id, criteria, after=-1, limit=limit, skip=skip)
        counts, fitting = await annotation_queries.class_counts(connection, analysis.id, criteria, MAX_CLASSES)
    annotations = [
        FormattedAnnotation(
            record.id, record.annotation_type, record.class_name, record.confidence, msgspec.Raw(record.data.encode())
        )
        for record in records
    ]
    return Window(analysis, annotations, counts, fitting)


async def artifacts(
    platform: Platform, caller: Caller, analysis_id: str
) -> tuple[AnalysisRecord, list[LinkedArtifact]]:
    """List the artifacts of an analysis of the caller, with fresh links; raises AnalysisNotFound."""
    analysis = await find(platform, caller, analysis_id)
    async with platform.db.connection() as connection:
        files = await queries.artifacts(connection, analysis.id)
    return analysis, await asyncio.to_thread(_with_links, platform, analysis.account_id, files)


async def artifact_link(platform: Platform, caller: Caller, analysis_id: str, name: str) -> Link:
    """Return a link to an artifact of an analysis of the caller; raises AnalysisNotFound or ArtifactNotFound."""
    _, files = await artifacts(platform, caller, analysis_id)
    for file, link in files:
        if file.name == name and link is not None:
            return link
    raise ArtifactNotFound


def _is_cut(records: list[AnnotationRecord], count: int) -> bool:
    size = sum(len(record.data.encode()) for record in records)
    return count < len(records) or size >= annotation_queries.MAX_PAGE_BYTES


def _with_links(platform: Platform, account_id: int, files: list[ArtifactRecord]) -> list[LinkedArtifact]:
    return [
        LinkedArtifact(file, platform.storage.link(file.object_key, account_id=account_id) if file.object_key else None)
        for file in files
    ]
