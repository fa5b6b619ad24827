"""Confidence intervals of a confusion matrix's figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pycm.ci import (
    AUC_SE_calc,
    CI_calc,
    CI_calc_agresti,
    CI_calc_wilson,
    LR_CI_calc,
    LR_SE_calc,
    SE_calc,
    kappa_SE_calc,
)
from pycm.params import ALPHA_ONE_SIDE_TABLE, ALPHA_TWO_SIDE_TABLE

from shared.evaluation.errors import UnknownAlpha
from shared.evaluation.statistics import Statistics, plain

BinomialMethod = Literal["normal-approx", "wilson", "agresti-coull"]

Bounds = tuple[float | None, float | None]
