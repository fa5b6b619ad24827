"""Pascal VOC: a zip archive with an XML document for each image; boxes only."""

import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from shared.analyses.annotations.formats import is_crowd
from shared.exports.writing.archive import archive, decimal
from shared.exports.writing.boxes import Corners, corners_of, is_no_target, note_unsaid
from shared.exports.writing.source import ExportedImage, ExportedObject, ExportSource, Notices, stem_of
from shared.kit.storage.files import AnyFile, FileOnDisk

_CORNERS = ("xmin", "ymin", "xmax", "ymax")

# XML 1.0 has no other characters, not even escaped; line ends come back as others.
_UNWRITABLE = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(source: ExportSource, folder: Path, notices: Notices) -> tuple[AnyFile, int]:
    """Write `Annotations/<name>.xml` for every image; raises FileNamesCollide."""
    source.check_names()
    path, count = folder / "voc.zip", 0
    with archive(path) as packed:
        for image, objects in source.by_image():
            root = _document(image)
            for each in objects:
                count += _add(root, each, source, notices)
            indent(root)
            packed.add(f"Annotations/{stem_of(image)}.xml", tostring(root, encoding="unicode") + "\n")
    return FileOnDisk("voc.zip", "application/zip", path), count


def _document(image: ExportedImage) -> Element:
    root = Element("annotation")
    _member(root, "filename", _UNWRITABLE.sub("_", image.filename))
    size = SubElement(root, "size")
    _member(size, "width", str(image.width))
    _member(size, "height", str(image.height))
    return root


def _add(root: Element, each: ExportedObject, source: ExportSource, notices: Notices) -> int:
    """Add an object, and return the number that was added."""
    data = each.data
    if _UNWRITABLE.search(each.class_name) or each.class_name != each.class_name.strip():
        notices.note(
            "object has a class name that XML cannot hold, and is left out.",
            "objects have a class name that XML cannot hold, and are left out.",
        )
        return 0
    corners = corners_of(each, data, notices)
    if corners is None:
        return 0
    note_unsaid(data, notices, "area", "attributes")
    if is_crowd(data):
        notices.note(
            "group (iscrowd) is written as difficult, which only one detection may match.",
            "groups (iscrowd) are written as difficult, which only one detection may match.",
        )
    _object(root, each, data, corners, source, notices)
    return 1


def _object(
    root: Element, each: ExportedObject, data: dict[str, Any], corners: Corners, source: ExportSource, notices: Notices
) -> None:
    element = SubElement(root, "object")
    _member(element, "name", each.class_name)
    _member(element, "difficult", str(int(is_no_target(data))))
    box = SubElement(element, "bndbox")
    for name, value in zip(_CORNERS, corners, strict=True):
        _member(box, name, decimal(value))
    confidence = each.confidence
    if confidence is None and not source.is_truth:
        notices.note(
            "prediction states no confidence, and has 1, as which it counts.",
            "predictions state no confidence, and have 1, as which they count.",
        )
        confidence = 1.0
    if confidence is not None and source.is_truth:
        notices.note("object states a confidence, which is left out.", "objects state a confidence, which is left out.")
    elif confidence is not None:
        _member(element, "confidence", decimal(confidence))


def _member(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
