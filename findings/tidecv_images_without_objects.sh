#!/usr/bin/env bash
# Detections in images without objects are free.
#
# Guess: an evaluator that is given all objects and all detections judges all detections.
# Seen: tidecv goes through the images of the ground truth, and it knows an image from its first object. What a model
# says of images without objects is passed over without a word, in the AP and among the background errors, unless
# `add_image` named these images on the side of the ground truth. Its own reader of COCO's files does so; `Data` that is
# filled with `add_ground_truth` and `add_detection` does not ask for it.
# Versions: tidecv 1.0.1, pycocotools 2.0.11.
# Hurts: a model that sees things in every empty image has an AP of 100 and no error, where COCO's AP at IoU 0.50 is 0.5;
# data sets with empty images, such as those of traffic or wildlife cameras, hide their false alarms.
# Instead: call `add_image` for every image before anything else.
#
# Output:
#   pycocotools: AP50 0.5000
#   tidecv: AP50 1.0000, background errors 0
#   tidecv with add_image: AP50 0.5000, background errors 3
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    tidecv==1.0.1 pycocotools==2.0.11 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END_OF_PROGRAM'
import contextlib
import io

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from tidecv import TIDE, Data

IMAGES = [1, 2]
OBJECTS = [(1, [10, 10, 50, 50]), (1, [100, 100, 50, 50]), (1, [200, 200, 50, 50])]
# Surer of what it sees in the empty image than of what is there.
DETECTIONS = [
    *((2, [10 + 70 * n, 10, 50, 50], 0.9) for n in range(3)),
    *((1, box, 0.8) for _, box in OBJECTS),
]


def of_coco():
    truth = COCO()
    truth.dataset = {
        "info": {},
        "images": [{"id": number, "width": 640, "height": 480} for number in IMAGES],
        "categories": [{"id": 1, "name": "deer"}],
        "annotations": [
            {"id": n, "image_id": image, "category_id": 1, "bbox": box, "area": 2500, "iscrowd": 0}
            for n, (image, box) in enumerate(OBJECTS, start=1)
        ],
    }
    truth.createIndex()
    results = [{"image_id": i, "category_id": 1, "bbox": box, "score": score} for i, box, score in DETECTIONS]
    evaluation = COCOeval(truth, truth.loadRes(results), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return round(float(evaluation.stats[1]), 4)


def of_tide(named):
    truth, found = Data("truth"), Data("found")
    for image in named:
        truth.add_image(image, f"{image}.jpg")
    for image, box in OBJECTS:
        truth.add_ground_truth(image, 1, box)
    for image, box, score in DETECTIONS:
        found.add_detection(image, 1, score, box)
    run = TIDE().evaluate(truth, found, mode=TIDE.BOX)
    errors = {kind.short_name: len(listed) for kind, listed in run.error_dict.items()}
    return round(run.ap / 100, 4), errors["Bkg"]


with contextlib.redirect_stdout(io.StringIO()):
    official = of_coco()
silent, told = of_tide([]), of_tide(IMAGES)
print(f"pycocotools: AP50 {official:.4f}")
print(f"tidecv: AP50 {silent[0]:.4f}, background errors {silent[1]}")
print(f"tidecv with add_image: AP50 {told[0]:.4f}, background errors {told[1]}")
assert official == 0.5
assert silent == (1.0, 0)
assert told == (0.5, 3)
END_OF_PROGRAM
