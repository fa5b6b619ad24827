#!/usr/bin/env bash
# A recall of 4.
#
# Guess: precision and recall of `extended_metrics` of faster-coco-eval are of the detections and objects that the AP beside
# them counts: a detection within a crowd is neither right nor wrong, as the package's AP has it.
# Seen: each detection within a crowd is counted as one that found an object, while the crowd is left out of the objects to
# find. Recall then has no upper bound, missed objects are made up for, and precision rises with every such detection. The
# confidence at which both are given is chosen by their F1, which these detections move as well.
# Versions: faster-coco-eval 1.8.0, numpy 2.4.6.
# Hurts: in COCO, whose crowds are most often people, a model that misses half of the objects and sees people in crowds
# has a recall of 1 or more; a recall of 2 is noticed, one of 0.9 instead of 0.5 is not.
# Instead: take recall and precision from `eval["precision"]`, `eval["scores"]` and `eval["recall"]`, or leave detections
# within crowds out before.
#
# Output (objects beside one crowd, detections within the crowd):
#   2 objects, 1 found, 0 within the crowd: AP50 0.5050, recall 0.50, precision 0.50
#   2 objects, 1 found, 1 within the crowd: AP50 0.5050, recall 1.00, precision 0.67
#   1 object, found, 3 within the crowd: AP50 1.0000, recall 4.00, precision 1.00
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    faster-coco-eval==1.8.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import io

from faster_coco_eval import COCO, COCOeval_faster

CROWD = [400, 100, 200, 200]


def judged(objects, detections, within):
    """AP at IoU 0.50, recall and precision of `detections` and of as many `within` the crowd."""
    boxes = [[100 * n, 10, 50, 50] for n in range(objects)]
    truth = {
        "info": {},
        "images": [{"id": 1, "width": 640, "height": 480, "file_name": "1.png"}],
        "categories": [{"id": 1, "name": "person"}],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": 1, "bbox": box, "area": box[2] * box[3], "iscrowd": int(box is CROWD)}
            for n, box in enumerate([*boxes, CROWD], start=1)
        ],
    }
    rows = [*((box, 0.9) for box in detections), *(([410 + 40 * n, 110, 30, 60], 0.8) for n in range(within))]
    results = [{"image_id": 1, "category_id": 1, "bbox": box, "score": score} for box, score in rows]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        coco = COCO(truth)
        evaluation = COCOeval_faster(coco, coco.loadRes(results), "bbox", extra_calc=True)
        evaluation.run()
        found = evaluation.extended_metrics
    return tuple(round(float(found[name]), 4) for name in ("map", "recall", "precision"))


RIGHT, WRONG = [0, 10, 50, 50], [0, 300, 50, 50]
CASES = {
    "2 objects, 1 found, 0 within the crowd": (2, [RIGHT, WRONG], 0),
    "2 objects, 1 found, 1 within the crowd": (2, [RIGHT, WRONG], 1),
    "1 object, found, 3 within the crowd": (1, [RIGHT], 3),
}
seen = []
for name, case in CASES.items():
    seen.append(judged(*case))
    print("{}: AP50 {:.4f}, recall {:.2f}, precision {:.2f}".format(name, *seen[-1]))
assert seen == [(0.505, 0.5, 0.5), (0.505, 1.0, 0.6667), (1.0, 4.0, 1.0)], seen
END
