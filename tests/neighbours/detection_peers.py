"""What evaluators of detectors say of the documents in a folder, as JSON; run by an interpreter that has them."""

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faster_coco_eval
import hotcoco
import numpy as np
import pycocotools.coco
import pycocotools.cocoeval
import supervision
import tidecv

TYPES = {"boxes": "bbox", "masks": "segm", "keypoints": "keypoints"}
UNDEFINED = -1


def main(folder: Path) -> dict[str, Any]:
    """The figures of each evaluator by its name and the kind of objects."""
    readers: dict[str, tuple[Any, Any, str]] = {
        "pycocotools": (pycocotools.coco.COCO, pycocotools.cocoeval.COCOeval, "loadRes"),
        "faster-coco-eval": (faster_coco_eval.COCO, faster_coco_eval.COCOeval_faster, "loadRes"),
        "hotcoco": (hotcoco.COCO, hotcoco.COCOeval, "load_res"),
    }
    said: dict[str, Any] = {
        kind: {name: _coco(*reader, folder, kind) for name, reader in readers.items()} for kind in TYPES
    }
    said["lvis"] = _lvis(folder)
    said["tide"] = _tide(*_documents(folder, "tide"))
    said["supervision"] = _supervision(*_documents(folder, "boxes"))
    return said


def _paths(folder: Path, kind: str) -> tuple[str, str]:
    return str(folder / f"{kind}_truth.json"), str(folder / f"{kind}_results.json")


def _documents(folder: Path, kind: str) -> tuple[Any, Any]:
    truth, results = (json.loads(Path(path).read_text()) for path in _paths(folder, kind))
    return truth, results


def _coco(library: Any, evaluation: Any, load: str, folder: Path, kind: str) -> list[float | None]:
    truth_path, results_path = _paths(folder, kind)
    truth = library(truth_path)
    evaluated = evaluation(truth, getattr(truth, load)(results_path), TYPES[kind])
    evaluated.evaluate()
    evaluated.accumulate()
    evaluated.summarize()
    stats = evaluated.stats[: 10 if kind == "keypoints" else 12]
    return [None if value == UNDEFINED else float(value) for value in stats]


def _lvis(folder: Path) -> dict[str, float | None]:
    # The package calls what newer releases of numpy have renamed.
    setattr(np, "float", float)  # noqa: B010 -- mypy knows no such member
    from lvis import LVISEval  # noqa: PLC0415 -- after that

    evaluated = LVISEval(*_paths(folder, "lvis"), "bbox")
    evaluated.run()
    return {name: None if value == UNDEFINED else float(value) for name, value in evaluated.get_results().items()}


def _tide(truth: Any, results: Any) -> dict[str, Any]:
    references, found = tidecv.Data("truth"), tidecv.Data("results")
    for each in truth["images"]:
        # It passes over the detections of images that it was not told of.
        references.add_image(each["id"], each["file_name"])
    for each in truth["annotations"]:
        references.add_ground_truth(each["image_id"], each["category_id"], each["bbox"])
    for each in results:
        found.add_detection(each["image_id"], each["category_id"], each["score"], each["bbox"])
    tide = tidecv.TIDE()
    run = tide.evaluate(references, found, mode=tidecv.TIDE.BOX)
    costs = {kind.short_name: cost for kind, cost in run.fix_main_errors().items()}
    counts = {kind.short_name: len(listed) for kind, listed in run.error_dict.items()}
    return {"counts": counts, "costs": costs, "ap": run.ap}


def _supervision(truth: Any, results: Any) -> list[list[int]]:
    codes = {each["id"]: code for code, each in enumerate(truth["categories"])}
    objects = [each for each in truth["annotations"] if not each["iscrowd"]]
    images = [each["id"] for each in truth["images"]]
    matrix = supervision.ConfusionMatrix.from_detections(
        predictions=list(_detections(results, images, codes)),
        targets=list(_detections(objects, images, codes)),
        classes=[each["name"] for each in truth["categories"]],
    )
    return [[int(count) for count in row] for row in matrix.matrix]


def _detections(entries: Any, images: list[int], codes: dict[int, int]) -> Iterator[Any]:
    for image in images:
        own = [each for each in entries if each["image_id"] == image]
        xywh = np.array([each["bbox"] for each in own], np.float64).reshape(-1, 4)
        yield supervision.Detections(
            xyxy=np.hstack((xywh[:, :2], xywh[:, :2] + xywh[:, 2:])),
            class_id=np.array([codes[each["category_id"]] for each in own], np.int64),
            confidence=np.array([each.get("score", 1) for each in own], np.float64),
        )


if __name__ == "__main__":
    # The evaluators print their tables.
    with contextlib.redirect_stdout(io.StringIO()):
        figures = main(Path(sys.argv[1]))
    print(json.dumps(figures))
