#!/usr/bin/env bash
# The AP of cats is printed as that of dogs.
#
# Guess: `evaluation.params.catIds = [3, 1]` asks pycocotools for class 3 and class 1, and `eval["precision"]`, which
# has one place for each of them, holds them in this order, as it does in hotcoco.
# Seen: `evaluate()` sorts the ids, so that the first place is class 1, and faster-coco-eval does the same. Without
# `catIds` they are sorted as well, while `getCatIds()` gives them in the order of the file, which need not be that of
# the numbers; hotcoco's `getCatIds()` is sorted. Nothing is said, and the mean over the classes is right.
# Versions: pycocotools 2.0.11, faster-coco-eval 1.8.0, hotcoco 1.3.0, numpy 2.4.6.
# Hurts: the usual loop over names or `getCatIds()` gives each class the AP of another, and the weak class is looked for
# in the wrong place; where one of the three is exchanged for another, figures of classes change, their mean does not.
# Instead: loop over `evaluation.params.catIds` after `evaluate()`, which is right in all three.
#
# Output (cats, class 3, are all found, and dogs, class 1, are all missed; the file lists cats first):
#   pycocotools 2.0.11: as asked cat 0.0, dog 1.0; by getCatIds cat 0.0, dog 1.0; by params.catIds cat 1.0, dog 0.0
#   faster-coco-eval 1.8.0: as asked cat 0.0, dog 1.0; by getCatIds cat 0.0, dog 1.0; by params.catIds cat 1.0, dog 0.0
#   hotcoco 1.3.0: as asked cat 1.0, dog 0.0; by getCatIds cat 1.0, dog 0.0; by params.catIds cat 1.0, dog 0.0
#   by itself, in all three: cat 1.0, dog 0.0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    pycocotools==2.0.11 faster-coco-eval==1.8.0 hotcoco==1.3.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import io
import json
from pathlib import Path

import faster_coco_eval
import hotcoco
import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

CAT, DOG = 3, 1
NAMES = {CAT: "cat", DOG: "dog"}
TRUTH = {
    "info": {},
    "images": [{"id": 1, "width": 640, "height": 480, "file_name": "1.png"}],
    "categories": [{"id": number, "name": name} for number, name in NAMES.items()],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": CAT, "bbox": [10, 10, 50, 50], "area": 2500, "iscrowd": 0},
        {"id": 2, "image_id": 1, "category_id": DOG, "bbox": [100, 100, 50, 50], "area": 2500, "iscrowd": 0},
    ],
}
RESULTS = [{"image_id": 1, "category_id": CAT, "bbox": [10, 10, 50, 50], "score": 0.9}]
Path("truth.json").write_text(json.dumps(TRUTH))
Path("results.json").write_text(json.dumps(RESULTS))


def evaluate(coco_type, evaluation_type, numbers=None):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = coco_type("truth.json")
        evaluation = evaluation_type(coco, coco.loadRes("results.json"), "bbox")
        if numbers is not None:
            evaluation.params.catIds = numbers
        evaluation.evaluate()
        evaluation.accumulate()
    precision = np.asarray(evaluation.eval["precision"])
    means = [round(float(precision[:, :, place, 0, -1].mean()), 2) for place in range(precision.shape[2])]
    return means, list(coco.getCatIds()), [int(number) for number in evaluation.params.catIds]


def named(numbers, means):
    found = {NAMES[number]: mean for number, mean in zip(numbers, means, strict=True)}
    return f"cat {found['cat']}, dog {found['dog']}"


def describe(title, *types):
    asked, _, numbers = evaluate(*types, [CAT, DOG])
    everything, listed, _ = evaluate(*types)
    alone = [evaluate(*types, [number])[0][0] for number in (CAT, DOG)]
    assert alone == [1, 0], alone
    said = named([CAT, DOG], asked), named(listed, everything), named(numbers, asked)
    print(f"{title}: as asked {said[0]}; by getCatIds {said[1]}; by params.catIds {said[2]}")
    return said


RIGHT, WRONG = "cat 1.0, dog 0.0", "cat 0.0, dog 1.0"
assert describe("pycocotools 2.0.11", COCO, COCOeval) == (WRONG, WRONG, RIGHT)
faster = faster_coco_eval.COCO, faster_coco_eval.COCOeval_faster
assert describe("faster-coco-eval 1.8.0", *faster) == (WRONG, WRONG, RIGHT)
assert describe("hotcoco 1.3.0", hotcoco.COCO, hotcoco.COCOeval) == (RIGHT, RIGHT, RIGHT)
print("by itself, in all three: cat 1.0, dog 0.0")
END
