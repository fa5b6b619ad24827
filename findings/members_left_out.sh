#!/usr/bin/env bash
# Two successors of pycocotools fill in what a ground truth leaves out, each in its own way.
#
# Guess: files without `area` or `num_keypoints`, which many converters write, are refused, as pycocotools refuses them,
# or the members are computed from the box and the keypoints.
# Seen: faster-coco-eval takes a missing area for 0, so that an object of 50 x 50 pixels is a small one, and leaves
# objects without `num_keypoints` out, so that a file of perfect poses has no AP at all (-1). hotcoco computes both.
# pycocotools ends with a KeyError.
# Versions: faster-coco-eval 1.8.0, hotcoco 1.3.0, pycocotools 2.0.11.
# Hurts: the AP by size is that of other objects, and -1 is taken for "no such objects" and left out of a mean.
# Instead: write `area` and `num_keypoints` into every annotation before judging.
#
# Output:
#   faster-coco-eval 1.8.0: a box of 50 x 50 has AP small 1, medium -1; poses have AP -1
#   hotcoco 1.3.0: a box of 50 x 50 has AP small -1, medium 1; poses have AP 1
#   pycocotools 2.0.11: KeyError area; KeyError num_keypoints
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    faster-coco-eval==1.8.0 hotcoco==1.3.0 pycocotools==2.0.11 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import copy
import io
from importlib.metadata import version

import faster_coco_eval
import hotcoco
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

BOX = {"image_id": 1, "category_id": 1, "bbox": [10, 10, 50, 50]}
POSE = {"image_id": 1, "category_id": 1, "keypoints": [20.0, 30.0, 2] * 8 + [50.0, 60.0, 2] * 9}


def truth_of(member):
    return {
        "info": {},
        "images": [{"id": 1, "width": 640, "height": 480, "file_name": "1.png"}],
        "categories": [{"id": 1, "name": "person"}],
        "annotations": [{"id": 1, "iscrowd": 0} | member],
    }


def official(truth, results, kind):
    coco = COCO()
    coco.dataset = truth
    coco.createIndex()
    return COCOeval(coco, coco.loadRes(results), kind)


def faster(truth, results, kind):
    coco = faster_coco_eval.COCO(truth)
    return faster_coco_eval.COCOeval_faster(coco, coco.loadRes(results), kind)


def hot(truth, results, kind):
    coco = hotcoco.COCO(truth)
    return hotcoco.COCOeval(coco, coco.load_res(results), kind)


def figures(program, member, result, kind):
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = program(truth_of(copy.deepcopy(member)), [copy.deepcopy(result) | {"score": 0.9}], kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return [round(float(value), 9) for value in evaluation.stats]


def refusal(member, result, kind):
    try:
        figures(official, member, result, kind)
    except KeyError as error:
        return f"KeyError {error.args[0]}"
    return "nothing"


pose_in_truth = POSE | {"bbox": [20, 30, 30, 30], "area": 900.0}
seen = {}
for name, program in {"faster-coco-eval": faster, "hotcoco": hot}.items():
    boxes, poses = figures(program, BOX, BOX, "bbox"), figures(program, pose_in_truth, POSE, "keypoints")
    seen[name] = (boxes[3], boxes[4], poses[0])
    small, medium, pose = seen[name]
    sizes = f"a box of 50 x 50 has AP small {small:g}, medium {medium:g}"
    print(f"{name} {version(name)}: {sizes}; poses have AP {pose:g}")
refusals = refusal(BOX, BOX, "bbox"), refusal(pose_in_truth, POSE, "keypoints")
print(f"pycocotools {version('pycocotools')}: {'; '.join(refusals)}")
assert seen == {"faster-coco-eval": (1, -1, -1), "hotcoco": (-1, 1, 1)}, seen
assert refusals == ("KeyError area", "KeyError num_keypoints"), refusals
END
