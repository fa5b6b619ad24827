"""The worker whose processes die, a number of times, between the figures of a detection run and its intervals."""

import os
import signal
from pathlib import Path

from shared.detection_runs import making
from shared.detection_runs.making import JudgedModel
from shared.detection_runs.results import DetectionFigures
from worker.app import app

__all__ = ["app"]

_draw = making.draw


def _die_or_draw(model: JudgedModel) -> DetectionFigures:
    folder = Path(os.environ["DEATHS_FOLDER"])
    deaths = len(list(folder.iterdir()))
    if deaths < int(os.environ["DEATHS"]):
        (folder / str(deaths)).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return _draw(model)


making.draw = _die_or_draw
