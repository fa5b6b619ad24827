#!/usr/bin/env bash
# The upright box around a rotated one lies elsewhere, unless the image is square.
#
# Guess: Label Studio's converter writes the upright box around a rotated rectangle to COCO, and the corners of the same
# rectangle to "YOLO with oriented boxes", so that the one encloses the other.
# Seen: for COCO the rectangle is turned while its sides are still hundredths of the image, where a hundredth to the
# right is longer than one downwards. The corners for YOLO are turned in pixels, and are right.
# Versions: label-studio-sdk 2.1.2 (its converter).
# Hurts: a detector that is exactly right fails at IoU 0.8 in a photograph of 4:3, and at 0.5 in a panorama.
# Instead: export the oriented boxes, and take the box around their corners.
#
# Output:
#   640 x 480: COCO has 275 240 365 308, around the corners are 286 240 365 319, IoU 0.76
#   1600 x 400: COCO has 640 160 1077 269, around the corners are 760 160 1077 389, IoU 0.40
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    label-studio-sdk==2.1.2
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import io
import json
from pathlib import Path

from label_studio_sdk.converter import Converter
from label_studio_sdk.converter.utils import convert_annotation_to_yolo_obb

CONFIG = """<View><Image name="image" value="$image"/>
<RectangleLabels name="label" toName="image"><Label value="ship"/></RectangleLabels></View>"""


def coco_box(value):
    region = {"id": "r", "type": "rectanglelabels", "from_name": "label", "to_name": "image", "value": value} | {
        name: value[name] for name in ("original_width", "original_height")
    }
    tasks = [{"id": 1, "data": {"image": "/data/upload/1/1.png"}, "annotations": [{"id": 1, "result": [region]}]}]
    Path("tasks.json").write_text(json.dumps(tasks))
    with contextlib.redirect_stdout(io.StringIO()):
        Converter(CONFIG, ".", download_resources=False).convert_to_coco("tasks.json", "coco", is_dir=False)
    left, top, width, height = json.loads(Path("coco/result.json").read_text())["annotations"][0]["bbox"]
    return left, top, left + width, top + height


def box_of_corners(value):
    across, down = zip(*convert_annotation_to_yolo_obb(value, normalize=False))
    return min(across), min(down), max(across), max(down)


def area(box):
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def overlap(one, other):
    shared = area((max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])))
    return shared / (area(one) + area(other) - shared)


seen = []
for width, height, x, y, side, rotation in ((640, 480, 50, 50, 10, 45), (1600, 400, 50, 40, 20, 30)):
    value = {"x": x, "y": y, "width": side, "height": side, "rotation": rotation, "rectanglelabels": ["ship"]}
    value |= {"original_width": width, "original_height": height}
    coco, around = coco_box(value), box_of_corners(value)
    seen.append((*map(round, coco), *map(round, around), round(overlap(coco, around), 2)))
    text = "{} x {}: COCO has {} {} {} {}, around the corners are {} {} {} {}, IoU {:.2f}"
    print(text.format(width, height, *seen[-1]))
assert seen == [
    (275, 240, 365, 308, 286, 240, 365, 319, 0.76),
    (640, 160, 1077, 269, 760, 160, 1077, 389, 0.40),
], seen
END
