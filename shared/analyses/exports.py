"""Exports of analyses, streamed in batches: a million annotations are never in memory together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Literal

import msgspec

from shared.analyses import queries
from shared.analyses.annotations import queries as annotation_queries
from shared.analyses.annotations.formats import (
    NOT_LABELLED,
    is_crowd,
    is_ignored,
    mask_of_runs,
    visibility_of,
    xywh_of,
)
from shared.analyses.annotations.queries import Filter
from shared.analyses.records import AnalysisRecord, AnnotationRecord
from shared.evaluation.detection import boxes, polygons, rle
from shared.evaluation.detection.masks import Mask
from shared.kit.csv_text import csv_text
from shared.kit.platform import Platform

Format = Literal["json", "csv", "coco"]

AT_ONCE = 5000

COLUMNS = ("annotation_id", "annotation_type", "class_name", "confidence", "position", "data_json")

# COCO has no form for labels and heatmaps of whole images, so its file leaves them out.
_IN_COCO = frozenset({"bounding_box", "segmentation", "keypoint"})


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
    """Stream COCO's annotations with their categories and image, without labels and heatmaps of whole images."""
    async with platform.db.connection() as connection:
        filename, height, width = await queries.described_image(connection, analysis.image_id)
        names = await annotation_queries.class_names(connection, analysis.id, sorted(_IN_COCO))
    categories = {name: number for number, name in enumerate(names, start=1)}
    image = {"id": 1, "file_name": filename, "height": height, "width": width}
    document = {
        "info": {"description": f"{analysis.model_name} {analysis.model_version}", "version": str(analysis.id)},
        "images": [image],
        "categories": [{"id": number, "name": name} for name, number in categories.items()],
    }
    yield msgspec.json.encode(document)[:-1] + b',"annotations":['
    separator = b""
    async for batch in _batches(platform, analysis):
        annotations = [annotation for annotation in batch if annotation.annotation_type in _IN_COCO]
        if annotations:
            entry = _coco_entry_of(categories)
            yield separator + await asyncio.to_thread(_join, entry, annotations)
            separator = b","
    yield b"]}"


async def _batches(platform: Platform, analysis: AnalysisRecord) -> AsyncIterator[list[AnnotationRecord]]:
    after = -1
    while True:
        async with platform.db.connection() as connection:
            batch = await annotation_queries.page(connection, analysis.id, Filter(), after=after, limit=AT_ONCE)
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


def _coco_entry_of(categories: dict[str, int]) -> Callable[[AnnotationRecord], dict[str, Any]]:
    def entry(annotation: AnnotationRecord) -> dict[str, Any]:
        return {
            # COCO's matching takes an id of 0 for "no object".
            "id": annotation.position + 1,
            "image_id": 1,
            "category_id": categories[annotation.class_name],
            "score": 1.0 if annotation.confidence is None else annotation.confidence,
            **_coco_object(annotation, msgspec.json.decode(annotation.data)),
        }

    return entry


def _coco_object(annotation: AnnotationRecord, data: dict[str, Any]) -> dict[str, Any]:
    stated = {"area": data["area"]} if data.get("area") is not None else {}
    # Only where it is said: programs that know no such member would be told of it everywhere.
    ignored = {"ignore": 1} if is_ignored(data) else {}
    return {"iscrowd": int(is_crowd(data)), **_coco_geometry(annotation, data), **stated, **ignored}


def _coco_geometry(annotation: AnnotationRecord, data: dict[str, Any]) -> dict[str, Any]:
    if annotation.annotation_type == "bounding_box":
        bbox = xywh_of(data)
        return {"bbox": bbox, "area": bbox[2] * bbox[3]}
    if annotation.annotation_type == "keypoint":
        points = data["keypoints"]
        states = [visibility_of(point) for point in points]
        flat = [value for point, state in zip(points, states, strict=True) for value in (point["x"], point["y"], state)]
        return {"keypoints": flat, "num_keypoints": sum(state != NOT_LABELLED for state in states)}
    return _coco_outline(data["points"]) if data["format"] == "polygon" else _coco_mask(mask_of_runs(data["rle"]))


def _coco_outline(points: Any) -> dict[str, Any]:
    # Measured without drawing it: a few corners far apart would keep a thread busy for a second each.
    return {
        "bbox": boxes.to_xywh(polygons.box(points))[0].tolist(),
        "area": polygons.area(points),
        "segmentation": [part.ravel().tolist() for part in polygons.parts(points)],
    }


def _coco_mask(mask: Mask) -> dict[str, Any]:
    left, top, right, bottom = mask.box
    return {
        "bbox": [left, top, right - left, bottom - top],
        "area": mask.area,
        "segmentation": {"counts": rle.compress(mask.counts), "size": [mask.height, mask.width]},
    }
