#!/usr/bin/env bash
# Results that are right are wrong against the same ground truth after a filter.
#
# Guess: what Datumaro reads as COCO and writes as COCO, to filter or to split it, keeps the numbers of categories, as it
# keeps those of images; its option `reindex`, which is off, speaks of new numbers for images and annotations.
# Seen: categories are numbered anew from 1 without gaps. COCO's 80 classes have numbers up to 90, of which ten are not
# used, so that from the 12th class on each number is that of another class or of none. The names are right, and the
# files are valid. pycocotools looks at the numbers of images only, and judges.
# Versions: datumaro 1.13.12, pycocotools 2.0.11, numpy 2.4.6.
# Hurts: the results of any model of COCO's classes have an AP of 0.14 instead of 1, which looks like a bad model, as the
# eleven most common classes are right.
# Instead: translate `category_id` in the results by the names of both files.
#
# Output:
#   numbers of the 11th to 14th class: 11 13 14 15, after Datumaro 11 12 13 14
#   AP of results that are the truth: 1.0000, after Datumaro 0.1375
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    datumaro==1.13.12 pycocotools==2.0.11 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import io
import json
import logging
from pathlib import Path

import datumaro
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

logging.disable()
# COCO's numbers of its 80 classes.
NUMBERS = [n for n in range(1, 91) if n not in {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}]
BOX = {"bbox": [10, 10, 50, 50], "area": 2500, "iscrowd": 0, "segmentation": [[10, 10, 60, 10, 60, 60, 10, 60]]}
# An object of each class, in an image of its own.
TRUTH = {
    "info": {},
    "licenses": [],
    "images": [{"id": 1000 + n, "width": 640, "height": 480, "file_name": f"{n}.png"} for n in NUMBERS],
    "categories": [{"id": n, "name": f"class {n}"} for n in NUMBERS],
    "annotations": [{"id": n, "image_id": 1000 + n, "category_id": n} | BOX for n in NUMBERS],
}
RESULTS = [{"image_id": 1000 + n, "category_id": n, "bbox": BOX["bbox"], "score": 0.9} for n in NUMBERS]


def judged(path):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(path)
        evaluation = COCOeval(coco, coco.loadRes("results.json"), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return round(float(evaluation.stats[0]), 4)


before, after = Path("in/annotations/instances_val.json"), Path("out/annotations/instances_val.json")
before.parent.mkdir(parents=True)
Path("in/images").mkdir()
before.write_text(json.dumps(TRUTH))
Path("results.json").write_text(json.dumps(RESULTS))
with contextlib.redirect_stdout(io.StringIO()):
    datumaro.Dataset.import_from("in", "coco").export("out", "coco_instances")
written = json.loads(after.read_text())
assert sorted(each["id"] for each in written["images"]) == [1000 + n for n in NUMBERS]
assert [each["name"] for each in written["categories"]] == [f"class {n}" for n in NUMBERS]
numbers = [each["id"] for each in written["categories"]]
direct, through = judged(str(before)), judged(str(after))
print("numbers of the 11th to 14th class:", *NUMBERS[10:14], end=f", after Datumaro {' '.join(map(str, numbers[10:14]))}\n")
print(f"AP of results that are the truth: {direct:.4f}, after Datumaro {through:.4f}")
assert numbers == list(range(1, 81)), numbers
assert (direct, through) == (1, 0.1375)
END
