"""KITTI's texts: a file for each image, a line for each object (the object development kit, readme.txt)."""

import re
from typing import Any

from shared.imports.reading.files import InputFiles, pointer_of, stem_of, text_of
from shared.imports.reading.objects import ReadFile, ReadImage, ReadingRules, ReadObject, named
from shared.imports.reading.xml_text import number_of
from shared.kit.plurals import counted, form

# Class, truncated, occluded, alpha, four corners, seven values in space; predictions have a score after them.
_WORDS, _WITH_SCORE = 15, 16
_CORNERS = slice(4, 8)
_LINE = re.compile(rb"\s*[A-Za-z_][\w.-]*([ \t]+[-+\d.eE]+){14,15}\s*?(\r?\n|$)")
_REGION = "dontcare"
_COLOURS = re.compile(r"(^|/)label_colors\.txt$")

# Some programs write the score of predictions beside ground truth.
_CERTAIN = {"1", "1.0", "1.00"}


def recognise(files: InputFiles) -> bool:
    """Tell whether the text files of an archive begin with a class and fourteen numbers."""
    if not files.is_archive:
        return False
    bodies = (files.head(name) for name in _texts(files))
    first = next((body for body in bodies if body.strip()), None)
    return first is not None and _LINE.match(first) is not None


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every text; notes every fault at its place. Raises AnnotationsUnreadable."""
    images, regions = list[ReadImage](), 0
    for name in _texts(files):
        image = ReadImage(pointer_of(name), stem_of(name), is_stem=True)
        images.append(image)
        for index, line in enumerate(text_of(name, files[name]).splitlines(), start=1):
            words = line.split()
            if words and words[0].lower() == _REGION:
                regions += 1
            elif words:
                pointer = f"{image.pointer}/{index}"
                image.objects.append(ReadObject(_object(words, rules, pointer), pointer))
        if rules.checker.is_full:
            break
    notices = []
    if regions:
        are = form(regions, "is", "are")
        notices.append(
            f"{counted(regions, 'region')} {are} marked DontCare, in which KITTI counts no detection; "
            f"{form(regions, 'it is', 'they are')} left out."
        )
    return ReadFile(images, named(images), notices)


def _texts(files: InputFiles) -> list[str]:
    return [name for name in files.ending_with(".txt") if not _COLOURS.search(name)]


def _object(words: list[str], rules: ReadingRules, pointer: str) -> dict[str, Any]:
    checker = rules.checker
    if len(words) not in {_WORDS, _WITH_SCORE}:
        checker.note(
            pointer, f"expected a class and 14 numbers, and a score of predictions, not {counted(len(words), 'word')}"
        )
        words = [words[0], *["0"] * (_WORDS - 1)]
    if rules.role == "ground_truth" and len(words) == _WITH_SCORE and words[-1] not in _CERTAIN:
        checker.note(pointer, "a score is one of predictions")
    truncated, occluded = words[1:3]
    stated = {
        "truncated": number_of(truncated, checker, pointer),
        "occluded": number_of(occluded, checker, pointer),
    }
    # 0 is a whole object, and -1 one of which nothing is known.
    said = {name: value for name, value in stated.items() if value not in {None, 0, -1}}
    data: dict[str, Any] = {
        "format": "xyxy",
        "bbox": [number_of(word, checker, pointer) for word in words[_CORNERS]],
    }
    if said:
        data["attributes"] = said
    rules.unkept["an angle and a place in space"] += 1
    label = words[0]
    annotation = {"annotation_type": "bounding_box", "class_name": rules.names.get(label, label), "data": data}
    rated = words[-1] if len(words) == _WITH_SCORE else None
    rules.rate(annotation, number_of(rated, checker, pointer), pointer)
    return annotation
