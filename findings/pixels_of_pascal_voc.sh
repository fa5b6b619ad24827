#!/usr/bin/env bash
# The box of one program is a pixel smaller in the next.
#
# Guess: `xmin`, `ymin`, `xmax` and `ymax` of Pascal VOC are the corners of a box, in a form old enough for programs to agree.
# Seen: supervision counts pixels from 1 and names the last one inside, as VOC's own files do: it adds 1 to the left and top
# when it writes, and takes 1 away when it reads. datumaro, globox and PyLabel take the corners of COCO as they are, both
# ways. Each returns its own files unharmed. What supervision wrote has a column and a row less in the others, and what
# they wrote has one more in supervision. pybboxes, which only converts numbers, sides with those that add nothing.
# Versions: supervision 0.31.2, datumaro 1.13.12, globox 2.9.0, PyLabel 0.1.55, pybboxes 0.1.6.
# Hurts: an object of 10 x 10 pixels overlaps itself by an IoU of 0.81 or 0.83, so that perfect detections are wrong from
# IoU 0.85 on; of 20 x 20 from 0.95 on. VOC's own files are too small by one in the three.
# Instead: let one program write and read a data set, or keep COCO's form. Compare one box with its original first.
#
# Output (the box 10, 20, 20, 30, written by one and read by another, with the IoU of both):
#   written by supervision: 11, 21, 20, 30; read by supervision 1.00, datumaro 0.81, globox 0.81, PyLabel 0.81
#   written by datumaro: 10, 20, 20, 30; read by supervision 0.83, datumaro 1.00, globox 1.00, PyLabel 1.00
#   written by globox: 10, 20, 20, 30; read by supervision 0.83, datumaro 1.00, globox 1.00, PyLabel 1.00
#   written by PyLabel: 10, 20, 20, 30; read by supervision 0.83, datumaro 1.00, globox 1.00, PyLabel 1.00
#   converted by pybboxes: 10, 20, 20, 30
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    supervision==0.31.2 datumaro==1.13.12 globox==2.9.0 pylabel==0.1.55 pybboxes==0.1.6 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import io
import json
import logging
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import datumaro
import globox
import pybboxes
import supervision
from PIL import Image
from pylabel import importer

BOX = (10, 20, 20, 30)
COCO = {
    "info": {}, "licenses": [],
    "images": [{"id": 1, "width": 200, "height": 100, "file_name": "a.png"}],
    "categories": [{"id": 1, "name": "car", "supercategory": ""}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 10, 10], "area": 100, "iscrowd": 0, "segmentation": []}
    ],
}


def write_all():
    """The file of COCO as each program writes it in the form of VOC."""
    Path("images").mkdir()
    Image.new("RGB", (200, 100)).save("images/a.png")
    Path("coco.json").write_text(json.dumps(COCO))
    Path("coco/images/default").mkdir(parents=True)
    Path("coco/annotations").mkdir()
    shutil.copy("images/a.png", "coco/images/default")
    shutil.copy("coco.json", "coco/annotations/instances_default.json")
    read = supervision.DetectionDataset.from_coco("images", "coco.json")
    read.as_pascal_voc(annotations_directory_path="supervision")
    datumaro.Dataset.import_from("coco", "coco").export("datumaro", "voc", save_media=True)
    globox.AnnotationSet.from_coco("coco.json").save_pascal_voc("globox")
    importer.ImportCoco("coco.json", path_to_images="images").export.ExportToVoc(output_path="PyLabel")
    return {name: next(Path(name).rglob("a.xml")) for name in ("supervision", "datumaro", "globox", "PyLabel")}


def read_all(file, number):
    """What each program reads of a file."""
    lone = Path(f"lone{number}")
    lone.mkdir()
    shutil.copy(file, lone / "a.xml")
    whole = Path(f"whole{number}")
    shutil.copytree("datumaro", whole)
    # datumaro wants a number where PyLabel leaves `difficult` and `truncated` empty.
    (whole / "Annotations/a.xml").write_text(re.sub(r"<(difficult|truncated)/>", r"<\1>0</\1>", file.read_text()))
    (objects,) = supervision.DetectionDataset.from_pascal_voc("images", str(lone)).annotations.values()
    found = [each for item in datumaro.Dataset.import_from(str(whole), "voc") for each in item.annotations]
    boxes = [box for each in globox.AnnotationSet.from_pascal_voc(lone) for box in each.boxes]
    frame = importer.ImportVOC(str(lone), path_to_images="../images").df
    names = [f"ann_bbox_{corner}" for corner in ("xmin", "ymin", "xmax", "ymax")]
    (other,) = [each for each in found if each.type.name == "bbox"]
    return {
        "supervision": objects.xyxy[0], "datumaro": other.points, "globox": boxes[0].ltrb, "PyLabel": frame[names].values[0]
    }


def overlap(box):
    """The IoU of a box with the original."""
    left, top, right, bottom = (float(each) for each in box)
    shared = (min(right, BOX[2]) - max(left, BOX[0])) * (min(bottom, BOX[3]) - max(top, BOX[1]))
    return round(shared / ((right - left) * (bottom - top) + 100 - shared), 2)


logging.disable(logging.CRITICAL)
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    files = write_all()
    read = {name: read_all(file, number) for number, (name, file) in enumerate(files.items())}
written, ratios = {}, {}
for name, file in files.items():
    corners = ElementTree.parse(file).find("object/bndbox")
    written[name] = [round(float(corners.findtext(each))) for each in ("xmin", "ymin", "xmax", "ymax")]
    ratios[name] = {reader: overlap(box) for reader, box in read[name].items()}
    words = ", ".join(f"{reader} {ratio:.2f}" for reader, ratio in ratios[name].items())
    print(f"written by {name}: {', '.join(map(str, written[name]))}; read by {words}")
plain = list(pybboxes.convert_bbox((10, 20, 10, 10), from_type="coco", to_type="voc"))
print(f"converted by pybboxes: {', '.join(map(str, plain))}")
assert written.pop("supervision") == [11, 21, 20, 30]
assert list(written.values()) == [list(BOX)] * 3 and plain == list(BOX), (written, plain)
assert list(ratios.pop("supervision").values()) == [1, 0.81, 0.81, 0.81], ratios
assert [list(each.values()) for each in ratios.values()] == [[0.83, 1, 1, 1]] * 3, ratios
END
