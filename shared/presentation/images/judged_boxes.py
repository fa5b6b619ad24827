"""The boxes of a judged image as they are drawn, with labels that do not cover each other."""

from typing import NamedTuple
from uuid import UUID

from shared.detection_runs.drawn_data import DrawnData
from shared.detection_runs.figures.image_order import ImageBox, JudgedImage
from shared.detection_runs.records import ShownImage
from shared.kit.number_format import percent_text
from shared.presentation.images import label_places, object_drawings
from shared.presentation.images.label_places import Rectangle
from shared.presentation.images.object_drawings import ObjectDrawing
from shared.presentation.labels import cut, plain_text

# Text of these shares of the longer side is read beside a box, on a wide screen and on a narrow one.
_SHARES = {"wide": 1 / 60, "narrow": 1 / 30}
_LONGEST = 24
# Shares of the longer side, below which no eye tells two lines apart: of an image, and of a small one.
_GRAIN, _TILE_GRAIN = 1 / 2048, 1 / 256

# Pixels of a side, from which on whole ones are exact enough: a small image is 160 pixels of a page high.
_SHARP = 500


class DrawnBox(NamedTuple):
    """A box with what it counts as (TP, FP, FN, found or uncounted) at a confidence.

    `drawing` is its outline, or its keypoints; None where the box itself is drawn.
    """

    box: ImageBox
    standing: str
    is_shown: bool
    drawing: ObjectDrawing | None
    label: str


class BoxesPath(NamedTuple):
    """Boxes of one side that count as the same, as one path of SVG."""

    standing: str
    is_truth: bool
    path: str


class PlacedLabels(NamedTuple):
    """The boxes that have a label on a screen, with its place; and the size of its text."""

    screen: str
    text_size: float
    places: list[tuple[DrawnBox, Rectangle]]


class DrawnImage(NamedTuple):
    """The boxes of an image, and their labels, for wide screens and for narrow ones."""

    boxes: list[DrawnBox]
    labels: list[PlacedLabels]


def drawn(image: JudgedImage, shown: ShownImage, confidence: float, data: DrawnData) -> DrawnImage:
    """Draw an image at a confidence; what is less sure is there, but hidden."""
    grain = max(shown.width, shown.height) * _GRAIN
    boxes = [_drawn(box, confidence, data, grain) for box in image.boxes]
    return DrawnImage(boxes, [_labels(boxes, shown, screen) for screen in _SHARES])


def tile(image: JudgedImage, shown: ShownImage, confidence: float, data: DrawnData) -> list[DrawnBox]:
    """The boxes that an image shows at a confidence where it is too small for labels."""
    grain = max(shown.width, shown.height) * _TILE_GRAIN
    return [_drawn(box, confidence, data, grain) for box in image.boxes if is_shown(box, confidence)]


def merged(boxes: list[DrawnBox], shown: ShownImage) -> list[BoxesPath]:
    """Merge those boxes that have no drawing, as a page of images with elements for each is three times as long."""
    digits = 0 if max(shown.width, shown.height) >= _SHARP else 1
    paths = dict[tuple[str, bool], list[str]]()
    for one in boxes:
        if one.drawing is None:
            left, top, width, height = (f"{value:.{digits}f}" for value in one.box.box)
            parts = paths.setdefault((one.standing, one.box.is_truth), [])
            parts.append(f"M{left} {top}h{width}v{height}h-{width}z")
    return [BoxesPath(*key, "".join(parts)) for key, parts in paths.items()]


def small_drawing(data: DrawnData, annotation_id: UUID, class_name: str, shown: ShownImage) -> ObjectDrawing | None:
    """Draw an object where its image is small; None where its box is drawn."""
    return _drawing(data, annotation_id, class_name, max(shown.width, shown.height) * _TILE_GRAIN)


def standing(box: ImageBox, confidence: float) -> str:
    """What a box counts as at a confidence."""
    if not box.is_counted:
        return "uncounted"
    if not box.is_truth:
        return "TP" if box.is_true_positive else "FP"
    return "FN" if box.found_at is None or box.found_at < confidence else "found"


def is_shown(box: ImageBox, confidence: float) -> bool:
    """Whether a box is there at a confidence."""
    return box.confidence is None or box.confidence >= confidence


def _drawn(box: ImageBox, confidence: float, data: DrawnData, grain: float) -> DrawnBox:
    drawing = _drawing(data, box.annotation_id, box.class_name, grain)
    return DrawnBox(box, standing(box, confidence), is_shown(box, confidence), drawing, _label(box))


def _labels(boxes: list[DrawnBox], shown: ShownImage, screen: str) -> PlacedLabels:
    size = max(shown.width, shown.height) * _SHARES[screen]
    rectangles, texts = [Rectangle(*one.box.box) for one in boxes], [one.label for one in boxes]
    places = label_places.placed(rectangles, texts, Rectangle(0, 0, shown.width, shown.height), size)
    return PlacedLabels(screen, size, [(box, place) for box, place in zip(boxes, places, strict=True) if place])


def _drawing(data: DrawnData, annotation_id: UUID, class_name: str, grain: float) -> ObjectDrawing | None:
    text = data.texts.get(annotation_id)
    return None if text is None else object_drawings.of_text(text, data.limbs.get(class_name, ()), grain)


def _label(box: ImageBox) -> str:
    name = cut(plain_text(box.class_name), _LONGEST)
    if not box.is_counted:
        return name
    if box.is_truth:
        return f"FN {name}"
    return f"{'TP' if box.is_true_positive else 'FP'} {name} {percent_text(box.confidence or 0)} %"
