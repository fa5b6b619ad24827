"""Detection runs as a worker makes them, of made-up objects in 5,000 images: until they are ready, and the intervals.

From annotations in memory to figures as they are stored, and the scene's file; without database and storage.
"""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from benchmarks.libraries.made_up_objects import IMAGES, NAMES, OF_IMAGE, made_up, records_of, sides_of
from shared.detection_runs import making
from shared.detection_runs.making import DetectionInputs, JudgedModel
from shared.detection_runs.records import DetectionRunRecord
from shared.detection_runs.results import packed
from shared.evaluation.detection.precision.average_precision import average_precision
from shared.kit import clock

_ROUNDS = 5


def ready() -> Callable[[], Any]:
    """A detection run until it is ready: annotations to all figures, the table of counts and the scene's file."""
    inputs = _inputs()
    return lambda: _judged(inputs).figures.ap


def intervals() -> Callable[[], Any]:
    """What follows: 1,000 samples of the images, and the intervals of all classes."""
    model = _judged(_inputs())
    return lambda: _drawn(model)


def ready_to_ap() -> Callable[[], Any]:
    """How many times as long as AP alone a run takes until it is ready: the middle of five rounds in turns."""
    return _ratio(_judged)


def complete_to_ap() -> Callable[[], Any]:
    """The same until its intervals are there."""
    return _ratio(lambda inputs: _drawn(_judged(inputs)))


def _ratio(make: Callable[[DetectionInputs], Any]) -> Callable[[], float]:
    inputs, (truth, found) = _inputs(), made_up(IMAGES, OF_IMAGE, OF_IMAGE)
    pairs = list(zip(sides_of(truth), sides_of(found), strict=True))

    def run() -> float:
        ratios = []
        for _ in range(_ROUNDS):
            start = time.process_time()
            average_precision(pairs, NAMES)
            between = time.process_time()
            make(inputs)
            ratios.append((time.process_time() - between) / (between - start))
        return sorted(ratios)[_ROUNDS // 2]

    return run


def _inputs() -> DetectionInputs:
    nobody = UUID(int=0)
    row: tuple[Any, ...] = (
        nobody, 0, nobody, nobody, "running", None, 0.0, None, "m", None, None, [], None, {}, None, None, None, None,
        clock.now(),
    )  # fmt: skip
    run = DetectionRunRecord(*row)
    return DetectionInputs(run, records_of(*made_up(IMAGES, OF_IMAGE, OF_IMAGE)), {}, None)


def _judged(inputs: DetectionInputs) -> JudgedModel:
    with TemporaryDirectory() as folder:
        scene = making.make_scene(inputs)
        making.write_scene(scene, inputs.run.asked, Path(folder))
        model = making.judge(inputs, scene)
    packed(model.figures)
    return model


def _drawn(model: JudgedModel) -> float:
    figures = making.draw(model)
    packed(figures)
    assert figures.interval is not None, "images have objects"
    return figures.interval.low
