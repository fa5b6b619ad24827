"""The lvis package's evaluation of boxes, in tests/vendor/lvis."""

import logging
import warnings
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from lvis.eval import LVISEval
from lvis.lvis import LVIS
from lvis.results import LVISResults

# Its figures in the order of ours.
NAMES = ("AP", "AP50", "AP75", "APs", "APm", "APl", "APr", "APc", "APf", "AR@300", "ARs@300", "ARm@300", "ARl@300")


def evaluated(document: dict[str, Any], detections: list[dict[str, Any]]) -> LVISEval:
    """The package's evaluation of one or more detections against a document of LVIS."""
    # The package calls what newer releases of Python and numpy have renamed.
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setattr(np, "float", float, raising=False)
        warnings.filterwarnings("ignore", "The 'warn' method is deprecated", DeprecationWarning)
        truth = LVIS.__new__(LVIS)
        truth.logger = logging.getLogger("lvis")
        truth.dataset = deepcopy(document)
        truth._create_index()
        evaluation = LVISEval(truth, LVISResults(truth, deepcopy(detections)), "bbox")
        evaluation.run()
    return evaluation


def figures(evaluation: LVISEval) -> list[Any]:
    """Its thirteen figures, None where it has -1."""
    values = (evaluation.get_results()[name] for name in NAMES)
    return [None if value == -1 else pytest.approx(value, abs=1e-9) for value in values]
