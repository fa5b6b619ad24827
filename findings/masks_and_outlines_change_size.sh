#!/usr/bin/env bash
# A mask that becomes an outline, or an outline that becomes a mask, changes its size.
#
# Guess: the outline of a mask, filled again, is the mask, whichever of two common libraries fills it.
# Seen: supervision's outline runs through the middles of the outermost pixels and its filling includes them, while
# pycocotools' outline runs around the pixels. So pycocotools fills supervision's outline of 10 x 10 pixels with 81, and
# supervision fills COCO's outline with 121. A data set of COCO that passes through supervision to YOLO loses a pixel at
# the right and at the bottom of every object that was stored as a mask, and to Pascal VOC gains them for outlines.
# Versions: supervision 0.31.2, pycocotools 2.0.11.
# Hurts: an object of 10 x 10 pixels overlaps itself by an IoU of 0.81 or 0.83, so that a perfect model of masks loses
# the figures from IoU 0.85 on for small objects.
# Instead: exchange masks as RLE; where outlines are needed, let one library make and fill them.
#
# Output:
#   a mask of 100 pixels, outlined by supervision, filled by pycocotools: 81 pixels, IoU 0.81
#   an outline of 10 x 10, filled by supervision: 121 pixels, by pycocotools: 100, IoU 0.83
#   a box of 50 x 60 stored with its mask, after supervision's YOLO: 49 x 59
#   a box of 30 x 40 stored with its outline, after supervision's VOC: 31 x 41
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    supervision==0.31.2 pycocotools==2.0.11 numpy==2.4.6 opencv-python-headless==5.0.0.93
cd "$folder"
venv/bin/python - <<'END'
import json
import warnings
from pathlib import Path

import cv2
import numpy as np
import supervision
from pycocotools import mask

warnings.simplefilter("ignore")
SIZE = (64, 64)


def filled(outline):
    return mask.decode(mask.frPyObjects([[float(value) for value in outline]], *SIZE))[..., 0].astype(bool)


def iou(one, other):
    return round(float((one & other).sum() / (one | other).sum()), 2)


square = np.zeros(SIZE, bool)
square[10:20, 10:20] = True
(outline,) = supervision.mask_to_polygons(square)
back = filled(outline.ravel())
corners = np.array([[10, 10], [20, 10], [20, 20], [10, 20]])
by_supervision = supervision.polygon_to_mask(corners, SIZE).astype(bool)
by_coco = filled(corners.ravel())

runs = [480 * 100 + 120, *[60, 420] * 49, 60]
rle = {"size": [480, 640], "counts": [*runs, 480 * 640 - sum(runs)]}
truth = {
    "info": {},
    "images": [{"id": 1, "width": 640, "height": 480, "file_name": "1.png"}],
    "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
    "annotations": [
        {
            "id": 1, "image_id": 1, "category_id": 1, "bbox": [100, 120, 50, 60], "area": 3000, "iscrowd": 1,
            "segmentation": rle,
        },
        {
            "id": 2, "image_id": 1, "category_id": 2, "bbox": [10, 20, 30, 40], "area": 1200, "iscrowd": 0,
            "segmentation": [[10, 20, 40, 20, 40, 60, 10, 60]],
        },
    ],
}
Path("images").mkdir()
cv2.imwrite("images/1.png", np.zeros((480, 640, 3), np.uint8))
Path("truth.json").write_text(json.dumps(truth))
read = supervision.DetectionDataset
dataset = read.from_coco("images", "truth.json")
dataset.as_yolo(annotations_directory_path="yolo", data_yaml_path="data.yaml")
dataset.as_pascal_voc(annotations_directory_path="voc")


def side_lengths(dataset, class_id):
    ((_, _, detections),) = dataset
    ((left, top, right, bottom),) = detections.xyxy[detections.class_id == class_id].tolist()
    return round(right - left), round(bottom - top)


yolo = side_lengths(read.from_yolo("images", "yolo", "data.yaml"), 0)
voc = side_lengths(read.from_pascal_voc("images", "voc"), 1)
there, here = (int(back.sum()), iou(back, square)), (int(by_supervision.sum()), iou(by_supervision, by_coco))
print(f"a mask of 100 pixels, outlined by supervision, filled by pycocotools: {there[0]} pixels, IoU {there[1]}")
print(f"an outline of 10 x 10, filled by supervision: {here[0]} pixels, by pycocotools: {by_coco.sum()}, IoU {here[1]}")
print("a box of 50 x 60 stored with its mask, after supervision's YOLO: {} x {}".format(*yolo))
print("a box of 30 x 40 stored with its outline, after supervision's VOC: {} x {}".format(*voc))
assert (there, here, yolo, voc) == ((81, 0.81), (121, 0.83), (49, 59), (31, 41))
END
