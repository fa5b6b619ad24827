"""Label Studio's JSON: a list of tasks with results in hundredths of the image (https://labelstud.io/guide/export)."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from shared.analyses.annotations.segmentations import MAX_SIDE
from shared.analyses.annotations.turned_boxes import corners_of
from shared.analyses.annotations.validation import is_number
from shared.imports.reading.files import InputFiles
from shared.imports.reading.json_text import decode, refuse_repeated, whole
from shared.imports.reading.meanings import take_flags
from shared.imports.reading.objects import ReadFile, ReadImage, ReadingRules, ReadObject, named
from shared.kit.plurals import counted, form

# Label Studio puts these before the names of files that are uploaded to it.
_UPLOADED = re.compile(r"^[0-9a-f]{8}-(?=.)")

# Hundredths by which a rounded shape may leave the image.
_ROUNDING = 1

_BOXES, _OUTLINES = frozenset({"rectanglelabels", "rectangle"}), frozenset({"polygonlabels", "polygon"})
_NOT_COMPARED = {
    "ellipselabels": "an ellipse is not compared; draw a polygon",
    "ellipse": "an ellipse is not compared; draw a polygon",
    "brushlabels": "a brush has a form of Label Studio's own; export COCO, which has its mask",
    "brush": "a brush has a form of Label Studio's own; export COCO, which has its mask",
    "keypointlabels": "a single point is not compared; export COCO, which has keypoints",
    "vectorlabels": "a vector is not compared; draw a polygon",
    "vector": "a vector is not compared; draw a polygon",
    "bitmask": "a bit mask has a form of Label Studio's own; export COCO, which has its mask",
    "bitmasklabels": "a bit mask has a form of Label Studio's own; export COCO, which has its mask",
    "videorectangle": "a video is not read; label its frames as images",
    "keypoint": "a single point is not compared; export COCO, which has keypoints",
}


class _Region(msgspec.Struct):
    type: str
    value: dict[str, Any] = {}
    id: str | None = None
    original_width: int | float | None = None
    original_height: int | float | None = None
    meta: dict[str, Any] | None = None
    image_rotation: float | None = None
    to_name: str | None = None
    item_index: int | None = None
    score: float | None = None


class _Results(msgspec.Struct):
    result: list[_Region] | None = None
    was_cancelled: bool = False
    ground_truth: bool = False
    score: float | None = None


class _Task(msgspec.Struct):
    data: dict[str, Any]
    annotations: list[_Results] | None = None
    predictions: list[_Results] | None = None


def recognise(files: InputFiles) -> bool:
    """Tell whether the file is a JSON list of tasks."""
    if files.is_archive:
        return False
    head = files.head(next(iter(files))).removeprefix(b"\xef\xbb\xbf").lstrip()
    return (
        head.startswith(b"[")
        and b'"image_id"' not in head
        and any(name in head for name in (b'"annotations"', b'"predictions"', b'"completed_by"'))
    )


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read the tasks; notes every fault at its place. Raises AnnotationsUnreadable."""
    (name,) = files
    images, unread = list[ReadImage](), Counter[str]()
    known = {image.filename for image in rules.known.images}
    counts, unlabelled = Counter[str](), 0
    for index, raw in enumerate(decode(name, files[name], list[msgspec.Raw])):
        task = decode(name, bytes(raw), _Task, f"/{index}")
        refuse_repeated(name, bytes(raw), f"/{index}")
        counts.update(annotations=len(task.annotations or ()), predictions=len(task.predictions or ()))
        image = _Reading(task, rules, f"/{index}", unread).read(known)
        images += [image] if image else []
        unlabelled += image is None
        if rules.checker.is_full:
            break
    own, other = ("annotations", "predictions")[:: 1 if rules.role == "ground_truth" else -1]
    if counts[other] and not counts[own]:
        rules.checker.note(f"/0/{own}", f"the tasks have {other} only; import them as those")
    notices = [
        f"{counted(count, 'result')} {form(count, 'is', 'are')} of the type {kind}, which is not kept."
        for kind, count in unread.items()
    ]
    if unlabelled and rules.role == "ground_truth":
        have, its = form(unlabelled, "has", "have"), form(unlabelled, "its image gets", "their images get")
        notices.append(f"{counted(unlabelled, 'task')} {have} no annotation, or a skipped one: {its} no ground truth.")
    return ReadFile(images, named(images), notices)


class _Reading:
    """The reading of one task."""

    def __init__(self, task: _Task, rules: ReadingRules, pointer: str, unread: Counter[str]) -> None:
        self._task, self._rules, self._checker, self._pointer = task, rules, rules.checker, pointer
        self._unread = unread
        # What the first object was drawn on, by the name that the task gives it.
        self._seen: str | None = None

    def read(self, known: set[str]) -> ReadImage | None:
        """Return the image with its objects, None where nobody has said anything of it."""
        image = ReadImage(self._pointer, self._name(known))
        place, results = self._chosen()
        if results is None:
            return None
        regions = results.result or []
        labels = _labels(regions)
        for index, region in enumerate(regions):
            pointer = f"{self._pointer}/{place}/result/{index}"
            image.width = image.width or whole(region.original_width)
            image.height = image.height or whole(region.original_height)
            if (region.original_width, region.original_height) not in {(image.width, image.height), (None, None)}:
                self._checker.note(pointer, "the results of one image state different sizes of it")
            if region.type in _NOT_COMPARED:
                self._checker.note(pointer, _NOT_COMPARED[region.type])
            elif region.type in _BOXES | _OUTLINES:
                self._check_image(region, pointer)
                image.objects.append(ReadObject(self._object(region, labels, pointer), pointer))
            elif region.type != "labels":
                self._unread[region.type[:50]] += 1
        return image

    def _check_image(self, region: _Region, pointer: str) -> None:
        """Note an object of another image of the task, of which only one is read.

        What else is said may be of a text beside the image; a relation is of no image at all.
        """
        if region.item_index:
            self._checker.note(f"{pointer}/item_index", "expected the results of one image; split the task by images")
        self._seen = self._seen or region.to_name
        if region.to_name != self._seen:
            self._checker.note(f"{pointer}/to_name", "expected the results of one image; split the task by images")

    def _name(self, known: set[str]) -> str:
        texts = [value for value in self._task.data.values() if isinstance(value, str)]
        address = self._task.data.get("image")
        if not isinstance(address, str):
            address = texts[0] if len(texts) == 1 else None
        if address is None:
            self._checker.note(f"{self._pointer}/data/image", "expected the address of the image")
            return ""
        path = address.partition("?d=")[2] or address.partition("?")[0]
        name = path.rpartition("/")[2]
        bare = _UPLOADED.sub("", name)
        return bare if bare in known and name not in known else name

    def _chosen(self) -> tuple[str, _Results | None]:
        """Return the one set of results to read, with its place."""
        side = "annotations" if self._rules.role == "ground_truth" else "predictions"
        listed = [each for each in enumerate(getattr(self._task, side) or ()) if not each[1].was_cancelled]
        marked = [each for each in listed if each[1].ground_truth]
        chosen = marked if len(marked) == 1 else listed
        if len(chosen) > 1:
            self._checker.note(
                f"{self._pointer}/{side}", f"{len(chosen)} people or models say different things; keep one"
            )
        return (f"{side}/{chosen[0][0]}", chosen[0][1]) if chosen else (side, None)

    def _object(self, region: _Region, labels: dict[str, list[str]], pointer: str) -> dict[str, Any]:
        found = labels.get(region.id or "") or _own_labels(region)
        if len(found) != 1:
            self._checker.note(f"{pointer}/value", f"expected one label, not {len(found)}")
        if region.image_rotation:
            self._checker.note(f"{pointer}/image_rotation", "the image is turned; turn it back before you export")
        data = self._box(region, pointer) if region.type in _BOXES else self._outline(region, pointer)
        for said, where in ((dict(region.value), "value"), (dict(region.meta or {}), "meta")):
            take_flags(said, data, self._checker, f"{pointer}/{where}")
        label = found[0] if found else ""
        kind = "bounding_box" if data["format"] == "xywh" else "segmentation"
        annotation = {"annotation_type": kind, "class_name": self._rules.names.get(label, label), "data": data}
        self._rules.rate(annotation, region.score, f"{pointer}/score")
        return annotation

    def _box(self, region: _Region, pointer: str) -> dict[str, Any]:
        values: list[Any] = [region.value.get(name) for name in ("x", "y", "width", "height")]
        x, y, width, height = self._pixels([values[:2], values[2:]], region, pointer)
        if not region.value.get("rotation"):
            sides = zip(values[:2], values[2:], strict=True)
            far = [near + side for near, side in sides if is_number(near) and is_number(side)]
            self._check_shares([*values[:2], *far], pointer)
        rotation = region.value.get("rotation") or 0
        if not is_number(rotation):
            self._checker.note(f"{pointer}/value/rotation", "expected degrees")
        elif rotation:
            # Around the corner, and in pixels: a hundredth of the width is not one of the height.
            return {"format": "polygon", "points": corners_of((x, y, width, height), rotation, (x, y))}
        return {"format": "xywh", "bbox": [x, y, width, height]}

    def _outline(self, region: _Region, pointer: str) -> dict[str, Any]:
        points = region.value.get("points")
        listed = points if isinstance(points, list) else []
        flat = self._pixels(listed, region, f"{pointer}/value/points")
        shares = [value for point in listed if isinstance(point, list) for value in point]
        self._check_shares(shares, f"{pointer}/value/points")
        return {"format": "polygon", "points": flat}

    def _check_shares(self, values: Iterable[Any], pointer: str) -> None:
        """Note what cannot be hundredths of the image, such as pixels."""
        if any(is_number(value) and not -_ROUNDING <= value <= 100 + _ROUNDING for value in values):
            self._checker.note(pointer, "expected hundredths of the image's sides, from 0 to 100, not pixels")

    def _pixels(self, points: Iterable[Any], region: _Region, pointer: str) -> list[Any]:
        """Return x and y of each point in turn, in pixels instead of hundredths."""
        sides = (region.original_width or 0, region.original_height or 0)
        if min(sides) <= 0:
            self._checker.note(pointer, "hundredths need the size of the image: original_width and original_height")
            return [0.0] * 4
        if max(sides) > MAX_SIDE:
            self._checker.note(pointer, f"original_width and original_height are at most {MAX_SIDE:,}")
            return [0.0] * 4
        flat: list[Any] = []
        for point in points:
            is_point = isinstance(point, list) and len(point) == len(sides)
            if not is_point or not all(map(is_number, point)):
                self._checker.note(pointer, "expected hundredths of the image's sides")
                return [0.0] * 4
            flat += [value * side / 100 for value, side in zip(point, sides, strict=True)]
        return flat


def _labels(regions: Iterable[_Region]) -> dict[str, list[str]]:
    """Return the labels of regions by id: some projects keep them apart from the shapes."""
    labels: dict[str, list[str]] = {}
    for region in regions:
        if region.id is not None:
            labels.setdefault(region.id, []).extend(_own_labels(region))
    return labels


def _own_labels(region: _Region) -> list[str]:
    if region.type not in {"labels", *_BOXES, *_OUTLINES}:
        return []
    found = region.value.get("labels" if region.type == "labels" else region.type)
    return [label for label in found if isinstance(label, str)] if isinstance(found, list) else []
