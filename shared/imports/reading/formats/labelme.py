"""LabelMe's JSON: a document for each image (https://github.com/wkentaro/labelme).

X-AnyLabeling writes the same form with shapes of its own (https://github.com/CVHub520/X-AnyLabeling).
"""

from collections import Counter
from typing import Any, NamedTuple

import msgspec

from shared.imports.reading.files import InputFiles, pointer_of
from shared.imports.reading.json_text import convert, decode, refuse_repeated, whole
from shared.imports.reading.meanings import is_flag, refuse_turns, refuse_uncounted, take_flags
from shared.imports.reading.objects import ReadFile, ReadImage, ReadingRules, ReadObject, named, unkept
from shared.kit.plurals import counted, form

_CORNERS = 2
# LabelMe's turned box, and X-AnyLabeling's turned box and quadrilateral: their points are the corners in turn.
_CORNERED, _CORNERS_AROUND = frozenset({"oriented_rectangle", "rotation", "quadrilateral"}), 4
# X-AnyLabeling's: by how much a `rotation` is turned, which its corners are already.
_DIRECTION = "direction"
_FLAGS_OF_IMAGE = "flags of the image"


class _Shape(msgspec.Struct):
    label: str
    points: list[tuple[float, float]]
    shape_type: str | None = "polygon"
    group_id: int | None = None
    description: str | None = None
    flags: dict[str, Any] | None = None
    attributes: dict[str, Any] | None = None
    difficult: bool | None = None
    score: float | None = None


class _Part(NamedTuple):
    """A shape with its place, and what it states beside the members that are read."""

    pointer: str
    shape: _Shape
    beyond: dict[str, Any]


class _Document(msgspec.Struct, rename={"path": "imagePath", "height": "imageHeight", "width": "imageWidth"}):
    shapes: list[msgspec.Raw]
    flags: dict[str, Any] | None = None
    path: str | None = None
    height: float | int | None = None
    width: float | int | None = None


def recognise(files: InputFiles) -> bool:
    """Tell whether there is a JSON object that begins with shapes."""
    names = _documents(files)
    if not names:
        return False
    head = files.head(names[0]).removeprefix(b"\xef\xbb\xbf").lstrip()
    return (
        head.startswith(b"{")
        and b'"shapes"' in head
        and any(name in head for name in (b'"version"', b'"flags"', b'"imagePath"'))
    )


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every document; notes every fault at its place. Raises AnnotationsUnreadable."""
    unread = Counter[str]()
    names = _documents(files)
    images = []
    for name in names:
        prefix = pointer_of(name) if len(names) > 1 else ""
        document = decode(name, files[name], _Document)
        refuse_repeated(name, files[name])
        images.append(_image(name, document, rules, prefix, unread))
        if rules.checker.is_full:
            break
    notices = []
    if flagged := unread.pop(_FLAGS_OF_IMAGE, 0):
        notices = [f"{counted(flagged, 'image')} {form(flagged, 'states', 'state')} flags, which are not kept."]
    return ReadFile(images, named(images), [*notices, *unkept(unread)])


def _documents(files: InputFiles) -> list[str]:
    return files.ending_with(".json") if files.is_archive else list(files)


def _image(name: str, document: _Document, rules: ReadingRules, prefix: str, unread: Counter[str]) -> ReadImage:
    path = document.path or name.removesuffix(".json")
    image = ReadImage(prefix or "/imagePath", path, width=whole(document.width), height=whole(document.height))
    image.is_stem = document.path is None
    flags = document.flags or {}
    refuse_uncounted(flags, rules.checker, f"{prefix}/flags")
    unread[_FLAGS_OF_IMAGE] += any(flags.values())
    groups: dict[Any, list[_Part]] = {}
    for index, raw in enumerate(document.shapes):
        place = f"{prefix}/shapes/{index}"
        sent = decode(name, bytes(raw), dict[str, Any], place)
        shape, beyond = convert(name, sent, _Shape, place), _beyond(sent)
        # Shapes of one group and label are the parts of one object.
        key = index if shape.group_id is None else (shape.group_id, shape.label)
        groups.setdefault(key, []).append(_Part(place, shape, beyond))
        unread.update(("a description",) if shape.description else ())
    for parts in groups.values():
        image.objects.append(ReadObject(_object(parts, rules), parts[0].pointer))
    return image


def _beyond(sent: dict[str, Any]) -> dict[str, Any]:
    """What a shape states beside the members that are read."""
    return {
        name: value
        for name, value in sent.items()
        if name not in _Shape.__struct_fields__ and value not in (None, False, "", [], {})
    }


def _object(parts: list[_Part], rules: ReadingRules) -> dict[str, Any]:
    pointer, first, _ = parts[0]
    outlines = [_outline(shape, rules, place) for place, shape, _ in parts]
    data: dict[str, Any]
    if len(parts) == 1 and first.shape_type == "rectangle":
        (left, top), _, (right, bottom), _ = outlines[0]
        kind, data = "bounding_box", {"format": "xyxy", "bbox": [left, top, right, bottom]}
    else:
        kind = "segmentation"
        data = {"format": "polygon", "points": outlines if len(outlines) > 1 else outlines[0]}
    attributes: dict[str, Any] = {}
    # What any shape says is said of the object; the words of the first count before those of the others.
    for part in parts:
        data |= _flags(part, rules)
        attributes = (part.shape.attributes or {}) | attributes
        if rules.role == "predictions" and part.shape.score != first.score:
            rules.checker.note(f"{part.pointer}/score", "the shapes of one object have different scores")
    attributes = {name: value for name, value in attributes.items() if not is_flag(name)}
    if attributes:
        data["attributes"] = attributes
    annotation = {"annotation_type": kind, "class_name": rules.names.get(first.label, first.label), "data": data}
    rules.rate(annotation, first.score, f"{pointer}/score")
    return annotation


def _flags(part: _Part, rules: ReadingRules) -> dict[str, Any]:
    """What marks a shape, as its member, among its flags or its attributes; notes what turns it."""
    pointer, shape, beyond = part
    if shape.shape_type == "rotation":
        beyond = {name: value for name, value in beyond.items() if name != _DIRECTION}
    data: dict[str, Any] = {} if shape.difficult is None else {"difficult": int(shape.difficult)}
    flags = dict(shape.flags or {})
    for said, place in (
        (beyond, pointer),
        (flags, f"{pointer}/flags"),
        (dict(shape.attributes or {}), f"{pointer}/attributes"),
    ):
        refuse_turns(said, rules.checker, place)
        take_flags(said, data, rules.checker, place)
    rules.unkept.update(name[:50] for name in beyond)
    rules.unkept["flags"] += any(flags.values())
    return {name: 1 for name, value in data.items() if value}


def _outline(shape: _Shape, rules: ReadingRules, pointer: str) -> list[list[float]]:
    points = [list(point) for point in shape.points]
    if shape.shape_type == "rectangle" and len(points) >= _CORNERS and not _is_rotated(points):
        columns, rows = zip(*points, strict=True)
        left, top, right, bottom = min(columns), min(rows), max(columns), max(rows)
        return [[left, top], [right, top], [right, bottom], [left, bottom]]
    is_cornered = shape.shape_type in _CORNERED and len(points) == _CORNERS_AROUND
    if not is_cornered and shape.shape_type not in {"polygon", None}:
        rules.checker.note(f"{pointer}/shape_type", f"the {str(shape.shape_type)[:50]} is not compared; draw a polygon")
        return [[0.0, 0.0]] * 4
    return points


def _is_rotated(points: list[list[float]]) -> bool:
    return len(points) > _CORNERS and (len({x for x, _ in points}) > _CORNERS or len({y for _, y in points}) > _CORNERS)
