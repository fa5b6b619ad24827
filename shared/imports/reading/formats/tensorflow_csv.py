"""The CSV of TensorFlow's object detection, which Roboflow writes too: a line for each box, with its image."""

from typing import Any

from shared.imports.reading.files import InputFiles, pointer_of
from shared.imports.reading.meanings import is_flag, is_turn, refuse_turns, take_flags
from shared.imports.reading.objects import (
    ReadFile,
    ReadImage,
    ReadingRules,
    ReadObject,
    confidence_among,
    named,
    whole_number_of,
)
from shared.imports.reading.tables import columns_of, rows_of
from shared.imports.reading.xml_text import number_of

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_NEEDED = frozenset({"filename", "width", "height", "class", *_CORNERS})
_CONFIDENCES = ("score", "confidence")


def recognise(files: InputFiles) -> bool:
    """Tell whether there is a table whose first line names the columns."""
    return bool(_tables(files))


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every table; notes every fault at its place. Raises AnnotationsUnreadable."""
    tables = _tables(files) or files.ending_with(".csv") or list(files)
    images = dict[str, ReadImage]()
    for name in tables:
        prefix = pointer_of(name) if len(tables) > 1 else ""
        for line, row in rows_of(name, files[name]):
            pointer = f"{prefix}/{line}"
            if missing := _NEEDED - row.keys():
                rules.checker.note(pointer, f"the table has no column {', '.join(sorted(missing))}")
                break
            image = _image(images, row, rules, pointer)
            image.objects.append(ReadObject(_object(row, rules, pointer), pointer))
            if rules.checker.is_full:
                break
    return ReadFile(list(images.values()), named(images.values()))


def _tables(files: InputFiles) -> list[str]:
    names = files.ending_with(".csv") if files.is_archive else list(files)
    return [name for name in names if columns_of(files.head(name)) >= _NEEDED]


def _image(images: dict[str, ReadImage], row: dict[str, str], rules: ReadingRules, pointer: str) -> ReadImage:
    name = row["filename"]
    width, height = (whole_number_of(row[side].strip()) for side in ("width", "height"))
    if width is None or height is None:
        rules.checker.note(f"{pointer}/width", "expected the width and the height of the image in pixels")
    image = images.setdefault(name, ReadImage(pointer, name, width=width, height=height))
    if (image.width, image.height) != (width, height):
        rules.checker.note(f"{pointer}/width", "says another size of the image than the line of its first box")
    return image


def _object(row: dict[str, str], rules: ReadingRules, pointer: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "format": "xyxy",
        "bbox": [number_of(row[corner], rules.checker, f"{pointer}/{corner}") for corner in _CORNERS],
    }
    beyond = {name: cell.strip() for name, cell in row.items() if name not in {*_NEEDED, *_CONFIDENCES} and cell}
    rules.unkept.update(name[:50] for name in beyond if not is_flag(name) and not is_turn(name))
    take_flags(beyond, data, rules.checker, pointer)
    refuse_turns(beyond, rules.checker, pointer)
    label = row["class"]
    annotation = {"annotation_type": "bounding_box", "class_name": rules.names.get(label, label), "data": data}
    rated = confidence_among(row, _CONFIDENCES, rules.checker, f"{pointer}/score")
    rules.rate(annotation, number_of(rated, rules.checker, f"{pointer}/score"), f"{pointer}/score")
    return annotation
