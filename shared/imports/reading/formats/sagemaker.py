"""The manifest of SageMaker Ground Truth: a line of JSON for each image, its boxes under the name of the labelling job.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html, "Bounding box job output"; Rekognition's custom
labels take the same.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from shared.analyses.annotations.validation import escape
from shared.imports.errors import AnnotationsUnreadable
from shared.imports.reading.files import InputFiles, pointer_of, text_of
from shared.imports.reading.json_text import decode
from shared.imports.reading.objects import ReadFile, ReadImage, ReadingRules, ReadObject, named

_IMAGE, _METADATA, _BOXES = "source-ref", "-metadata", "groundtruth/object-detection"
_ENDINGS = (".manifest", ".jsonl", ".json")


class _Size(msgspec.Struct):
    width: int
    height: int


class _Box(msgspec.Struct):
    class_id: int
    left: float
    top: float
    width: float
    height: float


class _Labels(msgspec.Struct):
    image_size: list[_Size]
    annotations: list[_Box]


class _Metadata(msgspec.Struct, rename={"classes": "class-map"}):
    classes: dict[str, str] = {}
    objects: list[dict[str, Any]] = []


def recognise(files: InputFiles) -> bool:
    """Tell whether there are lines of JSON that name an image by `source-ref`."""
    return bool(_manifests(files))


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every manifest; notes every fault at its place. Raises AnnotationsUnreadable."""
    names = _manifests(files) or list(files)
    images = []
    for name in names:
        prefix = pointer_of(name) if len(names) > 1 else ""
        for number, line in enumerate(text_of(name, files[name]).splitlines(), start=1):
            if line.strip():
                images.append(_image(name, line, rules, f"{prefix}/{number}"))
            if rules.checker.is_full:
                break
    return ReadFile(images, named(images))


def _manifests(files: InputFiles) -> list[str]:
    names = files.ending_with(*_ENDINGS) if files.is_archive else list(files)
    heads = {name: files.head(name).removeprefix(b"\xef\xbb\xbf").lstrip() for name in names}
    return [name for name, head in heads.items() if head.startswith(b"{") and f'"{_IMAGE}"'.encode() in head]


def _image(name: str, line: str, rules: ReadingRules, pointer: str) -> ReadImage:
    sent = decode(name, line.encode(), dict[str, Any], pointer)
    job = _job(name, sent, pointer)
    if not isinstance(sent.get(_IMAGE), str):
        raise AnnotationsUnreadable(f"“{name[:200]}”: expected the address of an image at {pointer}/{_IMAGE}.")
    labels = decode(name, msgspec.json.encode(sent.get(job)), _Labels, f"{pointer}/{escape(job)}")
    metadata = decode(
        name, msgspec.json.encode(sent[f"{job}{_METADATA}"]), _Metadata, f"{pointer}/{escape(job)}{_METADATA}"
    )
    image = ReadImage(pointer, sent[_IMAGE].rpartition("/")[2])
    if labels.image_size:
        image.width, image.height = labels.image_size[0].width, labels.image_size[0].height
    image.objects = list(_objects(labels, metadata, rules, f"{pointer}/{escape(job)}/annotations"))
    return image


def _job(name: str, sent: dict[str, Any], pointer: str) -> str:
    """The name of the labelling job whose boxes a line has; raises AnnotationsUnreadable unless it is one."""
    jobs = [
        key.removesuffix(_METADATA)
        for key, value in sent.items()
        if key.endswith(_METADATA) and isinstance(value, dict) and value.get("type") == _BOXES
    ]
    if len(jobs) != 1:
        found = f"those of {len(jobs)} jobs" if jobs else "none"
        detail = f"expected the boxes of one job at {pointer}, and there are {found}"
        raise AnnotationsUnreadable(f"“{name[:200]}”: {detail}.")
    return jobs[0]


def _objects(labels: _Labels, metadata: _Metadata, rules: ReadingRules, pointer: str) -> Iterator[ReadObject]:
    for index, box in enumerate(labels.annotations):
        place, number = f"{pointer}/{index}", str(box.class_id)
        label = rules.names.get(number) or metadata.classes.get(number)
        if label is None:
            rules.checker.note_shared(f"{place}/class_id", f"the class-map has no class {number}")
        annotation: dict[str, Any] = {
            "annotation_type": "bounding_box",
            "class_name": label or number,
            "data": {"format": "xywh", "bbox": [box.left, box.top, box.width, box.height]},
        }
        stated = metadata.objects[index] if index < len(metadata.objects) else {}
        rules.rate(annotation, stated.get("confidence"), f"{place}/confidence")
        yield ReadObject(annotation, place)
