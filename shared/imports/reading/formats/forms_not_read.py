"""Forms of programs whose other forms are read: what to export instead."""

import re
from collections.abc import Callable

from shared.imports.reading.files import InputFiles

_OF_SHORT_FORM = (b'"annotation_id"', b'"original_width"', b'"rectanglelabels"', b'"polygonlabels"')
# Of KITTI's tracking, readme.txt of its development kit: frame and track before the words of an object.
_TRACKED = re.compile(rb"\s*\d+[ \t]+-?\d+[ \t]+[A-Za-z_][\w.-]*([ \t]+[-+\d.eE]+){14,15}\s*?(\r?\n|$)")

# Members of the boxes that a program writes without the image that they are of, or as an object of the whole image.
_OF_DATASET = (b'"annotations"', b'"file_name"')
_OF_HUGGING_FACE = (b'"score"', b'"label"', b'"box"', b'"xmin"')
_OF_TORCHVISION = (b'"boxes"', b'"labels"')
_OF_MMDETECTION = (b'"bboxes"', b'"labels"', b'"scores"')
_OF_ULTRALYTICS = (b'"name"', b'"class"', b'"confidence"', b'"box"')
# Of a pickle, and of a zip archive that torch.save writes.
_PICKLE, _PICKLED = b"\x80", "data.pkl"
# A line of VOC's results, comp4_det_test_<class>.txt: the image, the confidence and four corners.
_VOC_RESULT = re.compile(rb"\s*\S+([ \t]+[-+]?[\d.]+(e[-+]?\d+)?){5}[ \t]*\r?(\n|$)", re.IGNORECASE)
_VOC_NAME = re.compile(r"(^|/)comp\d_det_[^/]*\.txt$")


def advice_for(files: InputFiles) -> str | None:
    """Return what to send instead of files that no format recognises; None if their program is not known."""
    return next((advice for is_such, advice in _FORMS if is_such(files)), None)


def _is_short_form(files: InputFiles) -> bool:
    head = b"" if files.is_archive else files.head(next(iter(files))).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"[") and any(name in head for name in _OF_SHORT_FORM)


def _is_tracking(files: InputFiles) -> bool:
    bodies = (files.head(name) for name in (files.ending_with(".txt") if files.is_archive else list(files)))
    first = next((body for body in bodies if body.strip()), b"")
    return _TRACKED.match(first) is not None


def is_dataset_list(files: InputFiles) -> bool:
    """Tell whether the file is a list of detectron2's dataset dicts, which name an image and hold its annotations."""
    return _starts(files, b"[") and _has(files, _OF_DATASET)


def _has(files: InputFiles, members: tuple[bytes, ...]) -> bool:
    return _starts(files, b"[", b"{") and all(member in _head(files) for member in members)


def _starts(files: InputFiles, *beginnings: bytes) -> bool:
    return _head(files).startswith(beginnings)


def _head(files: InputFiles) -> bytes:
    return b"" if files.is_archive else files.head(next(iter(files))).removeprefix(b"\xef\xbb\xbf").lstrip()


def _is_pickle(files: InputFiles) -> bool:
    if files.is_archive:
        return any(name.rpartition("/")[2] == _PICKLED for name in files)
    return _starts(files, _PICKLE)


def is_voc_results(files: InputFiles) -> bool:
    """Tell whether an archive has Pascal VOC's results of a class, whose lines look like YOLO's."""
    texts = [name for name in files.ending_with(".txt") if _VOC_NAME.search(name)]
    return any(_VOC_RESULT.match(files.head(name)) is not None for name in texts)


_NO_IMAGE = (
    "which names no image; write COCO's results with image_id, category_id, bbox [x, y, width, height] and score"
)
_FORMS: tuple[tuple[Callable[[InputFiles], bool], str], ...] = (
    (_is_short_form, "This looks like Label Studio's short form, JSON-MIN, which is not read; export its JSON."),
    (_is_tracking, "This is KITTI's form for tracking, which is not read; send a text of objects for each image."),
    (
        is_dataset_list,
        "These look like detectron2's dataset dicts; write COCO's JSON with its convert_to_coco_json.",
    ),
    (
        _is_pickle,
        "This is a pickle, which is never opened; send COCO's results, as coco_instances_results.json of detectron2.",
    ),
    (
        lambda files: _has(files, _OF_HUGGING_FACE),
        f"This looks like the answer of transformers' pipeline, {_NO_IMAGE}.",
    ),
    (
        lambda files: _has(files, _OF_MMDETECTION),
        "This looks like MMDetection's answer; set outfile_prefix of CocoMetric, and send its bbox.json.",
    ),
    (
        lambda files: _has(files, _OF_TORCHVISION),
        f"This looks like the boxes of torchvision, [x1, y1, x2, y2], {_NO_IMAGE}.",
    ),
    (
        lambda files: _has(files, _OF_ULTRALYTICS),
        "This looks like Ultralytics' to_json(), which names no image; send predictions.json of val(save_json=True).",
    ),
    (
        is_voc_results,
        "These are Pascal VOC's results, whose pixels are counted from 1; write COCO's results, with boxes from 0.",
    ),
)
