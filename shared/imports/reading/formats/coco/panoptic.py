"""COCO's panoptic form: the segments of an image are the colours of a PNG (https://cocodataset.org/#format-data)."""

import io
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from shared.imports.errors import AnnotationsUnreadable
from shared.imports.reading.files import InputFiles
from shared.imports.reading.run_lengths import MAX_PIXELS, of_ids

# The number of a segment is red + 256 green + 256² blue.
_WEIGHTS = np.array([1, 256, 256**2], dtype=np.int64)


def masks_of(
    files: InputFiles, by_name: dict[str, str], annotation: dict[str, Any], size: tuple[int, int]
) -> list[tuple[int, dict[str, Any]]]:
    """Return each segment of an annotation, by position, with its mask in an image of size (height, width).

    Raises AnnotationsUnreadable.
    """
    name = str(annotation.get("file_name"))
    member = by_name.get(name)
    if member is None:
        raise AnnotationsUnreadable(
            f"“{name[:200]}” is missing; send the PNGs of the segments in the same zip archive."
        )
    ids = _ids(member, files[member], size)
    segments = [each for each in annotation["segments_info"] if isinstance(each, dict)]
    numbers = [each["id"] if isinstance(each.get("id"), int) else -1 for each in segments]
    unknown = set(np.unique(ids).tolist()) - {0, *numbers}
    if unknown:
        raise AnnotationsUnreadable(
            f"“{name[:200]}” has the segment {min(unknown)}, which segments_info does not name."
        )
    return list(enumerate(of_ids(ids, numbers)))


def pictures_of(files: InputFiles) -> dict[str, str]:
    """Return the PNGs by the last part of their names, by which annotations name them."""
    return {name.rpartition("/")[2]: name for name in files.ending_with(".png")}


def _ids(name: str, body: bytes, size: tuple[int, int]) -> Any:
    try:
        with Image.open(io.BytesIO(body), formats=["PNG"]) as picture:
            # Asked before a pixel is unpacked.
            if (picture.height, picture.width) != size or picture.width * picture.height > MAX_PIXELS:
                sizes = f"{picture.width} x {picture.height} pixels, and its image {size[1]} x {size[0]}"
                raise AnnotationsUnreadable(f"“{name[:200]}” has {sizes}.")
            if picture.mode != "RGB":
                raise AnnotationsUnreadable(f"“{name[:200]}” is not a PNG of red, green and blue.")
            return np.asarray(picture) @ _WEIGHTS
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise AnnotationsUnreadable(f"“{name[:200]}” is not a complete PNG.") from error
