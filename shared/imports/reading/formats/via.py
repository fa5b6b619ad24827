"""The VGG Image Annotator's JSON and CSV, versions 1 and 2 (https://www.robots.ox.ac.uk/~vgg/software/via/)."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from shared.analyses.annotations.validation import escape
from shared.imports.reading.files import InputFiles, pointer_of
from shared.imports.reading.json_text import decode
from shared.imports.reading.meanings import is_flag, refuse_turns, take_flags
from shared.imports.reading.objects import ReadFile, ReadImage, ReadingRules, ReadObject, confidence_among, named
from shared.imports.reading.tables import columns_of, rows_of

_PROJECT = "_via_img_metadata"
_OF_PROJECT = (b'"_via_settings"', b'"_via_img_metadata"')
_OF_IMAGES = (b'"filename"', b'"size"', b'"regions"')
_COLUMNS = frozenset({"filename", "region_shape_attributes", "region_attributes"})
_CLASS = re.compile(r"(class|label|name|category|type|object)s?([_ ]?name)?", re.IGNORECASE)
_CONFIDENCES = ("score", "confidence")


class _Stated(msgspec.Struct):
    shape_attributes: dict[str, Any]
    region_attributes: dict[str, Any] = {}


class _Entry(msgspec.Struct):
    filename: str
    regions: list[_Stated] | dict[str, _Stated] = []


class _Region(NamedTuple):
    """A shape with what people say of it, and its place."""

    image: ReadImage
    shape: dict[str, Any]
    said: dict[str, Any]
    pointer: str


def recognise(files: InputFiles) -> bool:
    """Tell whether there is a project, a list of images with regions, or a table of regions."""
    return bool(_documents(files))


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every document; notes every fault at its place. Raises AnnotationsUnreadable."""
    names = _documents(files) or list(files)
    images = dict[str, ReadImage]()
    regions = list[_Region]()
    for name in names:
        prefix = pointer_of(name) if len(names) > 1 else ""
        of_document = _rows if columns_of(files.head(name)) >= _COLUMNS else _entries
        regions += of_document(name, files[name], images, prefix)
    class_attribute = _class_attribute(regions)
    for region in regions:
        region.image.objects.append(ReadObject(_object(region, class_attribute, rules), region.pointer))
        if rules.checker.is_full:
            break
    return ReadFile(list(images.values()), named(images.values()))


def _documents(files: InputFiles) -> list[str]:
    names = files.ending_with(".json", ".csv") if files.is_archive else list(files)
    return [name for name in names if _is_document(files.head(name))]


def _is_document(head: bytes) -> bool:
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return columns_of(head) >= _COLUMNS
    return any(member in head for member in _OF_PROJECT) or all(member in head for member in _OF_IMAGES)


def _entries(name: str, body: bytes, images: dict[str, ReadImage], prefix: str) -> Iterator[_Region]:
    entries, place = decode(name, body, dict[str, Raw], prefix), prefix
    if _PROJECT in entries:
        place = f"{prefix}/{_PROJECT}"
        entries = decode(name, bytes(entries[_PROJECT]), dict[str, Raw], place)
    for key, raw in entries.items():
        pointer = f"{place}/{escape(key)}"
        entry = decode(name, bytes(raw), _Entry, pointer)
        image = images.setdefault(entry.filename, ReadImage(pointer, entry.filename))
        # Version 1 has an object of numbered regions where version 2 has a list.
        numbered = entry.regions.items() if isinstance(entry.regions, dict) else enumerate(entry.regions)
        for number, region in numbered:
            yield _Region(image, region.shape_attributes, region.region_attributes, f"{pointer}/regions/{number}")


def _rows(name: str, body: bytes, images: dict[str, ReadImage], prefix: str) -> Iterator[_Region]:
    for line, row in rows_of(name, body):
        pointer = f"{prefix}/{line}"
        image = images.setdefault(row["filename"], ReadImage(pointer, row["filename"]))
        shape, said = (
            decode(name, row[column].encode() or b"{}", dict[str, Any], f"{pointer}/{column}")
            for column in ("region_shape_attributes", "region_attributes")
        )
        if shape:
            yield _Region(image, shape, said, pointer)


def _class_attribute(regions: list[_Region]) -> str | None:
    """The attribute that is the class: the only one, or the only one that is named so; None where it is not certain."""
    stated = dict.fromkeys(
        name
        for region in regions
        for name, value in region.said.items()
        if value not in ("", None, {}) and name not in _CONFIDENCES and not is_flag(name)
    )
    named_so = [name for name in stated if _CLASS.fullmatch(name)]
    candidates = named_so or list(stated)
    return candidates[0] if len(candidates) == 1 else None


def _object(region: _Region, class_attribute: str | None, rules: ReadingRules) -> dict[str, Any]:
    checker, said = rules.checker, dict(region.said)
    pointer = f"{region.pointer}/region_attributes"
    if class_attribute is None:
        checker.note_shared(pointer, "expected one attribute that is the class; keep one, or name it “class”")
    label = _word(said.pop(class_attribute or "", None))
    if class_attribute is not None and label is None:
        checker.note(f"{pointer}/{escape(class_attribute)}", "expected the class of the object, one word or choice")
    kind, data = _shape(region, rules)
    rated = confidence_among(said, _CONFIDENCES, checker, pointer)
    take_flags(said, data, checker, pointer)
    refuse_turns(said, checker, pointer)
    attributes = {
        name: value for name, value in said.items() if name not in _CONFIDENCES and value not in ("", None, {})
    }
    if attributes:
        data["attributes"] = attributes
    annotation = {"annotation_type": kind, "class_name": rules.names.get(label or "", label or "?"), "data": data}
    rules.rate(annotation, _number(rated), f"{pointer}/score")
    return annotation


def _word(value: Any) -> str | None:
    """The class that an attribute states: its text, or the only choice that is ticked."""
    if isinstance(value, dict):
        ticked = [name for name, is_ticked in value.items() if is_ticked]
        return ticked[0] if len(ticked) == 1 else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None


def _number(rated: Any) -> Any:
    try:
        return float(rated) if isinstance(rated, str) else rated
    except ValueError:
        return rated


def _shape(region: _Region, rules: ReadingRules) -> tuple[str, dict[str, Any]]:
    shape, pointer = region.shape, f"{region.pointer}/shape_attributes"
    if shape.get("name") == "rect":
        return "bounding_box", {"format": "xywh", "bbox": [shape.get(side) for side in ("x", "y", "width", "height")]}
    columns, rows = shape.get("all_points_x"), shape.get("all_points_y")
    if shape.get("name") != "polygon":
        rules.checker.note(pointer, f"the {str(shape.get('name'))[:50]} is not compared; draw a polygon")
    elif not isinstance(columns, list) or not isinstance(rows, list) or len(columns) != len(rows):
        rules.checker.note(pointer, "expected as many all_points_x as all_points_y")
    else:
        points = [list(point) for point in zip(columns, rows, strict=True)]
        return "segmentation", {"format": "polygon", "points": points}
    return "bounding_box", {"format": "xywh", "bbox": [0, 0, 0, 0]}
