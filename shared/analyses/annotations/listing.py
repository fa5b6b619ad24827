"""Annotations and artifacts of an analysis, as its owner reads them."""

import asyncio
from typing import NamedTuple

import msgspec

from shared.accounts import Caller
from shared.analyses import find, queries
from shared.analyses.annotations import queries as annotation_queries
from shared.analyses.annotations.formats import AnnotationFormats, FormattedAnnotation, Size, convert
from shared.analyses.annotations.queries import Filter
from shared.analyses.errors import ArtifactNotFound
from shared.analyses.records import AnalysisRecord, ArtifactRecord
from shared.kit.platform import Platform
from shared.kit.storage import Link

# A longer list of classes is of no use to a reader.
MAX_CLASSES = 200


class PositionedAnnotation(NamedTuple):
    """An annotation, and its position in the order in which they were sent, from 0."""

    position: int
    annotation: FormattedAnnotation


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
    limit: int,
) -> tuple[AnalysisRecord, list[PositionedAnnotation]]:
    """Return an analysis of the caller and its annotations after a position.

    Raises AnalysisNotFound, OutlineNotDrawn.
    """
    analysis = await find(platform, caller, analysis_id)
    async with platform.db.connection() as connection:
        records = await annotation_queries.page(connection, analysis.id, criteria, after=after, limit=limit)
        _, height, width = await queries.described_image(connection, analysis.image_id)
    annotations = await asyncio.to_thread(convert, records, formats, Size(height, width))
    return analysis, [
        PositionedAnnotation(record.position, annotation)
        for record, annotation in zip(records, annotations, strict=True)
    ]


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
    return analysis, await asyncio.to_thread(_with_links, platform, files)


async def artifact_link(platform: Platform, caller: Caller, analysis_id: str, name: str) -> Link:
    """Return a link to an artifact of an analysis of the caller; raises AnalysisNotFound or ArtifactNotFound."""
    _, files = await artifacts(platform, caller, analysis_id)
    for file, link in files:
        if file.name == name and link is not None:
            return link
    raise ArtifactNotFound


def _with_links(platform: Platform, files: list[ArtifactRecord]) -> list[LinkedArtifact]:
    return [LinkedArtifact(file, platform.storage.link(file.object_key) if file.object_key else None) for file in files]
