#!/usr/bin/env bash
# Objects marked as difficult, and crowds, have to be found after all, and so do classes that are not there.
#
# Guess: mean-average-precision, whose rows of objects have the members `difficult` and `crowd` and whose README says
# "compute PASCAL VOC metric" and "compute metric COCO metric", counts as these do: a difficult object and a crowd are
# neither right nor wrong, and the mean is of the classes that have objects.
# Seen: detections of difficult objects do not count, but the objects do, as missed ones, since all rows are counted as
# objects to find. A crowd is an object like any other until one detection has it. A class without objects has an AP of 0
# and is part of the mean.
# Versions: mean-average-precision 2024.1.5.0, numpy 2.4.6, pandas 3.1.1.
# Hurts: a detector that is right throughout has an AP of 0.5 where one of two objects is difficult; a split in which rare
# classes have no objects has a lower AP than the whole.
# Instead: leave out difficult objects and what finds them, and take the mean of the classes that have objects.
#
# Output (1 is right each time):
#   two objects, one of them difficult, both found: 0.50 by VOC 2012, 0.55 by VOC 2007
#   an object that is found beside a crowd, no detection within it: 0.50 by COCO
#   the same, and a detection within the crowd: 0.25 by COCO
#   two classes, one of them without objects: 0.50 by VOC 2012
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    mean-average-precision==2024.1.5.0 numpy==2.4.6 pandas==3.1.1
cd "$folder"
venv/bin/python - <<'END'
import warnings

import numpy as np
from mean_average_precision import MetricBuilder

warnings.simplefilter("ignore")

# The calls of the package's README.
VOC2012 = {"iou_thresholds": 0.5}
VOC2007 = {"iou_thresholds": 0.5, "recall_thresholds": np.arange(0.0, 1.1, 0.1)}
COCO = {
    "iou_thresholds": np.arange(0.5, 1.0, 0.05),
    "recall_thresholds": np.arange(0.0, 1.01, 0.01),
    "mpolicy": "soft",
}
# Corners, class, and then difficult and crowd of an object, or the confidence of a detection.
EASY, DIFFICULT, CROWD = [0, 0, 100, 100, 0, 0, 0], [200, 200, 300, 300, 0, 1, 0], [200, 200, 300, 300, 0, 0, 1]
ONE, OTHER, WITHIN = [0, 0, 100, 100, 0, 0.9], [200, 200, 300, 300, 0, 0.8], [210, 210, 230, 230, 0, 0.95]


def precision(objects, detections, rules, classes=1):
    metric = MetricBuilder.build_evaluation_metric("map_2d", async_mode=False, num_classes=classes)
    metric.add(np.array(detections, float), np.array(objects, float))
    return round(float(metric.value(**rules)["mAP"]), 2)


assert precision([EASY], [ONE], VOC2012) == precision([EASY], [ONE], COCO) == 1
newer, older = (precision([EASY, DIFFICULT], [ONE, OTHER], rules) for rules in (VOC2012, VOC2007))
bare, within = (precision([EASY, CROWD], found, COCO) for found in ([ONE], [ONE, WITHIN]))
absent = precision([EASY], [ONE], VOC2012, classes=2)
print(f"two objects, one of them difficult, both found: {newer:.2f} by VOC 2012, {older:.2f} by VOC 2007")
print(f"an object that is found beside a crowd, no detection within it: {bare:.2f} by COCO")
print(f"the same, and a detection within the crowd: {within:.2f} by COCO")
print(f"two classes, one of them without objects: {absent:.2f} by VOC 2012")
assert (newer, older, bare, within, absent) == (0.5, 0.55, 0.5, 0.25, 0.5)
END
