"""Lines of YOLO with a confidence and the number of a track behind the box, which look as outlines of three points."""

from collections.abc import Sequence

from shared.kit.plurals import counted, form

_BOX, _TRIANGLE = 4, 6
# Larger numbers are no shares, and are refused.
_SHARES = frozenset({"0", "1"})


class TrackWatch:
    """How many lines may be boxes of a track: three points of which the last ends with 0 or 1 and has no decimals.

    Nothing is said where the folder has outlines of more points, or where any of three ends otherwise.
    """

    def __init__(self) -> None:
        self._lines = 0
        self._has_outlines = False

    def add(self, words: Sequence[str]) -> None:
        """Look at the numbers of a line after its class."""
        if len(words) == _TRIANGLE and words[-1] in _SHARES:
            self._lines += 1
        elif len(words) > _BOX + 1:
            self._has_outlines = True

    @property
    def notices(self) -> list[str]:
        """A sentence, if lines are read as outlines and may be boxes."""
        if not self._lines or self._has_outlines:
            return []
        are = form(self._lines, "was read as an outline", "were read as outlines")
        said = f"{counted(self._lines, 'line')} with six numbers {are} of three points; leave out the confidence and "
        return [f"{said}the number of the track if they are boxes."]
