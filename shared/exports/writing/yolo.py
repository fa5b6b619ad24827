"""YOLO: a zip archive with a text for each image, a line for each object, and data.yaml with the names of classes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from shared.analyses.annotations.formats import box_of
from shared.evaluation.detection.geometry import polygons
from shared.exports.writing.archive import archive, decimal
from shared.exports.writing.boxes import is_no_target, note_unsaid
from shared.exports.writing.source import ExportedImage, ExportedObject, ExportSource, Notices, stem_of
from shared.kit.storage.files import AnyFile, FileOnDisk

# The numbers of an object in shares of its image; None for what is left out.
SharesOf = Callable[[ExportedObject, dict[str, Any], ExportedImage, Notices], Sequence[float] | None]


def write(source: ExportSource, folder: Path, notices: Notices) -> tuple[AnyFile, int]:
    """Write `labels/<name>.txt` for every image, and data.yaml; raises FileNamesCollide."""
    return write_lines(source, folder, notices, _shares)


def write_lines(source: ExportSource, folder: Path, notices: Notices, shares_of: SharesOf) -> tuple[AnyFile, int]:
    """Write what `write` writes, with other numbers between the class and the confidence."""
    source.check_names()
    categories = sorted(source.categories.values(), key=lambda category: category.number)
    # Programs want the numbers from 0 on without gaps.
    numbers = {category.name: position for position, category in enumerate(categories)}
    path, count = folder / "yolo.zip", 0
    with archive(path) as packed:
        packed.add("data.yaml", yaml.safe_dump({"names": {number: name for name, number in numbers.items()}}))
        for image, objects in source.by_image():
            lines = [line for each in objects if (line := _line(each, image, numbers, source, notices, shares_of))]
            packed.add(f"labels/{stem_of(image)}.txt", "".join(f"{line}\n" for line in lines))
            count += len(lines)
    return FileOnDisk("yolo.zip", "application/zip", path), count


def _line(
    each: ExportedObject,
    image: ExportedImage,
    numbers: dict[str, int],
    source: ExportSource,
    notices: Notices,
    shares_of: SharesOf,
) -> str | None:
    data = each.data
    shares = shares_of(each, data, image, notices)
    if shares is None:
        return None
    note_unsaid(data, notices, "area", "attributes")
    if each.annotation_type == "segmentation":
        note_unsaid(data, notices, "bbox")
    if source.is_truth and each.confidence is not None:
        notices.note("object states a confidence, which is left out.", "objects state a confidence, which is left out.")
    if not source.is_truth:
        if each.confidence is None:
            notices.note(
                "prediction states no confidence, and has 1, as which it counts.",
                "predictions state no confidence, and have 1, as which they count.",
            )
        shares = [*shares, 1.0 if each.confidence is None else each.confidence]
    return " ".join((str(numbers[each.class_name]), *map(decimal, shares)))


def _shares(
    each: ExportedObject, data: dict[str, Any], image: ExportedImage, notices: Notices
) -> Sequence[float] | None:
    """Return a box or an outline in shares of the image; None for what is left out."""
    if is_no_target(data):
        notices.note(
            "group or object that is ignored (iscrowd, ignore, difficult) is left out.",
            "groups and objects that are ignored (iscrowd, ignore, difficult) are left out.",
        )
    elif each.annotation_type == "bounding_box":
        return _box(data, image, notices)
    elif each.annotation_type == "segmentation" and data["format"] == "polygon":
        outlines = polygons.parts(data["points"])
        if len(outlines) == 1:
            shares = [value / side for x, y in outlines[0] for value, side in ((x, image.width), (y, image.height))]
            return clipped(shares, notices)
        notices.note("outline of several parts is left out.", "outlines of several parts are left out.")
    else:
        notices.note(
            "mask, set of keypoints, label or heat map is left out.",
            "masks, keypoints, labels and heat maps are left out.",
        )
    return None


def _box(data: dict[str, Any], image: ExportedImage, notices: Notices) -> Sequence[float]:
    left, top, right, bottom = box_of(data)
    width, height = image.width, image.height
    shares = ((left + right) / 2 / width, (top + bottom) / 2 / height, (right - left) / width, (bottom - top) / height)
    if all(0 <= share <= 1 for share in shares):
        return shares
    left, right = (min(max(value / width, 0), 1) for value in (left, right))
    top, bottom = (min(max(value / height, 0), 1) for value in (top, bottom))
    notices.note(
        "object reaches over the edge of its image, and is cut off there.",
        "objects reach over the edge of their image, and are cut off there.",
    )
    return (left + right) / 2, (top + bottom) / 2, right - left, bottom - top


def clipped(shares: Sequence[float], notices: Notices) -> Sequence[float]:
    """Return shares from 0 to 1, and note those that are not."""
    if all(0 <= share <= 1 for share in shares):
        return shares
    notices.note(
        "object reaches over the edge of its image, and is cut off there.",
        "objects reach over the edge of their image, and are cut off there.",
    )
    return [min(max(share, 0), 1) for share in shares]
