"""Reading and checking a COCO document of 5,000 images and 36,000 objects, as a worker does before it writes rows."""

import json
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from shared.imports.planning import ImportLimits, ImportOptions, plan
from shared.imports.reading.files import FileLimits
from shared.imports.reading.objects import Known
from shared.pictures.decoding import Picture
from shared.pictures.errors import InvalidPicture

IMAGES, OBJECTS = 5_000, 36_000

# COCO's outlines have about 23 corners.
CORNERS = 23


def document() -> dict[str, Any]:
    """A document with the numbers of images, objects and corners of COCO's val2014."""
    choose = random.Random(1)
    annotations = []
    for number in range(1, OBJECTS + 1):
        left, top = choose.uniform(0, 500), choose.uniform(0, 380)
        outline = [round(start + choose.uniform(0, 100), 2) for _ in range(CORNERS) for start in (left, top)]
        annotations.append(
            {
                "id": number,
                "image_id": choose.randint(1, IMAGES),
                "category_id": choose.randint(1, 80),
                "bbox": [round(left, 2), round(top, 2), 100, 100],
                "segmentation": [outline],
                "area": 6543.21,
                "iscrowd": 0,
            }
        )
    return {
        "images": [
            {"id": number, "file_name": f"{number:012}.jpg", "width": 640, "height": 480}
            for number in range(1, IMAGES + 1)
        ],
        "annotations": annotations,
        "categories": [{"id": number, "name": f"class {number}"} for number in range(1, 81)],
    }


def no_picture(_body: bytes) -> Picture:
    """Refuse every picture; the document comes alone."""
    raise InvalidPicture


def main() -> None:
    """Measure, and print seconds and the peak of memory."""
    limits = ImportLimits(FileLimits(2**28, 2**30), 200_000, 2**20)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instances.json"
        path.write_text(json.dumps(document()))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        start, processor = time.perf_counter(), time.process_time()
        options = ImportOptions(path.name, None, "ground_truth", {})
        made = plan(path, options, Known([], []), limits, lambda _share: None, no_picture)
        seconds, processor = time.perf_counter() - start, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{made.report.annotations:,} objects of {made.report.images_created:,} images: {seconds:.2f} s, "
        f"{processor:.2f} s of the processor"
    )
    print(f"peak memory {peak:.0f} MiB, of which {before:.0f} MiB before")


if __name__ == "__main__":
    main()
