"""What the four numbers of a box mean where an object states it, as detectron2's do."""

from typing import Any, TypeGuard

from shared.analyses.annotations.validation import Checker
from shared.imports.reading.json_text import whole

MEMBERS = frozenset({"bbox_mode", "bbox_format", "box_format"})

# detectron2.structures.BoxMode, by number and by name; JSON has the number.
_CORNERS = frozenset({"0", "xyxy_abs", "xyxy"})
_SIDES = frozenset({"1", "xywh_abs", "xywh"})
_BOX_NUMBERS = 4


def box_in_sides(sent: dict[str, Any], checker: Checker, pointer: str) -> Any:
    """Return the box as left, top, width and height, as COCO has it; notes a mode of any other box."""
    box = sent.get("bbox")
    for name in sorted(MEMBERS & sent.keys()):
        mode = str(whole(sent[name])).lower().removeprefix("boxmode.")
        if sent[name] is None or mode in _SIDES:
            continue
        if mode not in _CORNERS:
            text = f"the mode {mode[:30]!r} is not read; convert the boxes to XYWH_ABS with BoxMode.convert"
            checker.note(f"{pointer}/{name}", text)
        elif _are_numbers(box):
            left, top, right, bottom = box
            return [left, top, right - left, bottom - top]
    return box


def _are_numbers(box: Any) -> TypeGuard[list[float]]:
    # What is no box is refused by the check that all annotations pass.
    return (
        isinstance(box, list)
        and len(box) == _BOX_NUMBERS
        and all(isinstance(number, int | float) and not isinstance(number, bool) for number in box)
    )
