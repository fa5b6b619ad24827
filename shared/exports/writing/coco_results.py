"""COCO's results: a JSON list of detections, by the numbers of images and categories that the ground truth has too."""

from pathlib import Path

import msgspec

from shared.exports.writing import coco
from shared.exports.writing.source import ExportSource, Notices
from shared.kit.storage.files import AnyFile, FileOnDisk

# Results are never crowds; programs that read them compute the area themselves.
_LEFT_OUT = ("iscrowd", "num_keypoints", "area")


def write(source: ExportSource, folder: Path, notices: Notices) -> tuple[AnyFile, int]:
    """Write one detection after the other."""
    path = folder / "results.json"
    count = 0
    with path.open("wb") as file:
        file.write(b"[")
        for count, entry in enumerate(coco.entries(source, notices), start=1):
            detection = {name: value for name, value in entry.items() if name not in _LEFT_OUT}
            if detection.get("segmentation"):
                notices.note(
                    "mask has a box beside it, by whose area pycocotools calls it small or large.",
                    "masks have a box beside them, by whose area pycocotools calls them small or large.",
                )
            else:
                detection.pop("segmentation", None)
            file.write((b"," if count > 1 else b"") + msgspec.json.encode(detection))
        file.write(b"]")
    return FileOnDisk("results.json", "application/json", path), count
