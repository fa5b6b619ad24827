"""Objects in the form of COCO's files (https://cocodataset.org/#format-data); takes values and returns values.

Every object has the box and the area that programs for these files ask for. Where none is stated, they are those of
what it states: of the outline, of the mask, or of the labelled keypoints, as pycocotools computes them for results.
"""

from collections.abc import Sequence
from typing import Any

from shared.analyses.annotations.formats import (
    NOT_LABELLED,
    computed_area_of,
    is_crowd,
    is_ignored,
    mask_of_runs,
    outline_box_of,
    visibility_of,
    xywh_of,
)
from shared.analyses.numbered_categories import NumberedCategory
from shared.evaluation.detection.geometry import polygons, rle

# COCO has no form for labels and heat maps of whole images, so its files leave them out.
IN_COCO = frozenset({"bounding_box", "segmentation", "keypoint"})


def coco_object(annotation_type: str, data: dict[str, Any], keypoints: Sequence[str]) -> dict[str, Any]:
    """Return what COCO's file says of an annotation of one of these types, whose category has these keypoints."""
    stated = {name: data[name] for name in ("area", "attributes") if data.get(name) is not None}
    # Only where it is said: programs that know no such member would be told of it everywhere.
    ignored = {"ignore": 1} if is_ignored(data) else {}
    difficult = {"difficult": 1} if data.get("difficult") in (1, True) else {}
    geometry = _geometry(annotation_type, data, keypoints)
    return {"iscrowd": int(is_crowd(data)), **geometry, **stated, **ignored, **difficult}


def category_in_coco(category: NumberedCategory) -> dict[str, Any]:
    """Return what COCO's file says of a category."""
    entry: dict[str, Any] = {"id": category.number, "name": category.name}
    if category.frequency is not None:
        # LVIS has its first letter.
        entry["frequency"] = category.frequency[0]
    return entry | ({"keypoints": category.keypoints, "skeleton": category.skeleton} if category.keypoints else {})


def keypoint_names(data: dict[str, Any]) -> list[str]:
    """Return the names of an annotation's keypoints, in its order."""
    return [point["name"] for point in data["keypoints"]]


def _geometry(annotation_type: str, data: dict[str, Any], keypoints: Sequence[str]) -> dict[str, Any]:
    if annotation_type == "keypoint":
        return _keypoints(data, keypoints)
    if annotation_type == "bounding_box":
        # Many programs ask for the member, also where there is no outline.
        return {"bbox": list(xywh_of(data)), "area": computed_area_of(data), "segmentation": []}
    box = xywh_of(data) if data.get("bbox") is not None else _xywh(outline_box_of(data))
    return {"bbox": list(box), "area": computed_area_of(data), "segmentation": _segmentation(data)}


def _segmentation(data: dict[str, Any]) -> Any:
    if data["format"] == "polygon":
        # Not drawn: a few corners far apart would keep a thread busy for a second each.
        return [part.ravel().tolist() for part in polygons.parts(data["points"])]
    mask = mask_of_runs(data["rle"])
    return {"counts": rle.compress(mask.counts), "size": [mask.height, mask.width]}


def _keypoints(data: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    by_name = {point["name"]: point for point in data["keypoints"]}
    flat, labelled = [], []
    for name in names:
        point = by_name.get(name)
        state = NOT_LABELLED if point is None else visibility_of(point)
        flat += [0, 0, state] if point is None else [point["x"], point["y"], state]
        if point is not None and state != NOT_LABELLED:
            labelled.append((point["x"], point["y"]))
    box = list(xywh_of({"format": "xywh", **data})) if data.get("bbox") is not None else _box_around(labelled)
    return {"keypoints": flat, "num_keypoints": len(labelled), "bbox": box, "area": box[2] * box[3]}


def _box_around(points: Sequence[tuple[float, float]]) -> list[float]:
    if not points:
        return [0, 0, 0, 0]
    columns, rows = zip(*points, strict=True)
    return list(_xywh((min(columns), min(rows), max(columns), max(rows))))


def _xywh(corners: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = corners
    return left, top, right - left, bottom - top
