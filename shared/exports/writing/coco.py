"""COCO's JSON: instances, outlines, masks and keypoints with all categories of the project."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from shared.analyses.coco_form import IN_COCO, category_in_coco, coco_object, keypoint_names
from shared.exports.writing.source import NO_LABELS, ExportedImage, ExportedObject, ExportSource, Notices
from shared.kit.storage.files import AnyFile, FileOnDisk


def write(source: ExportSource, folder: Path, notices: Notices) -> tuple[AnyFile, int]:
    """Write images and categories by number, then one object after the other."""
    path = folder / "annotations.json"
    count = 0
    with path.open("wb") as file:
        file.write(msgspec.json.encode(_head(source, notices))[:-1] + b',"annotations":[')
        for count, entry in enumerate(entries(source, notices), start=1):
            # COCO's matching takes an id of 0 for "no object".
            file.write((b"," if count > 1 else b"") + msgspec.json.encode({"id": count, **entry}))
        file.write(b"]}")
    return FileOnDisk("annotations.json", "application/json", path), count


def entries(source: ExportSource, notices: Notices) -> Iterator[dict[str, Any]]:
    """Yield the objects that COCO can say, as its files have them, without ids of their own."""
    for each in source.objects():
        data = each.data
        if not _is_said(each, data, notices):
            continue
        category = source.categories[each.class_name]
        entry = {"image_id": source.images[each.image].number, "category_id": category.number}
        entry |= coco_object(each.annotation_type, data, category.keypoints)
        score = _score(each, source, notices)
        yield entry if score is None else {**entry, "score": score}


def _head(source: ExportSource, notices: Notices) -> dict[str, Any]:
    labels = _labels(source, notices)
    images = sorted(source.images, key=lambda image: image.number)
    categories = sorted(source.categories.values(), key=lambda category: category.number)
    return {
        "images": [
            {"id": image.number, "file_name": image.filename, "width": image.width, "height": image.height}
            | labels.get(image.number, {})
            for image in images
        ],
        "categories": [category_in_coco(category) for category in categories],
    }


def _labels(source: ExportSource, notices: Notices) -> dict[int, dict[str, list[int]]]:
    """Return LVIS' members of the images, by number; none where no image says which classes were looked for."""
    for _ in filter(lambda image: image.labels is None, source.images):
        notices.note(
            "image names the classes that were looked for in a form that cannot be read, and left out.",
            "images name the classes that were looked for in a form that cannot be read, and left out.",
        )
    if not any(image.labels and image.labels.names for image in source.images):
        return {}
    used: dict[int, set[str]] = {}
    for each in source.objects():
        used.setdefault(each.image, set()).add(each.class_name)
    return {image.number: _of_lvis(image, used.get(place, set()), source) for place, image in enumerate(source.images)}


def _of_lvis(image: ExportedImage, used: set[str], source: ExportSource) -> dict[str, list[int]]:
    labels = image.labels or NO_LABELS
    # A class of an object is looked for without being named.
    searched = {*labels.verified_classes, *labels.absent_classes} - used
    named = {"neg_category_ids": searched, "not_exhaustive_category_ids": set(labels.not_exhaustive_classes)}
    return {
        member: sorted(source.categories[name].number for name in names if name in source.categories)
        for member, names in named.items()
    }


def _is_said(each: ExportedObject, data: dict[str, Any], notices: Notices) -> bool:
    if each.annotation_type not in IN_COCO:
        notices.note(
            "label or heat map of a whole image is left out.", "labels and heat maps of whole images are left out."
        )
        return False
    if each.annotation_type == "keypoint":
        names = keypoint_names(data)
        if len(set(names)) < len(names):
            notices.note(
                "object with two keypoints of one name is left out.",
                "objects with two keypoints of one name are left out.",
            )
            return False
        if any(point.get("confidence") is not None for point in data["keypoints"]):
            notices.note(
                "object has keypoints with confidences, which are left out.",
                "objects have keypoints with confidences, which are left out.",
            )
    if each.annotation_type != "bounding_box":
        for name in ("area", "bbox"):
            if data.get(name) is None:
                notices.note(
                    f"object states no {name}, and has that of its outline, mask or keypoints.",
                    f"objects state no {name}, and have that of their outline, mask or keypoints.",
                )
    return True


def _score(each: ExportedObject, source: ExportSource, notices: Notices) -> float | None:
    if each.confidence is None and not source.is_truth:
        notices.note(
            "prediction states no confidence, and has 1, as which it counts.",
            "predictions state no confidence, and have 1, as which they count.",
        )
        return 1.0
    return each.confidence
