"""The boxes of a judged image as they are drawn, with labels that do not cover each other."""

from typing import NamedTuple

from shared.detection_runs.image_order import ImageBox, JudgedImage
from shared.detection_runs.records import ShownImage
from shared.presentation import label_places
from shared.presentation.label_places import Rectangle
from shared.presentation.labels import cut, plain_text

# Text of this share of the longer side is read beside a box.
_SHARE = 1 / 46
_LONGEST = 24


class DrawnBox(NamedTuple):
    """A box with what it counts as (TP, FP, FN, found or uncounted) at a confidence, and the place of its label."""

    box: ImageBox
    standing: str
    is_shown: bool
    label: str
    place: Rectangle | None


class DrawnImage(NamedTuple):
    """The boxes of an image, and the size of its texts."""

    boxes: list[DrawnBox]
    text_size: float


def drawn(image: JudgedImage, shown: ShownImage, confidence: float) -> DrawnImage:
    """Draw an image at a confidence; what is less sure is there, but hidden."""
    size = max(shown.width, shown.height) * _SHARE
    labels = [_label(box) for box in image.boxes]
    places = label_places.placed(
        [Rectangle(*box.box) for box in image.boxes], labels, Rectangle(0, 0, shown.width, shown.height), size
    )
    boxes = [
        _drawn(box, confidence, label, place) for box, label, place in zip(image.boxes, labels, places, strict=True)
    ]
    return DrawnImage(boxes, size)


def tile(image: JudgedImage, confidence: float) -> list[DrawnBox]:
    """The boxes that an image shows at a confidence where it is too small for labels."""
    return [_drawn(box, confidence, "", None) for box in image.boxes if is_shown(box, confidence)]


def standing(box: ImageBox, confidence: float) -> str:
    """What a box counts as at a confidence."""
    if not box.is_counted:
        return "uncounted"
    if not box.is_truth:
        return "TP" if box.is_right else "FP"
    return "FN" if box.found_at is None or box.found_at < confidence else "found"


def is_shown(box: ImageBox, confidence: float) -> bool:
    """Whether a box is there at a confidence."""
    return box.confidence is None or box.confidence >= confidence


def _drawn(box: ImageBox, confidence: float, label: str, place: Rectangle | None) -> DrawnBox:
    return DrawnBox(box, standing(box, confidence), is_shown(box, confidence), label, place)


def _label(box: ImageBox) -> str:
    name = cut(plain_text(box.class_name), _LONGEST)
    if not box.is_counted:
        return name
    if box.is_truth:
        return f"FN {name}"
    return f"{'TP' if box.is_right else 'FP'} {name} {100 * (box.confidence or 0):.0f} %"
