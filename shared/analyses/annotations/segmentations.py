"""Validation of segmentations: polygons in every form, and run lengths."""

import math
from collections.abc import Collection
from itertools import chain
from typing import Any

from shared.analyses.annotations.members import OF_RLE, check_names
from shared.analyses.annotations.validation import MAX_COORDINATE, Checker, is_count
from shared.evaluation.detection.geometry import rle

# The side of an image; the number of its pixels stays below what COCO's 32-bit run lengths hold.
MAX_SIDE = 65_535

# Outlines of one polygon, each of which is drawn by itself: a hundred times those of any object in COCO.
MAX_PARTS = 1000

# Corners of one polygon, all outlines together: ten times those of any object in LVIS, drawn in a fifth of a second.
MAX_CORNERS = 100_000

_SIZE, _POINT, _CORNERS = 2, 2, 3
_NUMBERS = frozenset({int, float})


def check(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    """Check the data of a segmentation; notes every fault."""
    if data.get("format") == "polygon":
        _polygon(checker, checker.member(data, "points", pointer), f"{pointer}/points")
    elif data.get("format") == "rle":
        _rle(checker, checker.member(data, "rle", pointer), f"{pointer}/rle")
    else:
        checker.note(f"{pointer}/format", "expected polygon or rle")


def _polygon(checker: Checker, points: Any, pointer: str) -> None:
    """Check [[x, y], ...], COCO's flat [x, y, ...], or a list of such outlines."""
    if points is None:
        return
    if _has_too_many_corners(points):
        checker.note(
            pointer, f"expected at most {MAX_CORNERS:,} corners; leave some out, or send a mask as run lengths"
        )
        return
    is_nested = not _is_one_outline(points) and isinstance(points, list) and any(map(_is_outline, points))
    if not is_nested:
        _outline(checker, points, pointer)
        return
    if len(points) > MAX_PARTS:
        checker.note(pointer, f"expected at most {MAX_PARTS:,} outlines; send a mask as run lengths")
        return
    for index, part in enumerate(points):
        _outline(checker, part, f"{pointer}/{index}")


def _has_too_many_corners(points: Any) -> bool:
    """Count the numbers of points and outlines, of which a corner has two."""
    return isinstance(points, list) and sum(map(_numbers, points)) > _POINT * MAX_CORNERS


def _numbers(part: Any) -> int:
    if not isinstance(part, list):
        return 1
    return len(part) * (_POINT if part and isinstance(part[0], list) else 1)


def _is_one_outline(points: Any) -> bool:
    """Return whether these are numbers, or pairs of them, as in most documents; what is neither is looked at closer."""
    if not isinstance(points, list):
        return False
    kinds = set(map(type, points))
    are_pairs = kinds == {list} and set(map(len, points)) == {_POINT}
    return kinds <= _NUMBERS or (are_pairs and set(map(type, chain.from_iterable(points))) <= _NUMBERS)


def _are_coordinates(values: Collection[Any]) -> bool:
    """Return whether all are finite coordinates; a document has millions of them."""
    if not set(map(type, values)) <= _NUMBERS or not (min(values) >= -MAX_COORDINATE and max(values) <= MAX_COORDINATE):
        return False
    # NaN is neither less nor more than anything, and stays NaN in a sum.
    return math.isfinite(sum(values))


def _is_outline(part: Any) -> bool:
    """Return whether a list is an outline; a point has two numbers."""
    return isinstance(part, list) and (len(part) >= _POINT * _CORNERS or any(isinstance(each, list) for each in part))


def _outline(checker: Checker, points: Any, pointer: str) -> None:
    if isinstance(points, list) and points and not isinstance(points[0], list):
        if len(points) % _POINT or len(points) < _POINT * _CORNERS:
            checker.note(pointer, "expected at least 3 points [x, y], or x and y of each in turn")
            return
        # The places are only needed where one is wrong.
        if not _are_coordinates(points):
            for index, value in enumerate(points):
                checker.coordinate(value, f"{pointer}/{index}")
        return
    if isinstance(points, list) and len(points) >= _CORNERS and _is_one_outline(points):
        flat = list(chain.from_iterable(points))
        if _are_coordinates(flat):
            return
    for index, point in enumerate(checker.items(points, pointer, min_items=_CORNERS, of="points")):
        if isinstance(point, list) and len(point) == _POINT:
            checker.coordinate(point[0], f"{pointer}/{index}/0")
            checker.coordinate(point[1], f"{pointer}/{index}/1")
        else:
            checker.note(f"{pointer}/{index}", "expected a point [x, y]")


def _rle(checker: Checker, mask: Any, pointer: str) -> None:
    if mask is None:
        return
    if not isinstance(mask, dict):
        checker.note(pointer, "expected an object with counts and size")
        return
    check_names(checker, mask, OF_RLE, pointer)
    size = checker.member(mask, "size", pointer)
    is_size = isinstance(size, list) and len(size) == _SIZE and all(is_count(side) for side in size)
    if size is not None and not (is_size and min(size) > 0 and max(size) <= MAX_SIDE):
        checker.note(f"{pointer}/size", f"expected [height, width], each from 1 to {MAX_SIDE}")
        is_size = False
    counts = _counts(checker, checker.member(mask, "counts", pointer), f"{pointer}/counts")
    if counts is not None and is_size:
        _check_cover(checker, sum(counts), size, f"{pointer}/counts")


def _check_cover(checker: Checker, covered: int, size: list[int], pointer: str) -> None:
    height, width = size
    if covered > height * width:
        checker.note(pointer, f"the run lengths cover more pixels than the {height} x {width} of the mask")
    elif covered < height * width and checker.needs_whole_masks:
        checker.note(pointer, f"the run lengths cover {covered:,} of the {height * width:,} pixels of the mask")


def _counts(checker: Checker, counts: Any, pointer: str) -> list[int] | None:
    if counts is None:
        return None
    if _is_too_long(counts, checker.max_runs):
        checker.note(pointer, f"expected at most {checker.max_runs:,} run lengths; send a mask of fewer pixels")
        return None
    if isinstance(counts, str):
        return _compressed_counts(checker, counts, pointer)
    if not isinstance(counts, list):
        checker.note(pointer, "expected a list of run lengths, or a string of COCO's compressed run lengths")
        return None
    indexes = [index for index, count in enumerate(counts) if not is_count(count)]
    for index in indexes:
        checker.note(f"{pointer}/{index}", "must be a whole number, 0 or greater")
    return None if indexes else counts


def _compressed_counts(checker: Checker, counts: str, pointer: str) -> list[int] | None:
    try:
        lengths = rle.decompress(counts)
    except rle.InvalidRunLengths as error:
        checker.note(pointer, f"expected COCO's compressed run lengths: {error}")
        return None
    if any(count < 0 for count in lengths):
        checker.note(pointer, "every run length must be 0 or greater")
        return None
    return lengths


def _is_too_long(counts: Any, max_runs: int | None) -> bool:
    if max_runs is None or not isinstance(counts, str | list):
        return False
    return (rle.count(counts) if isinstance(counts, str) else len(counts)) > max_runs


def mask_size(data: dict[str, Any]) -> tuple[int, int] | None:
    """Return height and width where they are well-formed; a batch with any other is refused."""
    mask = data.get("rle")
    size = mask.get("size") if data.get("format") == "rle" and isinstance(mask, dict) else None
    return (size[0], size[1]) if isinstance(size, list) and len(size) == _SIZE else None
