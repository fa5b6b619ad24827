"""Detectors judged on 5,000 images beside pycocotools, faster-coco-eval and hotcoco: `python -m benchmarks.detection`.

Processor seconds, and the peak of memory of a process for each row. The same made-up objects for all: 80 classes, seven
objects of an image, most of them found, and as many candidates.
"""

import contextlib
import importlib.util
import io
import json
import multiprocessing
import resource
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np
from faster_coco_eval import COCO as FASTER_COCO
from faster_coco_eval import COCOeval_faster
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from shared.analyses.agreement.pairs import ImagePair, Pairing
from shared.analyses.records import AnnotationRecord
from shared.detection_runs import judging, levels, objects_of_images, scenes
from shared.detection_runs.matches import MatchFilter, MatchLevel, SceneMatches
from shared.detection_runs.objects_of_images import ImageSides
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes import StoredScene
from shared.evaluation.detection import overlaps
from shared.evaluation.detection.average_precision import average_precision
from shared.evaluation.detection.object_table import ObjectTable
from shared.evaluation.detection.objects import Objects
from shared.evaluation.detection.ranked_outcomes import Scene

IMAGES, OF_IMAGE, CLASSES = 5_000, 7, 80
MANY = 1_000_000
NAMES = [str(code) for code in range(CLASSES)]

Arrays = tuple[Any, Any, Any, Any]


def made_up(images: int, of_image: int, candidates_of_image: int) -> tuple[Arrays, Arrays]:
    """Image, class, box and confidence of the objects of both sides."""
    random = np.random.default_rng(3)
    count = images * of_image
    corners, sizes = random.uniform(0, 500, (count, 2)), random.lognormal(3.8, 0.8, (count, 2))
    truth = (
        np.repeat(np.arange(images), of_image),
        random.integers(0, CLASSES, count),
        np.hstack([corners, sizes]).round(2),
        np.ones(count),
    )
    rows = (np.arange(images * candidates_of_image) // candidates_of_image) * of_image
    rows += random.integers(0, of_image, len(rows))
    is_background = random.random(len(rows)) < 0.3
    boxes = truth[2][rows] + random.normal(0, 4, (len(rows), 4))
    boxes[:, :2] += 600 * is_background[:, None]
    boxes[:, 2:] = np.abs(boxes[:, 2:])
    classes = np.where(random.random(len(rows)) < 0.1, random.integers(0, CLASSES, len(rows)), truth[1][rows])
    return truth, (truth[0][rows], classes, boxes.round(2), random.random(len(rows)).round(6))


def sides_of(side: Arrays) -> list[Objects]:
    """The objects of each image."""
    bounds = np.searchsorted(side[0], np.arange(1, IMAGES))
    parts = [np.split(column, bounds) for column in side]
    return [
        Objects(classes, confidences, np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]]), xywh=xywh)
        for _, classes, xywh, confidences in zip(*parts, strict=True)
    ]


def documents(truth: Arrays, found: Arrays) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The same as COCO's documents."""

    def entries(side: Arrays) -> list[dict[str, Any]]:
        return [
            {"id": n, "image_id": image, "category_id": code, "bbox": box, "score": score, "area": box[2] * box[3]}
            for n, (image, code, box, score) in enumerate(zip(*(column.tolist() for column in side), strict=True), 1)
        ]

    shown = [{"id": number, "width": 1200, "height": 1200} for number in range(IMAGES)]
    categories = [{"id": code, "name": NAMES[code]} for code in range(CLASSES)]
    truths = [{**entry, "iscrowd": 0} for entry in entries(truth)]
    return {"info": {}, "images": shown, "categories": categories, "annotations": truths}, entries(found)


def records_of(truth: Arrays, found: Arrays) -> ImageSides:
    """The same as annotations from the database."""
    annotations: dict[UUID, list[AnnotationRecord]] = {}
    for offset, side in ((1, truth), (1 + IMAGES, found)):
        for n, (image, code, box, score) in enumerate(zip(*(column.tolist() for column in side), strict=True)):
            data = json.dumps({"bbox": box, "format": "xywh"})
            record = AnnotationRecord(n, UUID(int=n), "bounding_box", NAMES[code], score, data)
            annotations.setdefault(UUID(int=image + offset), []).append(record)
    pairs = [ImagePair(UUID(int=n), UUID(int=n + 1), UUID(int=n + 1 + IMAGES), 1200, 1200) for n in range(IMAGES)]
    return ImageSides(Pairing(pairs, 0, 0, reference_is_truth=True), annotations)


def ours() -> Callable[[], Any]:
    """AP of boxes."""
    truth, found = made_up(IMAGES, OF_IMAGE, OF_IMAGE)
    pairs = list(zip(sides_of(truth), sides_of(found), strict=True))
    return lambda: average_precision(pairs, NAMES).summary["map"]


def whole_run() -> Callable[[], Any]:
    """A detection run: annotations to all figures with the interval, and the scene's file."""
    sides = records_of(*made_up(IMAGES, OF_IMAGE, OF_IMAGE))
    options = DetectionOptions()

    def run() -> Any:
        stored = objects_of_images.scene_of(sides, options, NAMES)
        figures = judging.figures_of(stored, sides.pairing, options, NAMES, [None] * CLASSES, notices=[])
        with TemporaryDirectory() as folder:
            scenes.write(Path(folder) / "scene.npz", stored, levels.tabulate(stored.scene, options))
        return figures.ap

    return run


def interval() -> Callable[[], Any]:
    """The interval alone: 1,000 samples of the images."""
    sides = records_of(*made_up(IMAGES, OF_IMAGE, OF_IMAGE))
    stored = objects_of_images.scene_of(sides, DetectionOptions(), NAMES)
    return lambda: judging.drawn_means(stored.scene, DetectionOptions(), IMAGES, 1_000).mean()


def pycocotools() -> Callable[[], Any]:
    """pycocotools, from its documents on."""
    return _of_coco(COCO, COCOeval)


def faster_coco_eval() -> Callable[[], Any]:
    """faster-coco-eval, from the same."""
    return _of_coco(FASTER_COCO, COCOeval_faster)


def hotcoco() -> Callable[[], Any]:
    """Matching and averages of hotcoco, its documents read before."""
    library, (truth, found) = importlib.import_module("hotcoco"), documents(*made_up(IMAGES, OF_IMAGE, OF_IMAGE))
    with TemporaryDirectory() as folder:
        paths = Path(folder) / "truth.json", Path(folder) / "found.json"
        for path, document in zip(paths, (truth, found), strict=True):
            path.write_text(json.dumps(document))
        reference = library.COCO(str(paths[0]))
        detections = reference.load_res(str(paths[1]))

    def run() -> Any:
        evaluated = library.COCOeval(reference, detections, "bbox")
        evaluated.evaluate()
        evaluated.accumulate()
        with contextlib.redirect_stdout(io.StringIO()):
            evaluated.summarize()
        return evaluated.stats[0]

    return run


def _of_coco(coco: Any, evaluation: Any) -> Callable[[], Any]:
    truth, found = documents(*made_up(IMAGES, OF_IMAGE, OF_IMAGE))

    def run() -> Any:
        with contextlib.redirect_stdout(io.StringIO()):
            reference = coco()
            reference.dataset = truth
            reference.createIndex()
            evaluated = evaluation(reference, reference.loadRes(found), "bbox")
            evaluated.evaluate()
            evaluated.accumulate()
            evaluated.summarize()
        return evaluated.stats[0]

    return run


def level() -> Callable[[], Any]:
    """Matrix, curve and a page of samples at another IoU and confidence, of a scene that lies on disk."""
    return _level(IMAGES, OF_IMAGE)


def level_of_many() -> Callable[[], Any]:
    """The same of 1,000,000 candidates."""
    return _level(IMAGES, MANY // IMAGES)


def slider_of_many() -> Callable[[], Any]:
    """The counts at another IoU and confidence, of 1,000,000 candidates: seconds of the 95th of 100 answers."""
    folder, path = _stored(IMAGES, MANY // IMAGES)

    def percentile() -> float:
        times = []
        for confidence in np.linspace(0, 1, 100).tolist():
            start = time.perf_counter()
            with path.open("rb") as file, scenes.opened(file) as columns:
                levels.count_at(columns, 0.6, confidence)
            times.append(time.perf_counter() - start)
        folder.cleanup()
        return sorted(times)[94]

    return percentile


def _stored(images: int, candidates: int) -> tuple[TemporaryDirectory[str], Path]:
    truth, found = (_table(side) for side in made_up(images, OF_IMAGE, candidates))
    pairs = overlaps.of_boxes(truth, found, 0.1, within_class=False)
    ids = [np.zeros((count, 16), np.uint8) for count in (images, images, images, len(truth), len(found))]
    folder = TemporaryDirectory()
    path = Path(folder.name) / "scene.npz"
    scene = Scene(truth, found, pairs, CLASSES)
    scenes.write(path, StoredScene(scene, *ids), levels.tabulate(scene, DetectionOptions()))
    return folder, path


def _level(images: int, candidates: int) -> Callable[[], Any]:
    folder, path = _stored(images, candidates)

    def run() -> Any:
        with folder, path.open("rb") as file:
            matches = SceneMatches(scenes.read(file), DetectionOptions(), NAMES, MatchLevel(0.6, 0.3))
            matches.curve(None)
            matches.objects(MatchFilter("FP"), start=0, limit=100)
            return matches.matrix().overall.f1

    return run


def _table(side: Arrays) -> ObjectTable:
    nothing = np.zeros(len(side[0]), bool)
    return ObjectTable(side[0], side[1], side[3], side[2], side[2][:, 2] * side[2][:, 3], nothing, nothing)


def _measure(prepare: Callable[[], Callable[[], Any]], pipe: Any) -> None:
    run = prepare()
    start = time.process_time()
    value = run()
    seconds = time.process_time() - start
    pipe.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, float(value)))


def main() -> None:
    """Measure each row in a process of its own."""
    context = multiprocessing.get_context("spawn")
    # hotcoco is measured where it is installed: nothing else here needs it.
    beside = (hotcoco,) if importlib.util.find_spec("hotcoco") else ()
    for prepare in (
        ours,
        *beside,
        faster_coco_eval,
        pycocotools,
        whole_run,
        interval,
        level,
        level_of_many,
        slider_of_many,
    ):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_measure, args=(prepare, sender))
        process.start()
        seconds, peak, value = receiver.recv()
        process.join()
        print(f"{prepare.__name__:18} {seconds:8.2f} s {peak:7.0f} MB   {value:.9f}")


if __name__ == "__main__":
    main()
