"""The labels of an image's boxes, placed so that none covers another; pure."""

from collections.abc import Sequence

from shared.analyses.annotations.formats import Size
from shared.kit.number_format import percent_text
from shared.presentation.images import label_places
from shared.presentation.images.label_places import Rectangle
from shared.presentation.images.overlay import Shape
from shared.presentation.labels import cut, plain_text

# The size of texts beside the longer side of the image, as the drawing has it.
TEXT_SHARE = 1 / 46
_LONGEST = 40


def label_of(shape: Shape) -> str:
    """The class of a shape with its confidence and its note."""
    name = cut(plain_text(shape.class_name), _LONGEST)
    confidence = "" if shape.confidence is None else f" {percent_text(shape.confidence)} %"
    return f"{name}{confidence}" + (f" ({shape.note})" if shape.note else "")


def places_of(shapes: Sequence[Shape], image: Size) -> dict[str, Rectangle]:
    """The places of the labels of boxes by the id of the shape; those without room have none."""
    boxes = [shape for shape in shapes if shape.box is not None and shape.polygon is None and shape.runs is None]
    rectangles = [Rectangle(*shape.box) for shape in boxes if shape.box is not None]
    whole = Rectangle(0, 0, image.width, image.height)
    places = label_places.placed(
        rectangles, [label_of(shape) for shape in boxes], whole, max(image.width, image.height) * TEXT_SHARE
    )
    return {shape.id: place for shape, place in zip(boxes, places, strict=True) if place is not None}
