#!/usr/bin/env bash
# The first object of a COCO export from Label Studio can never be found.
#
# Guess: what Label Studio's converter writes as COCO is judged by pycocotools like any other ground truth.
# Seen: the converter numbers annotations from 0. pycocotools writes down for each detection the number of the object
# that it found, and reads 0 as "none". So the detection of the first object is a false positive, and the object is
# missed, whatever the model does. No error, no notice.
# Versions: label-studio-sdk 2.1.2 (its converter), pycocotools 2.0.11.
# Hurts: results that are the ground truth itself have an AP of 0.2525 where there are two objects. With many objects
# the loss is small enough to be taken for the model's.
# Instead: add 1 to the numbers of annotations before judging.
#
# Output:
#   numbers of annotations: 0, 1
#   AP of results that are the truth: 0.2525
#   the same with numbers from 1: 1.0000
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    label-studio-sdk==2.1.2 pycocotools==2.0.11 numpy==2.2.6
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import io
import json
from pathlib import Path

from label_studio_sdk.converter import Converter
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

CONFIG = """<View><Image name="image" value="$image"/>
<RectangleLabels name="label" toName="image"><Label value="cat"/></RectangleLabels></View>"""


def task(number):
    region = {
        "id": "r", "type": "rectanglelabels", "from_name": "label", "to_name": "image",
        "original_width": 640, "original_height": 480, "image_rotation": 0,
        "value": {"x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0, "rectanglelabels": ["cat"]},
    }
    annotation = {"id": number, "completed_by": 1, "was_cancelled": False, "result": [region]}
    return {"id": number, "data": {"image": f"/data/upload/1/{number}.png"}, "annotations": [annotation]}


def judged(truth):
    results = [
        {"image_id": each["image_id"], "category_id": each["category_id"], "bbox": each["bbox"], "score": score}
        for each, score in zip(truth["annotations"], (0.9, 0.8))
    ]
    coco = COCO()
    coco.dataset = truth
    coco.createIndex()
    evaluation = COCOeval(coco, coco.loadRes(results), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return round(float(evaluation.stats[0]), 4)


Path("tasks.json").write_text(json.dumps([task(1), task(2)]))
with contextlib.redirect_stdout(io.StringIO()):
    Converter(CONFIG, ".", download_resources=False).convert_to_coco("tasks.json", "coco", is_dir=False)
    exported = json.loads(Path("coco/result.json").read_text())
    numbers = [each["id"] for each in exported["annotations"]]
    as_written = judged(exported)
    for each in exported["annotations"]:
        each["id"] += 1
    renumbered = judged(exported)
print("numbers of annotations:", ", ".join(map(str, numbers)))
print(f"AP of results that are the truth: {as_written:.4f}")
print(f"the same with numbers from 1: {renumbered:.4f}")
assert (numbers, as_written, renumbered) == ([0, 1], 0.2525, 1.0)
END
