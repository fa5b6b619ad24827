"""Conversion of annotations between formats; takes values and returns values."""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import msgspec

from shared.analyses.errors import OutlineNotDrawn
from shared.analyses.records import AnnotationRecord
from shared.evaluation.detection.geometry import boxes, masks, outlines, polygons, rle
from shared.evaluation.detection.geometry.masks import Mask

BoxFormat = Literal["xywh", "xyxy"]
MaskFormat = Literal["rle", "coco_rle", "polygon"]

# Run lengths that one answer converts, which take two seconds; what is left of the page comes with the next one.
MAX_RUNS = 400_000

# No run length has more characters as JSON, and the rest of a mask's data is short; what is longer is not read.
_CHARACTERS_OF_RUN, _CHARACTERS_OF_REST = 12, 16 * 1024

# Limit of what one answer may draw: a second's work, for outlines of two million pixels together.
MAX_STEPS = 10_000_000

# COCO's visibility of a keypoint: not labelled, labelled and hidden, labelled and visible.
NOT_LABELLED, HIDDEN, VISIBLE = 0, 1, 2


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


def convert(
    records: Iterable[AnnotationRecord], formats: AnnotationFormats, image: Size, *, max_runs: int
) -> list[FormattedAnnotation]:
    """Convert annotations to the requested formats, up to the one with which their run lengths exceed MAX_RUNS.

    The first is always converted. Masks of more than `max_runs` run lengths stay as they were sent, so that number
    bounds the work. Raises OutlineNotDrawn.
    """
    records = list(records)
    if formats.masks in {"rle", "coco_rle"}:
        _check_drawable(records)
    converted, runs = list[FormattedAnnotation](), 0
    for record in records:
        data = _mask_data(record, max_runs) if formats.masks else None
        runs += _runs(data)
        if converted and runs > MAX_RUNS:
            break
        raw = _convert_data(record, data, formats, image)
        converted.append(
            FormattedAnnotation(record.id, record.annotation_type, record.class_name, record.confidence, raw)
        )
    return converted


def box_of(data: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a bounding box in either format, in pixels."""
    corners = boxes.to_xyxy([data["bbox"]])[0] if data["format"] == "xywh" else data["bbox"]
    left, top, right, bottom = (float(value) for value in corners)
    return left, top, right, bottom


def xywh_of(data: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return left, top, width and height of a box, in pixels: as they were sent, if so they were.

    That of a segmentation is the box that is stated beside it.
    """
    if data["format"] != "xyxy":
        left, top, width, height = (float(value) for value in data["bbox"])
        return left, top, width, height
    left, top, right, bottom = box_of(data)
    return left, top, right - left, bottom - top


def outline_box_of(data: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the box around a segmentation, in pixels: the stated one, if there is one.

    A polygon is not drawn for it.
    """
    if data.get("bbox") is not None:
        return box_of({"format": "xywh", "bbox": data["bbox"]})
    if data["format"] == "polygon":
        return polygons.box(data["points"])
    left, top, right, bottom = mask_of_runs(data["rle"]).box
    return float(left), float(top), float(right), float(bottom)


def computed_area_of(data: dict[str, Any]) -> float:
    """Return the area of a box or segmentation in pixels, whatever area was stated; a polygon is not drawn for it."""
    if data["format"] == "polygon":
        return polygons.area(data["points"])
    if data["format"] == "rle":
        return float(mask_of_runs(data["rle"]).area)
    _, _, width, height = xywh_of(data)
    return width * height


def is_crowd(data: dict[str, Any]) -> bool:
    """Return whether an annotation marks a group of objects (COCO's `iscrowd`)."""
    return is_marked(data.get("iscrowd"))


def is_ignored(data: dict[str, Any]) -> bool:
    """Return whether an object neither has to be found nor counts as an error (`ignore`, or VOC's `difficult`)."""
    return is_marked(data.get("ignore")) or is_marked(data.get("difficult"))


def is_marked(flag: Any) -> bool:
    """Return whether a flag is set; older annotations hold any value there."""
    return flag in (1, True)


def visibility_of(point: dict[str, Any]) -> int:
    """Return COCO's visibility of a keypoint; one that states none is visible."""
    visibility = point.get("visibility")
    # Older annotations hold any value there.
    return visibility if visibility in (NOT_LABELLED, HIDDEN) else VISIBLE


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


def _mask_data(record: AnnotationRecord, max_runs: int) -> dict[str, Any] | None:
    """Return the data of a mask that may be converted; None for any other annotation."""
    is_mask = record.annotation_type == "segmentation"
    if not is_mask or len(record.data) > _CHARACTERS_OF_RUN * max_runs + _CHARACTERS_OF_REST:
        return None
    data: dict[str, Any] = msgspec.json.decode(record.data)
    return data if _runs(data) <= max_runs else None


def _runs(data: dict[str, Any] | None) -> int:
    """Return the number of a mask's run lengths; 0 for an outline."""
    if data is None or data["format"] == "polygon":
        return 0
    counts = data["rle"]["counts"]
    return rle.count(counts) if isinstance(counts, str) else len(counts)


def _convert_data(
    record: AnnotationRecord, mask: dict[str, Any] | None, formats: AnnotationFormats, image: Size
) -> msgspec.Raw:
    raw = record.data.encode()
    if record.annotation_type == "bounding_box" and formats.boxes:
        raw = msgspec.json.encode(_convert_box(msgspec.json.decode(raw), formats.boxes))
    elif mask is not None and formats.masks:
        raw = msgspec.json.encode(_convert_mask(mask, formats.masks, image))
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
