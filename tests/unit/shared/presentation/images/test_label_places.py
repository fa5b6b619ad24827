"""Labels of boxes cover neither each other nor the edge of the image."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from shared.presentation.images.label_places import Rectangle, placed

IMAGE = Rectangle(0, 0, 640, 480)
CORNERS = st.floats(-20, 660)
BOXES = st.builds(Rectangle, CORNERS, CORNERS, st.floats(0, 200), st.floats(0, 200))


@given(st.lists(st.tuples(BOXES, st.text(max_size=30)), max_size=20))
def test_no_label_covers_another_or_leaves_the_image(drawn: list[tuple[Rectangle, str]]) -> None:
    places = placed([box for box, _ in drawn], [text for _, text in drawn], IMAGE, 14)

    known = [place for place in places if place is not None]
    assert len(places) == len(drawn)
    assert not any(one.meets(other) for one, other in combinations(known, 2))
    assert all(one.x >= 0 and one.x + one.width <= 640 and one.y >= 0 and one.y + one.height <= 480 for one in known)


def test_a_label_stands_above_its_box_and_the_next_of_the_same_box_elsewhere() -> None:
    box = Rectangle(100, 100, 50, 40)
    places = placed([box] * 12, ["car"] * 12, IMAGE, 10)

    first, second = places[:2]
    assert first is not None
    assert second is not None
    assert (first.x, first.y + first.height) == (100, 100)
    assert (second.x, second.y) == (100, 100)
    # Around one box there is no room for a dozen.
    assert None in places
