"""YOLO's texts: a file for each image, a line for each object (https://docs.ultralytics.com/datasets/detect/).

A line is the class and the box by centre and size, or the class and an outline, in shares of the image. Predictions
have a confidence at the end. Classes are named by data.yaml (or classes.txt), or by `categories` of the request.
"""

import math
import re
from typing import Any

import yaml

from shared.analyses.annotations.formats import Size
from shared.imports.errors import AnnotationsUnreadable
from shared.imports.reading.files import InputFiles, pointer_of, stem_of, text_of
from shared.imports.reading.formats import forms_not_read
from shared.imports.reading.formats.yolo.poses import PoseWatch
from shared.imports.reading.formats.yolo.tracks import TrackWatch
from shared.imports.reading.objects import Category, ReadFile, ReadImage, ReadingRules, ReadObject
from shared.imports.reading.xml_text import number_of

_LISTS_OF_NAMES = re.compile(r"(^|/)(classes|obj|labels)\.(txt|names)$")
_REMARKS = re.compile(r"(^|/)(readme|licen[cs]e|notice)[^/]*\.txt$", re.IGNORECASE)
# Programs add texts that list the images of a part.
_LIST_OF_IMAGES = re.compile(rb"\s*[^\n]*\.(jpe?g|png|webp|gif|bmp)\s*(\n|$)", re.IGNORECASE)
_LINE = re.compile(rb"\s*\d[\d.eE+-]*(\s+[\d.eE+-]+){4,}\s*(\n|$)")
_BOX, _WITH_CONFIDENCE, _POINT = 4, 5, 2

# A share that a program has rounded may leave the image by so much.
_ROUNDING = 0.01


def recognise(files: InputFiles) -> bool:
    """Tell whether the text files of an archive begin with a class and four numbers, or none says anything."""
    if not files.is_archive or forms_not_read.is_voc_results(files):
        return False
    bodies = (files.head(name) for name in _texts(files))
    first = next((body for body in bodies if body.strip()), None)
    if first is None:
        return bool(_texts(files)) and bool(files.ending_with(".yaml", ".yml"))
    return _LINE.match(first) is not None


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every text, in the sizes of their images; notes every fault at its place.

    Raises AnnotationsUnreadable.
    """
    names = _class_names(files) | rules.names
    sizes = rules.sizes()
    images, poses, tracks = [], PoseWatch(), TrackWatch()
    for name in _texts(files):
        image = ReadImage(pointer_of(name), stem_of(name), is_stem=True)
        images.append(image)
        # The image is looked for later, and what has no size has no image.
        if (size := sizes.find(stem_of(name))) is not None:
            for index, line in enumerate(text_of(name, files[name]).splitlines(), start=1):
                if words := line.split():
                    pointer = f"{image.pointer}/{index}"
                    image.objects.append(ReadObject(_object(words, names, size, rules, pointer), pointer))
                    poses.add([_share(word) for word in words[1:]])
                    tracks.add(words[1:])
        if rules.checker.is_full:
            break
    numbered = {number: name for number, name in names.items() if number.isdecimal()}
    return ReadFile(
        images, [Category(name, int(number)) for number, name in numbered.items()], [*poses.notices, *tracks.notices]
    )


def _share(word: str) -> float:
    # What is no number is noted with the object.
    try:
        return float(word)
    except ValueError:
        return math.nan


def _class_number(word: str) -> str:
    """Return the number of a class as names have it: numpy writes all numbers of a line with decimals."""
    share = _share(word)
    return str(int(share)) if share.is_integer() else word


def _texts(files: InputFiles) -> list[str]:
    names = [name for name in files.ending_with(".txt") if not _LISTS_OF_NAMES.search(name)]
    return [name for name in names if not _REMARKS.search(name) and not _LIST_OF_IMAGES.match(files.head(name))]


def _class_names(files: InputFiles) -> dict[str, str]:
    """Return the names by number; raises AnnotationsUnreadable, also where two files name them differently."""
    named = dict(sorted({**_names_of_yaml(files), **_names_of_lists(files)}.items()))
    (first, names), *others = named.items() if named else [("", {})]
    for other, others_names in others:
        if others_names != names:
            places = f"“{first[:100]}” and “{other[:100]}”"
            raise AnnotationsUnreadable(f"{places} name the classes differently; send the one that is right.")
    return names


def _names_of_yaml(files: InputFiles) -> dict[str, dict[str, str]]:
    found = {}
    for name in files.ending_with(".yaml", ".yml"):
        try:
            document = yaml.safe_load(text_of(name, files[name]))
        except (yaml.YAMLError, RecursionError) as error:
            raise AnnotationsUnreadable(f"“{name[:200]}” is not YAML.") from error
        named = document.get("names") if isinstance(document, dict) else None
        if isinstance(named, list | dict):
            entries = named.items() if isinstance(named, dict) else enumerate(named)
            names = {str(number): str(label) for number, label in entries if label is not None}
            found[name] = _checked_names(name, document, names)
    return found


def _names_of_lists(files: InputFiles) -> dict[str, dict[str, str]]:
    found = {}
    for name in filter(_LISTS_OF_NAMES.search, files):
        lines = text_of(name, files[name]).splitlines()
        found[name] = {str(number): label.strip() for number, label in enumerate(lines) if label.strip()}
    return found


def _checked_names(file: str, document: dict[str, Any], names: dict[str, str]) -> dict[str, str]:
    """Return the names, of which each is one class; raises AnnotationsUnreadable, also for labels of poses."""
    place = f"“{file[:200]}”"
    if document.get("kpt_shape"):
        raise AnnotationsUnreadable(f"{place}: kpt_shape says that lines hold keypoints; send them as COCO keypoints.")
    if document.get("nc") not in {None, len(names)}:
        raise AnnotationsUnreadable(f"{place}: nc is {document['nc']}, and the names are {len(names):,}."[:500])
    if len(set(names.values())) < len(names):
        raise AnnotationsUnreadable(f"{place}: two classes have the same name.")
    return names


def _object(words: list[str], names: dict[str, str], size: Size, rules: ReadingRules, pointer: str) -> dict[str, Any]:
    checker = rules.checker
    values = [number_of(word, checker, pointer) or 0.0 for word in words[1:]]
    number = _class_number(words[0])
    label = names.get(number)
    if label is None:
        checker.note_shared(pointer, f"class {number[:20]!r} has no name; send data.yaml or `categories`")
    if rules.role == "predictions" and len(values) % _POINT == 0:
        checker.note_shared(pointer, "a prediction needs its confidence as the last number")
    if rules.role == "ground_truth" and len(values) % _POINT:
        checker.note_shared(
            pointer, "expected the class and an even number of shares; a confidence is one of predictions"
        )
    confidence = values.pop() if len(values) % _POINT else None
    if len(values) < _BOX or any(not -_ROUNDING <= value <= 1 + _ROUNDING for value in values):
        checker.note(pointer, "expected shares of the image, from 0 to 1")
        values = [0.0] * _BOX
    is_box = len(values) == _BOX
    annotation: dict[str, Any] = {
        "annotation_type": "bounding_box" if is_box else "segmentation",
        "class_name": label or number,
        "data": _box(values, size) if is_box else _outline(values, size),
    }
    return annotation | ({} if confidence is None else {"confidence": confidence})


def _box(values: list[float], size: Size) -> dict[str, Any]:
    x, y, width, height = values
    left, top = (x - width / 2) * size.width, (y - height / 2) * size.height
    return {"format": "xywh", "bbox": [left, top, width * size.width, height * size.height]}


def _outline(values: list[float], size: Size) -> dict[str, Any]:
    points = [[x * size.width, y * size.height] for x, y in zip(values[::2], values[1::2], strict=True)]
    return {"format": "polygon", "points": points}
