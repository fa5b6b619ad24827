"""Exports of analyses, streamed in batches: a million annotations are never in memory together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Literal

import msgspec

from shared.analyses import numbering, queries
from shared.analyses.annotations import queries as annotation_queries
from shared.analyses.annotations.queries import Filter
from shared.analyses.coco_form import IN_COCO, category_in_coco, coco_object, keypoint_names
from shared.analyses.numbering import Numbers
from shared.analyses.records import AnalysisRecord, AnnotationRecord
from shared.kit.csv_text import csv_text
from shared.kit.platform import Platform

AnnotationFormat = Literal["json", "csv", "coco"]

AT_ONCE = 5000

COLUMNS = ("annotation_id", "annotation_type", "class_name", "confidence", "position", "data_json")


async def as_json(platform: Platform, analysis: AnalysisRecord) -> AsyncIterator[bytes]:
    """Stream the analysis with all its annotations as JSON, the annotations as the pipeline sent them."""
    head = msgspec.json.encode(analysis.to_out())
    yield head[:-1] + b',"annotations":['
    separator = b""
    async for batch in _batches(platform, analysis):
        yield separator + await asyncio.to_thread(_join, _json_entry, batch)
        separator = b","
    yield b"]}"


async def as_csv(platform: Platform, analysis: AnalysisRecord) -> AsyncIterator[bytes]:
    """Stream a CSV line for each annotation; texts that a spreadsheet would take for a formula are escaped."""
    yield csv_text(COLUMNS, []).encode()
    async for batch in _batches(platform, analysis):
        yield (await asyncio.to_thread(_csv_rows, batch)).encode()


async def as_coco(platform: Platform, analysis: AnalysisRecord) -> AsyncIterator[bytes]:
    """Stream COCO's annotations with their categories and image, without labels and heatmaps of whole images.

    Images and categories have the numbers of the project, so that the files of two analyses fit together.
    """
    async with platform.db.connection() as connection:
        project_id, filename, height, width = await queries.described_image(connection, analysis.image_id)
        names = await annotation_queries.class_names(connection, analysis.id, sorted(IN_COCO))
    classes = dict.fromkeys(names, ()) | await _keypoints(platform, analysis)
    numbers = await numbering.number(platform, analysis.account_id, project_id, [analysis.image_id], classes)
    number = numbers.images[analysis.image_id]
    document = {
        "info": {"description": f"{analysis.model_name} {analysis.model_version}", "version": str(analysis.id)},
        "images": [{"id": number, "file_name": filename, "height": height, "width": width}],
        "categories": [category_in_coco(numbers.categories[name]) for name in names],
    }
    yield msgspec.json.encode(document)[:-1] + b',"annotations":['
    separator = b""
    async for batch in _batches(platform, analysis):
        annotations = [annotation for annotation in batch if annotation.annotation_type in IN_COCO]
        if annotations:
            yield separator + await asyncio.to_thread(_join, _coco_entry_of(numbers, number), annotations)
            separator = b","
    yield b"]}"


async def _keypoints(platform: Platform, analysis: AnalysisRecord) -> dict[str, Sequence[str]]:
    """Return the names of keypoints by class."""
    names: dict[str, dict[str, None]] = {}
    async for batch in _batches(platform, analysis, Filter("keypoint")):
        for annotation in batch:
            found = keypoint_names(msgspec.json.decode(annotation.data))
            names.setdefault(annotation.class_name, {}).update(dict.fromkeys(found))
    return {name: list(keypoints) for name, keypoints in names.items()}


async def _batches(
    platform: Platform, analysis: AnalysisRecord, criteria: Filter | None = None
) -> AsyncIterator[list[AnnotationRecord]]:
    after = -1
    while True:
        async with platform.db.connection() as connection:
            batch = await annotation_queries.page(
                connection, analysis.id, criteria or Filter(), after=after, limit=AT_ONCE
            )
        if not batch:
            return
        yield batch
        after = batch[-1].position


def _join(entry: Callable[[AnnotationRecord], Any], batch: Sequence[AnnotationRecord]) -> bytes:
    return b",".join(msgspec.json.encode(entry(annotation)) for annotation in batch)


def _json_entry(annotation: AnnotationRecord) -> dict[str, Any]:
    return {
        "id": annotation.id,
        "annotation_type": annotation.annotation_type,
        "class_name": annotation.class_name,
        "confidence": annotation.confidence,
        "data": msgspec.Raw(annotation.data.encode()),
    }


def _csv_rows(batch: Sequence[AnnotationRecord]) -> str:
    return csv_text(
        (),
        (
            (
                str(annotation.id),
                annotation.annotation_type,
                annotation.class_name,
                annotation.confidence,
                annotation.position,
                annotation.data,
            )
            for annotation in batch
        ),
    )


def _coco_entry_of(numbers: Numbers, image: int) -> Callable[[AnnotationRecord], dict[str, Any]]:
    def entry(annotation: AnnotationRecord) -> dict[str, Any]:
        category = numbers.categories[annotation.class_name]
        data = msgspec.json.decode(annotation.data)
        return {
            # COCO's matching takes an id of 0 for "no object".
            "id": annotation.position + 1,
            "image_id": image,
            "category_id": category.number,
            "score": 1.0 if annotation.confidence is None else annotation.confidence,
            **coco_object(annotation.annotation_type, data, category.keypoints),
        }

    return entry
