#!/usr/bin/env bash
# Two files of one ground truth, laid end to end, are two different ground truths.
#
# Guess: annotations belong to their `image_id`, so that files whose annotations both count from 1 can be joined by
# appending their lists; and hotcoco, which says in a notice that it treats repeated numbers as pycocotools does,
# agrees.
# Seen: pycocotools reads the objects of an image back by their numbers. The later object takes the place of the earlier
# one, also in the earlier one's image, and the earlier one is gone: perfect results have an AP of 0.25. hotcoco keeps
# both and gives 1.
# Versions: pycocotools 2.0.11, hotcoco 1.3.0.
# Hurts: a joined ground truth lowers every model's AP, and pycocotools does not say that objects are gone.
# Instead: number the annotations of a joined file anew.
#
# Output:
#   pycocotools 2.0.11: AP 0.2525, with numbers of their own 1.0000
#   hotcoco 1.3.0: AP 1.0000, with numbers of their own 1.0000
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    pycocotools==2.0.11 hotcoco==1.3.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import copy
import io
from importlib.metadata import version

import hotcoco
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

BOX = [10, 10, 50, 50]
RESULTS = [{"image_id": image, "category_id": 1, "bbox": BOX, "score": 1 - image / 10} for image in (1, 2)]


def truth_of(numbers):
    rest = {"category_id": 1, "bbox": BOX, "area": 2500, "iscrowd": 0}
    return {
        "info": {},
        "images": [{"id": image, "width": 640, "height": 480, "file_name": f"{image}.png"} for image in (1, 2)],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"id": number, "image_id": image} | rest for image, number in enumerate(numbers, start=1)],
    }


def official(truth):
    coco = COCO()
    coco.dataset = truth
    coco.createIndex()
    return COCOeval(coco, coco.loadRes(copy.deepcopy(RESULTS)), "bbox")


def hot(truth):
    coco = hotcoco.COCO(truth)
    return hotcoco.COCOeval(coco, coco.load_res(copy.deepcopy(RESULTS)), "bbox")


def precision(program, numbers):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        evaluation = program(truth_of(numbers))
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return round(float(evaluation.stats[0]), 4)


seen = {}
for name, program in {"pycocotools": official, "hotcoco": hot}.items():
    seen[name] = (precision(program, (1, 1)), precision(program, (1, 2)))
    print(f"{name} {version(name)}: AP {seen[name][0]:.4f}, with numbers of their own {seen[name][1]:.4f}")
assert seen == {"pycocotools": (0.2525, 1), "hotcoco": (1, 1)}, seen
END
