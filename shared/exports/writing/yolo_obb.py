"""YOLO with oriented boxes: as YOLO, with four corners of each object (https://docs.ultralytics.com/datasets/obb/)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.exports.writing import yolo
from shared.exports.writing.boxes import is_no_target, oriented_corners_of
from shared.exports.writing.source import ExportedImage, ExportedObject, ExportSource, Notices
from shared.kit.storage.files import AnyFile


def write(source: ExportSource, folder: Path, notices: Notices) -> tuple[AnyFile, int]:
    """Write `labels/<name>.txt` for every image, and data.yaml; raises FileNamesCollide."""
    return yolo.write_lines(source, folder, notices, _shares)


def _shares(
    each: ExportedObject, data: dict[str, Any], image: ExportedImage, notices: Notices
) -> Sequence[float] | None:
    if is_no_target(data):
        notices.note(
            "group or object that is ignored (iscrowd, ignore, difficult) is left out.",
            "groups and objects that are ignored (iscrowd, ignore, difficult) are left out.",
        )
        return None
    corners = oriented_corners_of(each, data, notices)
    if corners is None:
        return None
    shares = [value / (image.height if number % 2 else image.width) for number, value in enumerate(corners)]
    return yolo.clipped(shares, notices)
