"""Open Images' CSV: a line for each box in shares of the image (https://storage.googleapis.com/openimages/web/).

Beside it there may be tables of the labels that people have verified: an image and a class that is there or is not.
"""

import re
from typing import Any

from shared.analyses.annotations.formats import Size
from shared.imports.reading.files import InputFiles, pointer_of
from shared.imports.reading.meanings import is_turn, refuse_turns, take_flags
from shared.imports.reading.objects import ReadFile, ReadImage, ReadingRules, ReadObject, confidence_among, named
from shared.imports.reading.tables import columns_of, rows_of
from shared.imports.reading.xml_text import number_of
from shared.kit.plurals import counted, form

_CORNERS = ("XMin", "YMin", "XMax", "YMax")
_NAMES = re.compile(r"class[^/]*\.csv$")
_NEEDED = {"ImageID", "LabelName", *_CORNERS}
_LABEL_COLUMNS = {"ImageID", "LabelName", "Confidence"}
# Of a class that is there and of one that is not; others are a program's guesses.
_THERE, _ABSENT = {"1", "1.0"}, {"0", "0.0"}
_IDS = ("/m/", "/g/", "/t/")
_CONFIDENCES = ("Score", "Conf", "Confidence")
_ATTRIBUTES = ("IsOccluded", "IsTruncated", "IsDepiction", "IsInside")
# Columns that are read, or say how a box was drawn.
_READ = frozenset({*_NEEDED, *_CONFIDENCES, *_ATTRIBUTES, "Source", "IsGroupOf"})
_CLICK = re.compile(r"XClick[1-4][XY]$")

_SAID = {"1", "0", "-1", ""}

# A share that a program has rounded may leave the image by so much.
_ROUNDING = 0.01


def recognise(files: InputFiles) -> bool:
    """Tell whether there is a table whose first line names the columns of boxes."""
    return any(_is_table(files, name) for name in _tables(files))


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every table of boxes, in the sizes of their images; notes every fault at its place.

    Raises AnnotationsUnreadable.
    """
    tables = [name for name in _tables(files) if _is_table(files, name)] or _tables(files)
    names = _class_names(files, tables) | rules.names
    sizes = rules.sizes()
    images = dict[str, ReadImage]()
    for name in tables:
        prefix = pointer_of(name) if len(tables) > 1 else ""
        for line, row in rows_of(name, files[name]):
            pointer = f"{prefix}/{line}"
            if missing := _NEEDED - row.keys():
                rules.checker.note(pointer, f"the table has no column {', '.join(sorted(missing))}")
                break
            image = images.setdefault(row["ImageID"], ReadImage(pointer, row["ImageID"], is_stem=True))
            # The image is looked for later, and what has no size has no image.
            if (size := sizes.find(row["ImageID"])) is not None:
                image.objects.append(ReadObject(_object(row, names, size, rules, pointer), pointer))
            if rules.checker.is_full:
                break
    _label(files, names, images)
    used = {read.annotation["class_name"] for image in images.values() for read in image.objects}
    unnamed = {name for name in used if name.startswith(_IDS)}
    said = f"{counted(len(unnamed), 'class', 'classes')} {form(len(unnamed), 'has', 'have')}"
    notices = [f"{said} no name but {form(len(unnamed), 'its', 'their')} id; send a table of names, or `categories`."]
    return ReadFile(list(images.values()), named(images.values()), notices if unnamed else [])


def _tables(files: InputFiles) -> list[str]:
    return files.ending_with(".csv") if files.is_archive else list(files)


def _is_table(files: InputFiles, name: str) -> bool:
    return columns_of(files.head(name)) >= _NEEDED


def _label(files: InputFiles, names: dict[str, str], images: dict[str, ReadImage]) -> None:
    """Add the verified classes of the tables without boxes, and the images that only these name."""
    for table in _tables(files):
        if not columns_of(files.head(table)) >= _LABEL_COLUMNS or _is_table(files, table):
            continue
        for line, row in rows_of(table, files[table]):
            if (said := row["Confidence"].strip()) in _THERE | _ABSENT:
                pointer = f"{pointer_of(table)}/{line}"
                image = images.setdefault(row["ImageID"], ReadImage(pointer, row["ImageID"], is_stem=True))
                labels = image.verified if said in _THERE else image.absent
                labels.append(names.get(row["LabelName"], row["LabelName"]))


def _class_names(files: InputFiles, tables: list[str]) -> dict[str, str]:
    """Return the names of the other tables, whose lines are an id and a name."""
    names: dict[str, str] = {}
    for name in _tables(files):
        if name in tables or not _NAMES.search(name):
            continue
        for line in files[name].decode("utf-8-sig", errors="replace").splitlines():
            number, _, label = line.partition(",")
            if label.strip():
                names[number.strip()] = label.strip().strip('"')
    return names


def _object(
    row: dict[str, str], names: dict[str, str], size: Size, rules: ReadingRules, pointer: str
) -> dict[str, Any]:
    shares = [number_of(row[corner], rules.checker, f"{pointer}/{corner}") or 0.0 for corner in _CORNERS]
    for corner, share in zip(_CORNERS, shares, strict=True):
        if not -_ROUNDING <= share <= 1 + _ROUNDING:
            rules.checker.note(f"{pointer}/{corner}", "expected a share of the image, from 0 to 1")
    left, top, right, bottom = shares
    data: dict[str, Any] = {
        "format": "xyxy",
        "bbox": [left * size.width, top * size.height, right * size.width, bottom * size.height],
    }
    for name in ("IsGroupOf", *_ATTRIBUTES):
        if row.get(name, "").strip() not in _SAID:
            rules.checker.note(f"{pointer}/{name}", "expected 1, 0, or -1 for what nobody looked at")
    if row.get("IsGroupOf", "").strip() == "1":
        data["iscrowd"] = 1
    if attributes := {name: True for name in _ATTRIBUTES if row.get(name, "").strip() == "1"}:
        data["attributes"] = attributes
    beyond = {name: cell.strip() for name, cell in row.items() if name not in _READ and not _CLICK.match(name)}
    take_flags(beyond, data, rules.checker, pointer)
    refuse_turns(beyond, rules.checker, pointer)
    rules.unkept.update(name[:50] for name, cell in beyond.items() if cell and not is_turn(name))
    label = row["LabelName"]
    annotation = {"annotation_type": "bounding_box", "class_name": names.get(label, label), "data": data}
    rated = confidence_among(row, _CONFIDENCES, rules.checker, f"{pointer}/Score")
    rules.rate(annotation, number_of(rated, rules.checker, f"{pointer}/Score"), f"{pointer}/Score")
    return annotation
