"""CVAT's XML for images (https://docs.cvat.ai/docs/manual/advanced/formats/format-cvat/), version 1.1."""

from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

from shared.imports.errors import AnnotationsUnreadable
from shared.imports.reading.files import InputFiles, pointer_of
from shared.imports.reading.formats.cvat.shapes import SHAPES, Place
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
from shared.imports.reading.xml_text import elements, number_of

_CONFIDENCES = ("score", "confidence")
_READ = {
    *("label", "source", "occluded", "outside", "keyframe", "z_order", "group_id", "points", "rle"),
    *("xtl", "ytl", "xbr", "ybr", "left", "top", "width", "height"),
}
_NOT_COMPARED = ("polyline", "cuboid", "ellipse")


def recognise(files: InputFiles) -> bool:
    """Tell whether there is an XML document that begins with annotations."""
    names = _documents(files)
    return bool(names) and b"<annotations>" in files.head(names[0])


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every document; notes every fault at its place. Raises AnnotationsUnreadable."""
    images, labels, unread = list[ReadImage](), list[str](), Counter[str]()
    names = _documents(files)
    for name in names:
        prefix = pointer_of(name) if len(names) > 1 else ""
        count = len(images)
        for element in elements(name, files[name], "meta", "image", "track"):
            if element.tag == "track":
                raise AnnotationsUnreadable("This is CVAT's form for videos, without images; export CVAT for images.")
            if element.tag == "meta":
                labels += [label.findtext("name") or "" for label in element.iter("label")]
            else:
                images.append(_image(element, rules, f"{prefix}/image/{len(images) - count}", unread))
            if rules.checker.is_full:
                break
    return ReadFile(images, named(images, filter(None, labels)), unkept(+unread))


def _documents(files: InputFiles) -> list[str]:
    return files.ending_with(".xml") if files.is_archive else list(files)


def _image(element: Element, rules: ReadingRules, pointer: str, unread: Counter[str]) -> ReadImage:
    image = ReadImage(pointer, element.get("name") or "")
    image.width, image.height = (_pixels(element, side, rules, pointer) for side in ("width", "height"))
    stated: dict[str, Any] = dict(element.attrib)
    refuse_uncounted(stated, rules.checker, pointer)
    refuse_turns(stated, rules.checker, pointer)
    counts = Counter[str]()
    for shape in element:
        place = Place(
            f"{pointer}/{shape.tag}/{counts[shape.tag]}", (image.height or 0, image.width or 0), rules.checker
        )
        counts[shape.tag] += 1
        if shape.tag in SHAPES:
            image.objects.append(ReadObject(_object(shape, rules, place), place.pointer))
            unread["a group"] += shape.get("group_id", "0") not in {"", "0"}
        elif shape.tag in _NOT_COMPARED:
            rules.checker.note(place.pointer, f"the {shape.tag} is not compared; draw a polygon instead")
        else:
            unread[f"a {shape.tag} of the whole image"] += 1
    return image


def _pixels(element: Element, side: str, rules: ReadingRules, pointer: str) -> int | None:
    value = number_of(element.get(side), rules.checker, f"{pointer}/{side}")
    return int(value) if value and value.is_integer() else None


def _object(shape: Element, rules: ReadingRules, place: Place) -> dict[str, Any]:
    label = shape.get("label")
    kind, data = SHAPES[shape.tag](shape, place)
    beyond: dict[str, Any] = {name: value for name, value in shape.attrib.items() if name not in _READ}
    if shape.tag == "box":
        beyond.pop("rotation", None)
    if shape.get("outside") == "1":
        place.note("outside", "an object that has left the image is none; remove it")
    refuse_turns(beyond, rules.checker, place.pointer)
    take_flags(beyond, data, rules.checker, place.pointer)
    said = {each.get("name") or "": (each.text or "").strip() for each in shape.iterfind("attribute")}
    annotation = {"annotation_type": kind, "class_name": rules.names.get(label or "", label), "data": data}
    if rules.role == "predictions":
        _rate(annotation, (beyond, said), rules, f"{place.pointer}/score")
    rules.unkept.update(name[:50] for name in beyond.keys() - {"rotation"})
    take_flags(said, data, rules.checker, f"{place.pointer}/attribute")
    refuse_turns(said, rules.checker, f"{place.pointer}/attribute")
    if shape.get("occluded") == "1":
        said["occluded"] = "1"
    if said:
        data["attributes"] = said
    return annotation


def _rate(annotation: dict[str, Any], places: tuple[dict[str, Any], ...], rules: ReadingRules, pointer: str) -> None:
    """Move the confidence from the members of the element, or from its attributes, to a prediction."""
    stated = [place.pop(name, None) for place in places for name in _CONFIDENCES]
    rated = {str(at): number_of(text or None, rules.checker, pointer) for at, text in enumerate(stated)}
    rules.rate(annotation, confidence_among(rated, rated, rules.checker, pointer), pointer)
