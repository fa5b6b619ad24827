"""DOTA: a zip archive of texts of oriented boxes (https://captain-whu.github.io/DOTA/dataset.html).

Ground truth has a text for each image, predictions have one for each class.
"""

from collections.abc import Sequence
from pathlib import Path

from shared.analyses.annotations.formats import is_crowd
from shared.exports.writing.archive import Archive, archive, decimal
from shared.exports.writing.boxes import is_no_target, note_unsaid, oriented_corners_of
from shared.exports.writing.source import ExportedObject, ExportSource, Notices, stem_of
from shared.kit.storage.files import AnyFile, FileOnDisk


def write(source: ExportSource, folder: Path, notices: Notices) -> tuple[AnyFile, int]:
    """Write `labelTxt/<name>.txt` for every image, or `Task1_<class>.txt`; raises FileNamesCollide."""
    source.check_names()
    path = folder / "dota.zip"
    with archive(path) as packed:
        count = _write_truth(packed, source, notices) if source.is_truth else _write_results(packed, source, notices)
    return FileOnDisk("dota.zip", "application/zip", path), count


def _write_truth(packed: Archive, source: ExportSource, notices: Notices) -> int:
    count = 0
    for image, objects in source.by_image():
        lines = []
        for each in objects:
            if (corners := _corners(each, notices)) is None:
                continue
            if is_crowd(each.data):
                notices.note(
                    "group (iscrowd) is written as difficult, which only one detection may match.",
                    "groups (iscrowd) are written as difficult, which only one detection may match.",
                )
            if each.confidence is not None:
                notices.note(
                    "object states a confidence, which is left out.", "objects state a confidence, which is left out."
                )
            lines.append(" ".join((*map(decimal, corners), each.class_name, str(int(is_no_target(each.data))))))
        packed.add(f"labelTxt/{stem_of(image)}.txt", "".join(f"{line}\n" for line in lines))
        count += len(lines)
    return count


def _write_results(packed: Archive, source: ExportSource, notices: Notices) -> int:
    # A text for each class is written as a whole, after the last image.
    lines: dict[str, list[str]] = {}
    for image, objects in source.by_image():
        name = stem_of(image)
        for each in objects:
            if name.split() != [name] or "/" in each.class_name or each.class_name.startswith("."):
                notices.note(
                    "object has an image or a class whose name DOTA's results cannot hold, and is left out.",
                    "objects have an image or a class whose name DOTA's results cannot hold, and are left out.",
                )
                continue
            if (corners := _corners(each, notices)) is None:
                continue
            if each.confidence is None:
                notices.note(
                    "prediction states no confidence, and has 1, as which it counts.",
                    "predictions state no confidence, and have 1, as which they count.",
                )
            confidence = 1.0 if each.confidence is None else each.confidence
            lines.setdefault(each.class_name, []).append(" ".join((name, *map(decimal, (confidence, *corners)))))
    for label in sorted(lines):
        packed.add(f"Task1_{label}.txt", "".join(f"{line}\n" for line in lines[label]))
    return sum(map(len, lines.values()))


def _corners(each: ExportedObject, notices: Notices) -> Sequence[float] | None:
    if " ".join(each.class_name.split()) != each.class_name:
        notices.note(
            "object has a class name with blanks that a line of DOTA's cannot hold, and is left out.",
            "objects have a class name with blanks that a line of DOTA's cannot hold, and are left out.",
        )
        return None
    corners = oriented_corners_of(each, each.data, notices)
    if corners is not None:
        note_unsaid(each.data, notices, "area", "attributes")
        if each.annotation_type == "segmentation":
            note_unsaid(each.data, notices, "bbox")
    return corners
