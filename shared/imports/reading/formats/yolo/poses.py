"""Lines of YOLO's poses, which nothing but their numbers tells from outlines where no data.yaml states `kpt_shape`."""

from collections.abc import Sequence

_BOX = 4

# By chance an outline's first two points are a box around the others; not in every one of so many lines.
_FEWEST_LINES = 3
_FEWEST_POINTS = 2

# Four corners are as many numbers as a box with two points, and much more frequent.
_OF_CORNERS = (8, 9)

# Points may lie a little outside of a box that a program predicts.
_MARGIN = 0.02


class PoseWatch:
    """Whether every line with more than a box could be a pose: as many numbers, all points in the box before them."""

    def __init__(self) -> None:
        self._lengths = set[int]()
        self._lines = 0
        self._are_poses = True

    def add(self, values: Sequence[float]) -> None:
        """Look at the numbers of a line after its class."""
        if len(values) > _BOX + 1:
            self._lines += 1
            self._lengths.add(len(values))
            self._are_poses = self._are_poses and _is_pose(values)

    @property
    def notices(self) -> list[str]:
        """A sentence, if the lines are read as outlines and could be poses."""
        if self._lines < _FEWEST_LINES or len(self._lengths) > 1 or not self._are_poses:
            return []
        looks = "have as many numbers and begin with a box around their points, as lines of poses do"
        return [f"All {self._lines:,} outlines {looks}, which are not read: send poses as COCO keypoints."]


def _is_pose(values: Sequence[float]) -> bool:
    if len(values) in _OF_CORNERS:
        return False
    # A point has x and y, and often a visibility; the confidence of the pose may follow.
    forms = ((values[_BOX:end], step) for end in (None, -1) for step in (2, 3))
    return any(len(rest) % step == 0 and _lie_within(values, rest, step) for rest, step in forms)


def _lie_within(box: Sequence[float], rest: Sequence[float], step: int) -> bool:
    x, y, width, height = box[:_BOX]
    # What is not labelled stands in the corner of the image.
    points = [(left, top) for left, top in zip(rest[::step], rest[1::step], strict=True) if left or top]
    return len(points) >= _FEWEST_POINTS and all(
        abs(left - x) <= width / 2 + _MARGIN and abs(top - y) <= height / 2 + _MARGIN for left, top in points
    )
