#!/usr/bin/env bash
# The average precision depends on the order in which detections are listed.
#
# Guess: detections come with scores, and an average precision ranks them by these, in whichever order a file has them.
# Seen: mapcalc asks for `scores` and never reads them: the first detection of the list is the surest. map-boxes ranks by
# the scores at the end, but gives an object to the first detection of its image that is listed, so that a surer one
# further down is a false alarm. Its code comes from keras-retinanet, whose detections are sorted before; here they are
# not. Neither says anything, and the examples of mapcalc are sorted by score.
# Versions: mapcalc 0.2.2, map-boxes 1.0.6, numpy 2.4.6, pandas 3.1.1.
# Hurts: the same detections have an AP of 1 or less: sorted by class, by place or by file, joined from several
# workers, or as a model without a final sort gives them.
# Instead: sort the detections by score, the surest first, before either is called.
#
# Output (two objects found with 0.9 and 0.8, one doubtful and one false detection):
#   mapcalc: surest first 1.0000, surest last 0.6667
#   map-boxes: surest first 1.0000, surest last 0.6667
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    mapcalc==0.2.2 map-boxes==1.0.6 numpy==2.4.6 pandas==3.1.1
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import io

import numpy as np
from mapcalc import calculate_map

with contextlib.redirect_stdout(io.StringIO()):
    from map_boxes import mean_average_precision_for_boxes

OBJECTS = [[0, 0, 100, 100], [200, 200, 300, 300]]
# The third one lies over the first object as well, the last one over nothing.
DETECTIONS = [
    ([0, 0, 100, 100], 0.9),
    ([200, 200, 300, 300], 0.8),
    ([0, 0, 100, 90], 0.3),
    ([400, 0, 450, 50], 0.2),
]


def by_mapcalc(detections):
    truth = {"boxes": OBJECTS, "labels": [1] * len(OBJECTS)}
    boxes, scores = zip(*detections)
    return calculate_map(truth, {"boxes": boxes, "labels": [1] * len(boxes), "scores": scores}, 0.5)


def by_map_boxes(detections):
    def across(box):
        return [box[0], box[2], box[1], box[3]]

    truth = np.array([["1.png", "cat", *across(box)] for box in OBJECTS], object)
    found = np.array([["1.png", "cat", score, *across(box)] for box, score in detections], object)
    return mean_average_precision_for_boxes(truth, found, iou_threshold=0.5, verbose=False)[0]


seen = {}
for name, program in {"mapcalc": by_mapcalc, "map-boxes": by_map_boxes}.items():
    first, last = (round(float(program(rows)), 4) for rows in (DETECTIONS, DETECTIONS[::-1]))
    print(f"{name}: surest first {first:.4f}, surest last {last:.4f}")
    seen[name] = (first, last)
assert seen == {"mapcalc": (1, 0.6667), "map-boxes": (1, 0.6667)}, seen
END
