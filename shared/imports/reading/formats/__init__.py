"""The formats that are read: one module or folder each, and a line here."""

from typing import Literal, Protocol, cast

from shared.imports.errors import AnnotationFormatUnknown
from shared.imports.reading.files import InputFiles
from shared.imports.reading.formats import (
    coco,
    cvat,
    datumaro,
    dota,
    forms_not_read,
    kitti,
    label_studio,
    labelme,
    openimages,
    sagemaker,
    tensorflow_csv,
    via,
    voc,
    yolo,
)
from shared.imports.reading.formats.coco import results as coco_results
from shared.imports.reading.objects import ReadFile, ReadingRules

FormatName = Literal[
    "coco",
    "coco_results",
    "voc",
    "yolo",
    "cvat",
    "labelme",
    "label_studio",
    "openimages",
    "kitti",
    "datumaro",
    "dota",
    "via",
    "sagemaker",
    "tensorflow_csv",
]


class Format(Protocol):
    """The interface of a format's module."""

    def recognise(self, files: InputFiles) -> bool:
        """Tell by names and first bytes whether the files are of this format."""

    def read(self, files: InputFiles, rules: ReadingRules) -> ReadFile:
        """Read all of the files; notes every fault at its place, and raises the errors of imports."""


# Those come first that others would take for theirs.
FORMATS: dict[FormatName, Format] = {
    "via": cast("Format", via),
    "sagemaker": cast("Format", sagemaker),
    "tensorflow_csv": cast("Format", tensorflow_csv),
    "datumaro": cast("Format", datumaro),
    "labelme": cast("Format", labelme),
    "label_studio": cast("Format", label_studio),
    "coco": cast("Format", coco),
    "coco_results": cast("Format", coco_results),
    "voc": cast("Format", voc),
    "cvat": cast("Format", cvat),
    "dota": cast("Format", dota),
    "kitti": cast("Format", kitti),
    "yolo": cast("Format", yolo),
    "openimages": cast("Format", openimages),
}


def recognise(files: InputFiles) -> FormatName:
    """Return the first format that recognises the files; raises AnnotationFormatUnknown."""
    for name, file_format in FORMATS.items():
        if file_format.recognise(files):
            return name
    raise AnnotationFormatUnknown(
        forms_not_read.advice_for(files)
        or f"The file is in none of the formats that are read: {', '.join(FORMATS)}. Name its format with `format`."
    )
