#!/usr/bin/env bash
# A box beside a mask moves the mask to another size.
#
# Guess: the AP of masks is computed from masks, so that a `bbox` beside the `segmentation` of a result is decoration.
# Seen: all three programs take the area of a result from its `bbox` if it has one, and that of its mask only without. A
# thin or slanted mask is then medium, where its own pixels make it small. An unmatched result outside of a range of
# sizes is forgiven, so that false positives among small masks no longer count.
# Versions: pycocotools 2.0.11, faster-coco-eval 1.8.0, hotcoco 1.3.0.
# Hurts: of two models with equal masks the one whose exporter also writes boxes has the better AP for small objects.
# Instead: leave `bbox` out of results that are judged by masks, for all models or for none.
#
# Output:
#   pycocotools 2.0.11: AP of small masks 0.50, with boxes beside them 1.00
#   faster-coco-eval 1.8.0: AP of small masks 0.50, with boxes beside them 1.00
#   hotcoco 1.3.0: AP of small masks 0.50, with boxes beside them 1.00
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    pycocotools==2.0.11 faster-coco-eval==1.8.0 hotcoco==1.3.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import copy
import io
from importlib.metadata import version

import faster_coco_eval
import hotcoco
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

TRIANGLE, FAR = [10, 10, 50, 10, 10, 50], [210, 210, 250, 210, 210, 250]
TRUTH = {
    "info": {},
    "images": [{"id": 1, "width": 640, "height": 480, "file_name": "1.png"}],
    "categories": [{"id": 1, "name": "sail"}],
    "annotations": [
        {
            "id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0, "area": 800.0,
            "bbox": [10, 10, 40, 40], "segmentation": [TRIANGLE],
        },
    ],
}


def result(outline, score, **further):
    (rle,) = mask.frPyObjects([outline], 480, 640)
    shape = {"size": rle["size"], "counts": rle["counts"].decode()}
    return {"image_id": 1, "category_id": 1, "segmentation": shape, "score": score} | further


def official(results):
    truth = COCO()
    truth.dataset = copy.deepcopy(TRUTH)
    truth.createIndex()
    return COCOeval(truth, truth.loadRes(copy.deepcopy(results)), "segm")


def faster(results):
    truth = faster_coco_eval.COCO(copy.deepcopy(TRUTH))
    return faster_coco_eval.COCOeval_faster(truth, truth.loadRes(copy.deepcopy(results)), "segm")


def hot(results):
    truth = hotcoco.COCO(copy.deepcopy(TRUTH))
    return hotcoco.COCOeval(truth, truth.load_res(copy.deepcopy(results)), "segm")


def small(program, results):
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = program(results)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return round(float(evaluation.stats[3]), 9)


bare = [result(TRIANGLE, 0.9), result(FAR, 0.95)]
boxed = [result(TRIANGLE, 0.9, bbox=[10, 10, 40, 40]), result(FAR, 0.95, bbox=[210, 210, 40, 40])]
seen = {}
for name, program in {"pycocotools": official, "faster-coco-eval": faster, "hotcoco": hot}.items():
    seen[name] = (small(program, bare), small(program, boxed))
    print(f"{name} {version(name)}: AP of small masks {seen[name][0]:.2f}, with boxes beside them {seen[name][1]:.2f}")
assert set(seen.values()) == {(0.5, 1.0)}, seen
END
