"""DOTA's texts of oriented boxes (https://captain-whu.github.io/DOTA/dataset.html).

Ground truth is a text for each image: four corners in pixels, the class, and whether the object is difficult. Results
are a text `Task1_<class>.txt` for each class: the image's name, the confidence and four corners.
"""

import re
from pathlib import PurePosixPath
from typing import Any

from shared.imports.reading.files import InputFiles, pointer_of, stem_of, text_of
from shared.imports.reading.objects import ReadFile, ReadImage, ReadingRules, ReadObject, named
from shared.imports.reading.xml_text import number_of

_NUMBER = rb"[-+\d.eE]+"
_HEADER = re.compile(rb"\s*((imagesource|gsd):[^\n]*\n\s*)*", re.IGNORECASE)
# A number where the class stands is a share of an outline in YOLO's form.
_LINE = re.compile(rb"(%s[ \t]+){8}(?!%s(\s|$))\S" % (_NUMBER, _NUMBER))
_RESULTS = re.compile(r"(^|/)Task1_([^/]+)\.txt$")
_CORNERS = 8
_OF_RESULT = 2 + _CORNERS
_DIFFICULTIES = ("0", "1", "2")


def recognise(files: InputFiles) -> bool:
    """Tell whether texts are named as results, or begin with eight numbers and the name of a class."""
    texts = files.ending_with(".txt") if files.is_archive else list(files)
    if texts and all(map(_RESULTS.search, texts)):
        return True
    bodies = (files.head(name) for name in texts)
    first = next((body for body in bodies if body.strip()), b"")
    header = _HEADER.match(first)
    return _LINE.match(first, header.end() if header else 0) is not None


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every text; notes every fault at its place. Raises AnnotationsUnreadable."""
    images: dict[str, ReadImage] = {}
    for name in files.ending_with(".txt") if files.is_archive else list(files):
        lines, pointer = text_of(name, files[name]).splitlines(), pointer_of(name)
        of_class = _RESULTS.search(name)
        if of_class is None:
            images[pointer] = ReadImage(pointer, stem_of(name), is_stem=True)
            _read_truth(images[pointer], lines, rules)
        else:
            _read_results(images, of_class[2], lines, rules, pointer)
        if rules.checker.is_full:
            break
    read_images = list(images.values())
    return ReadFile(read_images, named(read_images))


def _read_truth(image: ReadImage, lines: list[str], rules: ReadingRules) -> None:
    for index, line in enumerate(lines, start=1):
        words, pointer = line.split(), f"{image.pointer}/{index}"
        if not words or re.match("(imagesource|gsd):", line.strip(), re.IGNORECASE):
            continue
        label = " ".join(words[_CORNERS:-1] if words[-1] in _DIFFICULTIES else words[_CORNERS:])
        if not label:
            rules.checker.note(pointer, "expected four corners, the class, and 0 or 1 for a difficult object")
            continue
        data = _outline(words[:_CORNERS], rules, pointer)
        if words[-1] in _DIFFICULTIES[1:]:
            data["difficult"] = 1
        annotation = _annotation(label, data, rules)
        rules.rate(annotation, None, pointer)
        image.objects.append(ReadObject(annotation, pointer))


def _read_results(
    images: dict[str, ReadImage], label: str, lines: list[str], rules: ReadingRules, file_pointer: str
) -> None:
    for index, line in enumerate(lines, start=1):
        words, pointer = line.split(), f"{file_pointer}/{index}"
        if not words:
            continue
        if len(words) != _OF_RESULT:
            rules.checker.note(pointer, "expected the name of the image, the confidence and four corners")
            continue
        stem = PurePosixPath(words[0]).name
        image = images.setdefault(stem, ReadImage(pointer, stem, is_stem=True))
        annotation = _annotation(label, _outline(words[2:], rules, pointer), rules)
        rules.rate(annotation, number_of(words[1], rules.checker, pointer), pointer)
        image.objects.append(ReadObject(annotation, pointer))


def _annotation(label: str, data: dict[str, Any], rules: ReadingRules) -> dict[str, Any]:
    return {"annotation_type": "segmentation", "class_name": rules.names.get(label, label), "data": data}


def _outline(words: list[str], rules: ReadingRules, pointer: str) -> dict[str, Any]:
    values = [number_of(word, rules.checker, pointer) or 0.0 for word in words]
    return {"format": "polygon", "points": [[x, y] for x, y in zip(values[::2], values[1::2], strict=True)]}
