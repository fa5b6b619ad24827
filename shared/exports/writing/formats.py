"""The formats that are written: one module each, and a line here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Protocol, cast

import msgspec
from msgspec import Meta

from shared.exports.writing import coco, coco_results, dota, voc, yolo, yolo_obb
from shared.exports.writing.source import ExportSource, Notices
from shared.kit.storage.files import AnyFile, File

ExportFormat = Literal["coco", "coco_results", "voc", "yolo", "yolo_obb", "dota"]


class WrittenFormat(Protocol):
    """The interface of a format's module."""

    def write(self, source: ExportSource, folder: Path, notices: Notices) -> tuple[AnyFile, int]:
        """Write the file into the folder; returns it with the number of objects in it."""


WRITERS: dict[ExportFormat, WrittenFormat] = {
    "coco": cast("WrittenFormat", coco),
    "coco_results": cast("WrittenFormat", coco_results),
    "voc": cast("WrittenFormat", voc),
    "yolo": cast("WrittenFormat", yolo),
    "yolo_obb": cast("WrittenFormat", yolo_obb),
    "dota": cast("WrittenFormat", dota),
}


class ExportReport(msgspec.Struct, frozen=True):
    """What an export wrote, and what the format cannot say."""

    format: Annotated[str, Meta(description="Format of the file.")]
    role: Annotated[str, Meta(description="Whether the objects are ground truth or predictions.")]
    images: Annotated[int, Meta(description="Number of images in the file.")]
    images_without: Annotated[
        int, Meta(description="Number of images that are left out, as they have no analysis of this side.")
    ]
    annotations: Annotated[int, Meta(description="Number of objects in the file.")]
    notices: Annotated[list[str], Meta(description="What the format cannot say, with the number of objects.")]


def write(file_format: ExportFormat, source: ExportSource, folder: Path) -> Sequence[AnyFile]:
    """Write the file of a format into the folder, and the report about it; raises FileNamesCollide."""
    notices = Notices()
    file, count = WRITERS[file_format].write(source, folder, notices)
    role = "ground_truth" if source.is_truth else "predictions"
    report = ExportReport(file_format, role, len(source.images), source.images_without, count, notices.sentences())
    return [file, File("report.json", "application/json", msgspec.json.encode(report))]
