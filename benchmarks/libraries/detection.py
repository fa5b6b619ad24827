"""Detectors judged on 5,000 images beside pycocotools, faster-coco-eval and hotcoco.

Run it as `python -m benchmarks.libraries.detection`.

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

import numpy as np
from faster_coco_eval import COCO as FASTER_COCO
from faster_coco_eval import COCOeval_faster
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from benchmarks.libraries import judged_runs
from benchmarks.libraries.made_up_objects import (
    CLASSES,
    IMAGES,
    NAMES,
    OF_IMAGE,
    Arrays,
    documents,
    made_up,
    sides_of,
)
from shared.detection_runs.figures import judging, levels
from shared.detection_runs.figures.matches import MatchFilter, MatchLevel, SceneMatches
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes import scene_file
from shared.detection_runs.scenes.scene_file import StoredScene
from shared.evaluation.detection.geometry import overlaps
from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.matching.ranked_outcomes import Scene
from shared.evaluation.detection.precision.average_precision import average_precision

MANY = 1_000_000


def ours() -> Callable[[], Any]:
    """AP of boxes."""
    truth, found = made_up(IMAGES, OF_IMAGE, OF_IMAGE)
    pairs = list(zip(sides_of(truth), sides_of(found), strict=True))
    return lambda: average_precision(pairs, NAMES).summary["map"]


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


def level_again_of_many() -> Callable[[], Any]:
    """The same once more at other levels, the scene kept in memory: the median of nine answers."""
    folder, path = _stored(IMAGES, MANY // IMAGES)
    with folder, path.open("rb") as file:
        stored = scene_file.read(file)
    _answers(stored, MatchLevel(0.6, 0.3))

    def median() -> float:
        times = []
        for step in range(1, 10):
            start = time.process_time()
            _answers(stored, MatchLevel(0.45 + step / 20, step / 10))
            times.append(time.process_time() - start)
        return sorted(times)[4]

    return median


def slider_of_many() -> Callable[[], Any]:
    """The counts at another IoU and confidence, of 1,000,000 candidates: seconds of the 95th of 100 answers."""
    folder, path = _stored(IMAGES, MANY // IMAGES)

    def percentile() -> float:
        times = []
        for confidence in np.linspace(0, 1, 100).tolist():
            start = time.perf_counter()
            with path.open("rb") as file, scene_file.opened(file) as columns:
                levels.count_at(columns, 0.6, confidence)
            times.append(time.perf_counter() - start)
        folder.cleanup()
        return sorted(times)[94]

    return percentile


def _stored(images: int, candidates: int) -> tuple[TemporaryDirectory[str], Path]:
    truth, found = (_table(side) for side in made_up(images, OF_IMAGE, candidates))
    pairs = overlaps.of_boxes(truth, found, 0.1, within_class=False)
    of_images, *ids = (np.zeros((count, 16), np.uint8) for count in (images, len(truth), len(found)))
    folder = TemporaryDirectory()
    path = Path(folder.name) / "scene.npz"
    scene = Scene(truth, found, pairs, CLASSES)
    stored = judging.classified(StoredScene(scene, of_images, of_images, of_images, ids[0], ids[1]), DetectionOptions())
    scene_file.write(path, stored, levels.tabulate(scene, DetectionOptions()))
    return folder, path


def _level(images: int, candidates: int) -> Callable[[], Any]:
    folder, path = _stored(images, candidates)

    def run() -> Any:
        with folder, path.open("rb") as file:
            return _answers(scene_file.read(file), MatchLevel(0.6, 0.3))

    return run


def _answers(stored: StoredScene, level: MatchLevel) -> Any:
    matches = SceneMatches(stored, DetectionOptions(), NAMES, level)
    matches.curve(None)
    matches.objects(MatchFilter("FP"), start=0, limit=100)
    return matches.matrix().overall.f1


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
        judged_runs.ready,
        judged_runs.intervals,
        judged_runs.ready_to_ap,
        judged_runs.complete_to_ap,
        level,
        level_of_many,
        level_again_of_many,
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
