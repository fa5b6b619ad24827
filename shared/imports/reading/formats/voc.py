"""Pascal VOC: an XML document for each image (http://host.robots.ox.ac.uk/pascal/VOC/voc2012/devkit_doc.pdf, §2.1).

Those of roLabelImg have turned boxes, `robndbox` (https://github.com/cgvict/roLabelImg, libs/pascal_voc_io.py).
"""

import math
import re
from collections import Counter
from typing import Any

from shared.imports.errors import AnnotationsUnreadable
from shared.imports.reading.files import InputFiles, pointer_of, stem_of
from shared.imports.reading.meanings import refuse_turns, refuse_uncounted, take_flags
from shared.imports.reading.objects import (
    ReadFile,
    ReadImage,
    ReadingRules,
    ReadObject,
    confidence_among,
    named,
    unkept,
)
from shared.imports.reading.xml_text import XmlMembers, number_of, root_of

_BEGIN = re.compile(rb"<annotation[\s>]")
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
# Of an object: what is read, or says how the rest is written.
_READ = frozenset({"name", "bndbox", "robndbox", "difficult", "confidence", "score", "type", "extra"})
_CONFIDENCES = ("confidence", "score")
# CVAT's: degrees clockwise around the centre, as here.
_ROTATION = "rotation"
_ONCE = ("name", "bndbox", "robndbox")
_TURNED = ("cx", "cy", "w", "h", "angle")


def recognise(files: InputFiles) -> bool:
    """Tell whether there is an XML document that begins with an annotation."""
    names = files.ending_with(".xml") if files.is_archive else list(files)
    return bool(names) and _BEGIN.search(files.head(names[0])) is not None and b"<size>" in files.head(names[0])


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every document; notes every fault at its place. Raises AnnotationsUnreadable.

    Corners are taken as they are: VOC counts pixels from 1, most programs that write its form count from 0.
    """
    unread = Counter[str]()
    names = files.ending_with(".xml") if files.is_archive else list(files)
    images = []
    for name in names:
        images.append(_image(name, files[name], rules, unread))
        if rules.checker.is_full:
            break
    return ReadFile(images, named(images), unkept(unread))


def _image(name: str, body: bytes, rules: ReadingRules, unread: Counter[str]) -> ReadImage:
    root = root_of(name, body)
    if root.tag != "annotation":
        raise AnnotationsUnreadable(f"“{name[:200]}”: expected the element annotation, as Pascal VOC has it.")
    document = XmlMembers(root, rules.checker, pointer_of(name))
    stated = {child.tag: child.text for child in root}
    refuse_turns(stated, rules.checker, document.pointer)
    refuse_uncounted(stated, rules.checker, document.pointer)
    filename = document.text("filename") or stem_of(name)
    image = ReadImage(document.pointer, filename, is_stem="." not in filename)
    image.width, image.height = _pixels(document, "size/width"), _pixels(document, "size/height")
    for sent in document.each("object"):
        annotation = _object(sent, rules)
        unread.update(_take_members(sent, annotation["data"], rules))
        if not annotation["data"].get("difficult"):
            annotation["data"].pop("difficult", None)
        image.objects.append(ReadObject(annotation, sent.pointer))
    return image


def _object(sent: XmlMembers, rules: ReadingRules) -> dict[str, Any]:
    label, data = sent.text("name"), _box(sent, rules)
    if sent.text("difficult") is not None:
        # A 0 as well, beside which an attribute may say otherwise.
        data["difficult"] = sent.flag("difficult")
    named = rules.names.get(label, label) if label is not None else None
    annotation: dict[str, Any] = {"annotation_type": "bounding_box", "class_name": named, "data": data}
    said: dict[str, Any] = {name: sent.number(name) for name in _CONFIDENCES}
    attributes, place = _attributes(sent), f"{sent.pointer}/attributes"
    if rules.role == "predictions":
        rated = {name: number_of(attributes.pop(name, None), rules.checker, f"{place}/{name}") for name in _CONFIDENCES}
        said |= {f"attributes/{name}": value for name, value in rated.items()}
    score = confidence_among(said, said, rules.checker, f"{sent.pointer}/score")
    rules.rate(annotation, score, f"{sent.pointer}/confidence")
    _take_attributes(attributes, data, rules, place)
    return annotation


def _attributes(sent: XmlMembers) -> dict[str, str]:
    """What CVAT and datumaro write of an object beside VOC's members."""
    listed = sent.element.iterfind("attributes/attribute")
    return {each.findtext("name") or "": (each.findtext("value") or "").strip() for each in listed}


def _take_attributes(said: dict[str, str], data: dict[str, Any], rules: ReadingRules, pointer: str) -> None:
    if data["format"] == "xyxy" and _ROTATION in said:
        turned = number_of(said.pop(_ROTATION), rules.checker, f"{pointer}/{_ROTATION}")
        data |= {"rotation": turned} if turned else {}
    attributes: dict[str, Any] = dict(said)
    take_flags(attributes, data, rules.checker, pointer)
    refuse_turns(attributes, rules.checker, pointer)
    if attributes:
        data["attributes"] = attributes


def _take_members(sent: XmlMembers, data: dict[str, Any], rules: ReadingRules) -> list[str]:
    """Honour what else an object states, or note it, and return the names of what is not kept."""
    element = sent.element
    for name in _ONCE:
        if len(element.findall(name)) > 1:
            rules.checker.note(f"{sent.pointer}/{name}", "expected one of it")
    said: dict[str, Any] = {child.tag: (child.text or "").strip() for child in element if child.tag not in _READ}
    if element.find("attributes/attribute") is not None:
        del said["attributes"]
    take_flags(said, data, rules.checker, sent.pointer)
    refuse_turns(said, rules.checker, sent.pointer)
    box = element.find("bndbox")
    corners = {} if box is None else {child.tag: (child.text or "").strip() for child in box}
    refuse_turns(corners, rules.checker, f"{sent.pointer}/bndbox")
    return [name[:50] for name in said if _is_said(sent, name)]


def _box(sent: XmlMembers, rules: ReadingRules) -> dict[str, Any]:
    if sent.element.find("robndbox") is None:
        return {"format": "xyxy", "bbox": [sent.number(f"bndbox/{corner}") for corner in _CORNERS]}
    if sent.element.find("bndbox") is not None:
        rules.checker.note(f"{sent.pointer}/robndbox", "expected either a turned box or an upright one")
    numbers = [sent.number(f"robndbox/{name}") for name in _TURNED]
    if any(number is None or not math.isfinite(number) for number in numbers):
        rules.checker.note(f"{sent.pointer}/robndbox", "expected cx, cy, w, h, and angle in radians")
        return {"format": "xywh", "bbox": [0, 0, 0, 0]}
    x, y, width, height, angle = (number or 0.0 for number in numbers)
    # roLabelImg turns clockwise around the centre.
    return {
        "format": "xywh",
        "bbox": [x - width / 2, y - height / 2, width, height],
        "rotation": math.degrees(angle),
    }


def _pixels(document: XmlMembers, path: str) -> int | None:
    value = document.number(path)
    # Some programs write a size of 0 where they did not look at the image.
    return int(value) if value and value.is_integer() else None


def _is_said(sent: XmlMembers, member: str) -> bool:
    element = sent.element.find(member)
    return element is not None and (len(element) > 0 or sent.text(member) not in (None, "0", "Unspecified"))
