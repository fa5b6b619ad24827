"""What people read of an analysis beside itself."""

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

# Nobody reads a list of more classes.
MAX_CLASSES = 200


class PositionedAnnotation(NamedTuple):
    """An annotation, and its place in the order in which they were sent, from 0."""

    position: int
    annotation: FormattedAnnotation


class Window(NamedTuple):
    """Some annotations of an analysis, how many there are of each class, and how many fit what was asked for."""

    analysis: AnalysisRecord
    annotations: list[FormattedAnnotation]
    counts: dict[str, int]
    fitting: int


class LinkedArtifact(NamedTuple):
    """A file, with a link to it if it is there."""

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
    """An analysis of the caller, and annotations of it in their order; raises AnalysisNotFound."""
    analysis = await find(platform, caller, analysis_id)
    async with platform.db.connection() as connection:
        records = await annotation_queries.page(connection, analysis.id, criteria, after=after, limit=limit)
        _, height, width = await queries.described_image(connection, analysis.image_id)
    formatted = await asyncio.to_thread(convert, records, formats, Size(height, width))
    return analysis, [
        PositionedAnnotation(record.position, annotation) for record, annotation in zip(records, formatted, strict=True)
    ]


async def window(
    platform: Platform, caller: Caller, analysis: AnalysisRecord, criteria: Filter, *, skip: int, limit: int
) -> Window:
    """Some annotations of an analysis of the caller, as they were sent, and how many there are of each class."""
    assert analysis.account_id == caller.account_id, "the caller was shown the analysis"
    async with platform.db.connection() as connection:
        records = await annotation_queries.page(connection, analysis.id, criteria, after=-1, limit=limit, skip=skip)
        counts, fitting = await annotation_queries.class_counts(connection, analysis.id, criteria, MAX_CLASSES)
    formatted = [FormattedAnnotation(record.id, record.annotation_type, record.class_name, record.confidence,
                             msgspec.Raw(record.data.encode())) for record in records]  # fmt: skip
    return Window(analysis, formatted, counts, fitting)


async def artifacts(
    platform: Platform, caller: Caller, analysis_id: str
) -> tuple[AnalysisRecord, list[LinkedArtifact]]:
    """The files of an analysis of the caller, with fresh links; raises AnalysisNotFound."""
    analysis = await find(platform, caller, analysis_id)
    async with platform.db.connection() as connection:
        files = await queries.artifacts(connection, analysis.id)
    return analysis, await asyncio.to_thread(_with_links, platform, files)


async def artifact_link(platform: Platform, caller: Caller, analysis_id: str, name: str) -> Link:
    """A link to one file of an analysis of the caller; raises AnalysisNotFound or ArtifactNotFound."""
    _, files = await artifacts(platform, caller, analysis_id)
    for file, link in files:
        if file.name == name and link is not None:
            return link
    raise ArtifactNotFound


def _with_links(platform: Platform, files: list[ArtifactRecord]) -> list[LinkedArtifact]:
    return [LinkedArtifact(file, platform.storage.link(file.object_key) if file.object_key else None) for file in files]
