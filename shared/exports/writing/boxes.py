"""Objects as boxes, for formats that have nothing else."""

from collections.abc import Sequence
from typing import Any

from shared.analyses.annotations.formats import box_of, is_crowd, is_ignored, outline_box_of
from shared.evaluation.detection.geometry import polygons
from shared.exports.writing.source import ExportedObject, Notices

_CORNERS = 4

Corners = tuple[float, float, float, float]


def corners_of(each: ExportedObject, data: dict[str, Any], notices: Notices) -> Corners | None:
    """Return the corners of a box, or of the box around an outline or mask; None for what is left out."""
    if each.annotation_type == "bounding_box":
        return box_of(data)
    if each.annotation_type == "segmentation":
        notices.note(
            "outline or mask is written as the box around it.",
            "outlines and masks are written as the boxes around them.",
        )
        return outline_box_of(data)
    notices.note("set of keypoints, label or heat map is left out.", "keypoints, labels and heat maps are left out.")
    return None


def oriented_corners_of(each: ExportedObject, data: dict[str, Any], notices: Notices) -> Sequence[float] | None:
    """Return x and y of four corners in turn, of a box or an outline of as many; None for what is left out."""
    if each.annotation_type == "bounding_box":
        left, top, right, bottom = box_of(data)
        return left, top, right, top, right, bottom, left, bottom
    if each.annotation_type == "segmentation" and data["format"] == "polygon":
        outlines = polygons.parts(data["points"])
        if len(outlines) == 1 and len(outlines[0]) == _CORNERS:
            corners: list[float] = outlines[0].ravel().tolist()
            return corners
    notices.note(
        "object that is no box or outline of four corners is left out.",
        "objects that are no boxes or outlines of four corners are left out.",
    )
    return None


def note_unsaid(data: dict[str, Any], notices: Notices, *members: str) -> None:
    """Note members of an object that are lost."""
    for name in members:
        if data.get(name) is not None:
            notices.note(f"object states {name}, which is left out.", f"objects state {name}, which is left out.")


def is_no_target(data: dict[str, Any]) -> bool:
    """Return whether an object neither has to be found nor counts as an error."""
    return is_crowd(data) or is_ignored(data)
