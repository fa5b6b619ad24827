#!/usr/bin/env bash
# A crowd becomes one huge object that nobody can find.
#
# Guess: a library that reads COCO and writes or judges COCO keeps `iscrowd` and `area`, which are COCO's own.
# Seen: SAHI reads `iscrowd`, and its `json` says 0 for every object, with the area of the box instead of the stated
# one. globox's evaluator, which promises COCO's figures, takes crowds for objects as well. Detections within the crowd
# are then false positives, and the crowd is missed. Neither says anything.
# Versions: sahi 0.12.8, globox 2.9.0, pycocotools 2.0.11.
# Hurts: results that are right have an AP of 0.2525 instead of 1, and its size is another one, in every data set with
# crowds, COCO's included.
# Instead: judge against the original file, and copy `iscrowd` and `area` back by the numbers of annotations.
#
# Output:
#   pycocotools on the file: AP 1.0000
#   pycocotools on what SAHI wrote of it: AP 0.2525, iscrowd 0 0, areas 2500 10000 of 900 10000
#   globox on the file: AP 0.2525
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    sahi==0.12.8 globox==2.9.0 pycocotools==2.0.11 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import io
import json
from pathlib import Path

import globox
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sahi.utils.coco import Coco

TRUTH = {
    "info": {},
    "images": [{"id": 1, "width": 640, "height": 480, "file_name": "1.png"}],
    "categories": [{"id": 1, "name": "person"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 50, 50], "area": 900, "iscrowd": 0},
        {"id": 2, "image_id": 1, "category_id": 1, "bbox": [200, 200, 100, 100], "area": 10000, "iscrowd": 1},
    ],
}
RESULTS = [
    {"image_id": 1, "category_id": 1, "bbox": [10, 10, 50, 50], "score": 0.9},
    {"image_id": 1, "category_id": 1, "bbox": [210, 210, 20, 20], "score": 0.95},
]


def official(truth):
    coco = COCO(truth)
    evaluation = COCOeval(coco, coco.loadRes("results.json"), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return round(float(evaluation.stats[0]), 4)


Path("truth.json").write_text(json.dumps(TRUTH))
Path("results.json").write_text(json.dumps(RESULTS))
said = io.StringIO()
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
    written = Coco.from_coco_dict_or_path("truth.json").json | {"info": {}}
    Path("sahi.json").write_text(json.dumps(written))
    direct, through_sahi = official("truth.json"), official("sahi.json")
    truth = globox.AnnotationSet.from_coco("truth.json")
    predictions = truth.from_results("results.json")
    by_globox = round(float(globox.COCOEvaluator(ground_truths=truth, predictions=predictions).ap()), 4)
crowds, areas = ([each[name] for each in written["annotations"]] for name in ("iscrowd", "area"))
print(f"pycocotools on the file: AP {direct:.4f}")
kept = f"iscrowd {crowds[0]} {crowds[1]}, areas {areas[0]} {areas[1]} of 900 10000"
print(f"pycocotools on what SAHI wrote of it: AP {through_sahi:.4f}, {kept}")
print(f"globox on the file: AP {by_globox:.4f}")
assert (direct, through_sahi, by_globox) == (1, 0.2525, 0.2525)
assert (crowds, areas) == ([0, 0], [2500, 10000])
assert "WARNING" not in said.getvalue(), said.getvalue()
END
