"""Conversion of annotations between formats; takes values and returns values."""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import msgspec

from shared.analyses.errors import OutlineNotDrawn
from shared.analyses.records import AnnotationRecord
from shared.evaluation.detection import boxes, masks, outlines, polygons, rle
from shared.evaluation.detection.masks import Mask

BoxFormat = Literal["xywh", "xyxy"]
MaskFormat = Literal["rle", "coco_rle", "polygon"]

# Limit of what one answer may draw: a second's work, for outlines of two million pixels together.
MAX_STEPS = 10_000_000


class Size(NamedTuple):
    """The size of an image in pixels."""

    height: int
    width: int


class AnnotationFormats(NamedTuple):
    """The formats of boxes and masks; None leaves them as they were sent."""

    boxes: BoxFormat | None = None
    masks: MaskFormat | None = None


class FormattedAnnotation(msgspec.Struct, frozen=True):
    """An annotation in the requested format."""

    id: Any
    annotation_type: str
    class_name: str
    confidence: float | None
    data: msgspec.Raw


def convert(records: Iterable[AnnotationRecord], formats: AnnotationFormats, image: Size) -> list[FormattedAnnotation]:
    """Convert annotations to the requested formats; raises OutlineNotDrawn."""
    records = list(records)
    if formats.masks in {"rle", "coco_rle"}:
        _check_drawable(records)
    return [
        FormattedAnnotation(
            record.id,
            record.annotation_type,
            record.class_name,
            record.confidence,
            _convert_data(record, formats, image),
        )
        for record in records
    ]


def box_of(data: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a bounding box in either format, in pixels."""
    corners = boxes.to_xyxy([data["bbox"]])[0] if data["format"] == "xywh" else data["bbox"]
    left, top, right, bottom = (float(value) for value in corners)
    return left, top, right, bottom


def mask_of(data: dict[str, Any], image: Size) -> Mask:
    """Return the mask of a segmentation in any format; raises OutlineNotDrawn."""
    if data["format"] == "polygon":
        try:
            return polygons.to_mask(data["points"], image.height, image.width)
        except polygons.OutlineTooLong as error:
            raise OutlineNotDrawn from error
    return mask_of_runs(data["rle"])


def mask_of_runs(runs: dict[str, Any]) -> Mask:
    """Return the mask of run lengths, given as numbers or as COCO's compressed text."""
    height, width = runs["size"]
    counts = runs["counts"]
    return masks.of_counts(rle.decompress(counts) if isinstance(counts, str) else counts, height, width)


def _convert_data(record: AnnotationRecord, formats: AnnotationFormats, image: Size) -> msgspec.Raw:
    raw = record.data.encode()
    if record.annotation_type == "bounding_box" and formats.boxes:
        raw = msgspec.json.encode(_convert_box(msgspec.json.decode(raw), formats.boxes))
    elif record.annotation_type == "segmentation" and formats.masks:
        raw = msgspec.json.encode(_convert_mask(msgspec.json.decode(raw), formats.masks, image))
    return msgspec.Raw(raw)


def _convert_box(data: dict[str, Any], box_format: BoxFormat) -> dict[str, Any]:
    if data["format"] == box_format:
        return data
    to_format = boxes.to_xywh if box_format == "xywh" else boxes.to_xyxy
    return data | {"bbox": to_format([data["bbox"]])[0].tolist(), "format": box_format}


def _check_drawable(records: Iterable[AnnotationRecord]) -> None:
    """Raise OutlineNotDrawn where a few corners far apart would keep a thread busy for hours."""
    steps = 0
    for record in records:
        if record.annotation_type == "segmentation":
            data = msgspec.json.decode(record.data)
            steps += polygons.steps(data["points"]) if data["format"] == "polygon" else 0
        if steps > MAX_STEPS:
            raise OutlineNotDrawn


def _convert_mask(data: dict[str, Any], mask_format: MaskFormat, image: Size) -> dict[str, Any]:
    if mask_format == "polygon":
        return _to_polygon(data)
    mask = mask_of(data, image)
    counts = mask.counts.tolist()
    others = {name: value for name, value in data.items() if name != "points"}
    sizes = [mask.height, mask.width]
    return others | {
        "rle": {"counts": rle.compress(counts) if mask_format == "coco_rle" else counts, "size": sizes},
        "format": "rle",
    }


def _to_polygon(data: dict[str, Any]) -> dict[str, Any]:
    points = outlines.of_mask(mask_of_runs(data["rle"])) if data["format"] == "rle" else []
    # A polygon stays as it is, and an empty mask has no outline.
    if not points:
        return data
    others = {name: value for name, value in data.items() if name != "rle"}
    return others | {"points": points, "format": "polygon"}
