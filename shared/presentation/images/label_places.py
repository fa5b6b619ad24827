"""Where the labels of boxes stand, so that none covers another; pure."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.presentation.labels import display_width

# Of a column of text, in heights of the text: wider than most letters, so that none reaches into its neighbour.
LETTER = 0.62
HEIGHT = 1.15
# More labels of one image are not read.
MAX_LABELS = 200


class Rectangle(NamedTuple):
    """Left, top, width and height."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: "Rectangle") -> bool:
        """Return whether the two share more than an edge."""
        is_beside = self.x >= other.x + other.width or other.x >= self.x + self.width
        return not is_beside and self.y < other.y + other.height and other.y < self.y + self.height


def placed(boxes: Sequence[Rectangle], texts: Sequence[str], image: Rectangle, size: float) -> list[Rectangle | None]:
    """Place a label of text of this size at each box, the first ones first; None where there is no room.

    Above its box, inside, below, beside, or a line or two away, where it is in the image and covers no other; at most
    200.
    """
    taken = list[Rectangle]()
    places = list[Rectangle | None]()
    for box, text in zip(boxes, texts, strict=True):
        choices = _choices(box, display_width(text) * LETTER * size, HEIGHT * size)
        has_room = len(taken) < MAX_LABELS
        place = next((one for one in choices if has_room and _fits(one, image, taken)), None)
        places.append(place)
        if place is not None:
            taken.append(place)
    return places


def _choices(box: Rectangle, width: float, height: float) -> list[Rectangle]:
    right, bottom = box.x + box.width, box.y + box.height
    corners = [
        (box.x, box.y - height), (box.x, box.y), (box.x, bottom), (right - width, box.y - height),
        (right - width, bottom), (box.x, bottom - height), (right, box.y), (box.x - width, box.y),
        (box.x, bottom + height), (box.x, box.y - 2 * height), (box.x, bottom + 2 * height),
    ]  # fmt: skip
    return [Rectangle(x, y, width, height) for x, y in corners]


def _fits(place: Rectangle, image: Rectangle, taken: Sequence[Rectangle]) -> bool:
    is_inside = place.x >= image.x and place.y >= image.y
    is_inside &= place.x + place.width <= image.x + image.width and place.y + place.height <= image.y + image.height
    return is_inside and not any(place.meets(other) for other in taken)
