"""Datumaro's JSON (https://openvinotoolkit.github.io/datumaro/, the format datumaro), a document for each subset."""

import re
from collections import Counter
from typing import Any

import msgspec

from shared.imports.reading.files import InputFiles, pointer_of
from shared.imports.reading.json_text import convert, decode, refuse_repeated, whole
from shared.imports.reading.meanings import refuse_turns, take_flags
from shared.imports.reading.objects import (
    Category,
    ReadFile,
    ReadImage,
    ReadingRules,
    ReadObject,
    confidence_among,
    unkept,
)
from shared.kit.plurals import counted

_BEGIN = re.compile(rb'"dm_format_version"|"categories"\s*:\s*\{')
_CONFIDENCES = ("score", "confidence")
# CVAT's, of a box: degrees clockwise around its centre, as here.
_ROTATION = "rotation"
# CVAT's, of an object in a video that is not to be seen.
_OUTSIDE = "outside"
_SHAPES = frozenset({"bbox", "polygon", "mask", "points"})
_NOT_COMPARED = frozenset({"polyline", "cuboid_2d", "cuboid_3d", "ellipse", "rotated_bbox", "hash_key"})


class _Label(msgspec.Struct):
    name: str


class _Points(msgspec.Struct):
    label_id: int
    labels: list[str] = []
    joints: list[tuple[int, int]] = []


class _LabelList(msgspec.Struct):
    labels: list[_Label] = []


class _PointList(msgspec.Struct):
    items: list[_Points] = []


class _Categories(msgspec.Struct):
    label: _LabelList = msgspec.field(default_factory=_LabelList)
    points: _PointList = msgspec.field(default_factory=_PointList)


class _Annotation(msgspec.Struct):
    type: str
    label_id: int | float | None = None
    group: int | None = 0
    attributes: dict[str, Any] | None = None
    bbox: list[float] | None = None
    points: list[float] | None = None
    visibility: list[int] | None = None
    rle: dict[str, Any] | None = None


# Members of an annotation that are read, or have no meaning outside of their program.
_READ = frozenset({*_Annotation.__struct_fields__, "id", "z_order", "object_id", "caption"})


class _Picture(msgspec.Struct):
    path: str | None = None
    size: tuple[int | float, int | float] | None = None


class _Item(msgspec.Struct):
    id: str
    annotations: list[_Annotation] = []
    image: _Picture | None = None


class _Document(msgspec.Struct):
    categories: _Categories
    items: list[msgspec.Raw]


def recognise(files: InputFiles) -> bool:
    """Tell whether there are JSON objects that begin as Datumaro's."""
    return bool(_documents(files))


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every document; notes every fault at its place. Raises AnnotationsUnreadable."""
    names = _documents(files) or files.ending_with(".json") or list(files)
    merged, unread = ReadFile([]), Counter[str]()
    for name in names:
        prefix = pointer_of(name) if len(names) > 1 else ""
        document = decode(name, files[name], _Document)
        refuse_repeated(name, files[name])
        categories = _categories(document.categories, rules)
        merged.categories += [category for category in categories if category not in merged.categories]
        for index, raw in enumerate(document.items):
            pointer = f"{prefix}/items/{index}"
            sent = decode(name, bytes(raw), dict[str, Any], pointer)
            item = convert(name, sent, _Item, pointer)
            _add_members(item, sent)
            merged.images.append(_Reading(rules, categories, unread).read(item, pointer))
            if rules.checker.is_full:
                break
    merged.notices = unkept(unread)
    return merged


def _add_members(item: _Item, sent: dict[str, Any]) -> None:
    """Keep what annotations state beside the members that are read among their attributes."""
    for annotation, each in zip(item.annotations, sent.get("annotations", []), strict=True):
        beyond = {name: value for name, value in each.items() if name not in _READ and value is not None}
        annotation.attributes = beyond | (annotation.attributes or {})


def _documents(files: InputFiles) -> list[str]:
    names = files.ending_with(".json") if files.is_archive else list(files)
    return [name for name in names if (head := files.head(name)).lstrip().startswith(b"{") and _BEGIN.search(head)]


def _categories(sent: _Categories, rules: ReadingRules) -> list[Category]:
    points = {each.label_id: each for each in sent.points.items}
    categories = []
    for number, label in enumerate(sent.label.labels):
        described = points.get(number)
        name = rules.names.get(str(number), label.name)
        keypoints, joints = (tuple(described.labels), tuple(described.joints)) if described else ((), ())
        categories.append(Category(name, number, keypoints, joints))
    return categories


class _Reading:
    """The reading of one item."""

    def __init__(self, rules: ReadingRules, categories: list[Category], unread: Counter[str]) -> None:
        self._rules, self._checker, self._categories, self._unread = rules, rules.checker, categories, unread

    def read(self, item: _Item, pointer: str) -> ReadImage:
        path = item.image.path if item.image and item.image.path else None
        image = ReadImage(pointer, path or item.id, is_stem=path is None)
        if item.image and item.image.size:
            image.height, image.width = map(whole, item.image.size)
        groups: dict[Any, list[tuple[str, _Annotation]]] = {}
        for index, annotation in enumerate(item.annotations):
            place = f"{pointer}/annotations/{index}"
            if annotation.type in _SHAPES:
                # What has a group of its own is one object: parts of an outline, or points with their box.
                key = (annotation.group, annotation.label_id) if annotation.group else index
                groups.setdefault(key, []).append((place, annotation))
            elif annotation.type in _NOT_COMPARED:
                self._checker.note(place, f"the {annotation.type} is not compared; draw a polygon instead")
            else:
                self._unread[f"a {annotation.type[:50]} of the whole image"] += 1
        for parts in groups.values():
            image.objects += [ReadObject(self._object(one), one[0][0]) for one in self._joined(parts)]
        return image

    def _joined(self, parts: list[tuple[str, _Annotation]]) -> list[list[tuple[str, _Annotation]]]:
        """Return the parts of each object; masks, and several boxes or points, are objects of their own."""
        kinds = Counter(annotation.type for _, annotation in parts)
        is_one = kinds["mask"] == 0 and kinds["bbox"] <= 1 and kinds["points"] <= 1
        is_one = is_one and not (kinds["points"] and kinds["polygon"])
        return [parts] if is_one else [[part] for part in parts]

    def _object(self, parts: list[tuple[str, _Annotation]]) -> dict[str, Any]:
        parts = sorted(parts, key=lambda part: part[1].type == "bbox")
        pointer, first = parts[0]
        category = self._category(first, pointer)
        kind, data = self._shape(parts, category)
        said: dict[str, Any] = {}
        # What any shape says is said of the object; the words of the first count before those of the others.
        for place, part in parts:
            own, flags = dict(part.attributes or {}), dict[str, Any]()
            take_flags(own, flags, self._checker, f"{place}/attributes")
            if part is first and part.type == "bbox":
                data |= {name: own.pop(name) for name in (_ROTATION,) if name in own}
            elif part.type == "bbox":
                data["bbox"] = part.bbox
                self._check_upright(part, place)
                own.pop(_ROTATION, None)
            refuse_turns(own, self._checker, f"{place}/attributes")
            if own.get(_OUTSIDE):
                self._checker.note(
                    f"{place}/attributes/{_OUTSIDE}", "an object that has left the image is none; remove it"
                )
            data |= flags
            said = own | said
        rated = None
        if self._rules.role == "predictions":
            rated = confidence_among(said, _CONFIDENCES, self._checker, f"{pointer}/attributes/score")
            said = {name: value for name, value in said.items() if name not in _CONFIDENCES}
        if said:
            data["attributes"] = said
        annotation = {"annotation_type": kind, "class_name": category.name, "data": data}
        self._rules.rate(annotation, rated, f"{pointer}/attributes/score")
        return annotation

    def _check_upright(self, box: _Annotation, pointer: str) -> None:
        if (box.attributes or {}).get(_ROTATION):
            self._checker.note(f"{pointer}/attributes/{_ROTATION}", "a turned box beside another shape is not kept")

    def _category(self, annotation: _Annotation, pointer: str) -> Category:
        number = whole(annotation.label_id)
        if isinstance(number, int) and 0 <= number < len(self._categories):
            return self._categories[number]
        self._checker.note(f"{pointer}/label_id", f"the document has no label {number}")
        return Category("?")

    def _shape(self, parts: list[tuple[str, _Annotation]], category: Category) -> tuple[str, dict[str, Any]]:
        pointer, first = parts[0]
        if first.type == "bbox":
            return "bounding_box", {"format": "xywh", "bbox": first.bbox}
        if first.type == "mask":
            return "segmentation", {"format": "rle", "rle": first.rle}
        if first.type == "points":
            return "keypoint", {"keypoints": self._keypoints(first, category, pointer)}
        outlines = [annotation.points or [] for _, annotation in parts if annotation.type == "polygon"]
        return "segmentation", {"format": "polygon", "points": outlines if len(outlines) > 1 else outlines[0]}

    def _keypoints(self, annotation: _Annotation, category: Category, pointer: str) -> list[dict[str, Any]]:
        flat = annotation.points or []
        count = len(flat) // 2
        names = category.keypoints or tuple(str(number) for number in range(1, count + 1))
        states = annotation.visibility or [2] * count
        if len(flat) % 2 or not len(names) == len(states) == count:
            self._checker.note(f"{pointer}/points", f"expected x and y of {counted(len(names), 'point')} in turn")
            return [{"name": "1", "x": 0, "y": 0}]
        return [
            {"name": name, "x": x, "y": y, "visibility": state}
            for name, x, y, state in zip(names, flat[0::2], flat[1::2], states, strict=True)
        ]
