#!/usr/bin/env bash
# An image that two people labelled leaves Label Studio's converter in two different wrong ways.
#
# Guess: a task with two annotations is exported once, or refused, or merged, and the same in every format.
# Seen: as COCO, the image is listed twice under one file name, each copy with the objects of one person. As YOLO, both
# are written to the same file, so that only the objects of the last person are left. Neither says anything.
# Versions: label-studio-sdk 2.1.2 (its converter).
# Hurts: as COCO, results for one of the copies miss all objects of the other, so that recall is halved; as YOLO,
# somebody's objects are gone from the truth, and a detector is blamed for finding them.
# Instead: decide for each task whose annotation counts, and export only that.
#
# Output:
#   COCO: 2 entries for photo.png, with the objects dog+cat and dog
#   YOLO: photo.txt has dog
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    label-studio-sdk==2.1.2
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import io
import json
import logging
from collections import defaultdict
from pathlib import Path

from label_studio_sdk.converter import Converter

CONFIG = """<View><Image name="image" value="$image"/>
<RectangleLabels name="label" toName="image"><Label value="cat"/><Label value="dog"/></RectangleLabels></View>"""


def region(left, label):
    return {
        "id": f"r{left}", "type": "rectanglelabels", "from_name": "label", "to_name": "image",
        "original_width": 640, "original_height": 480, "image_rotation": 0,
        "value": {"x": left, "y": 10, "width": 20, "height": 20, "rotation": 0, "rectanglelabels": [label]},
    }


def annotation(person, *regions):
    return {"id": person, "completed_by": person, "was_cancelled": False, "result": list(regions)}


people = [annotation(1, region(10, "dog"), region(60, "cat")), annotation(2, region(11, "dog"))]
tasks = [{"id": 1, "data": {"image": "/data/upload/1/photo.png"}, "annotations": people}]
Path("tasks.json").write_text(json.dumps(tasks))
said = io.StringIO()
logging.basicConfig(stream=said, level=logging.WARNING)
with contextlib.redirect_stdout(io.StringIO()):
    converter = Converter(CONFIG, ".", download_resources=False)
    converter.convert_to_coco("tasks.json", "coco", is_dir=False)
    converter.convert_to_yolo("tasks.json", "yolo", is_dir=False)

coco = json.loads(Path("coco/result.json").read_text())
names = {each["id"]: each["name"] for each in coco["categories"]}
objects = defaultdict(list)
for each in coco["annotations"]:
    objects[each["image_id"]].append(names[each["category_id"]])
files = {Path(each["file_name"]).name for each in coco["images"]}
sides = ["+".join(objects[each["id"]]) for each in coco["images"]]
classes = Path("yolo/classes.txt").read_text().split()
(text,) = Path("yolo/labels").glob("*.txt")
yolo = [classes[int(line.split()[0])] for line in text.read_text().splitlines()]
print(f"COCO: {len(coco['images'])} entries for {', '.join(files)}, with the objects {' and '.join(sides)}")
print(f"YOLO: {text.name} has {', '.join(yolo)}")
assert (files, sides, yolo) == ({"photo.png"}, ["dog+cat", "dog"], ["dog"])
assert said.getvalue() == "", said.getvalue()
END
