"""What is sent about curves."""

import msgspec

from api.http import bodies
from api.http.bodies import Fields
from shared import curves
from shared.curves import LabelledProbabilities
from shared.evaluation.types import Label
from shared.jobs.kinds.curve import Curve, CurveOptions, CurveType
from shared.kit.settings import Settings


class ProbabilitiesIn(msgspec.Struct):
    """n samples: their labels, a row of k probabilities each, and perhaps the class of each column and weights."""

    actual_vector: list[Label]
    probability_vector: list[list[float]]
    classes: list[Label] | None = None
    sample_weight: list[float] | None = None


class CurveShape(msgspec.Struct, kw_only=True):
    """Which curves, and what is made of them."""

    type: CurveType
    # Who wants pictures and all points asks for them, or for a job.
    options: CurveOptions = CurveOptions(plot=False, full=False)


class CurveIn(ProbabilitiesIn, kw_only=True):
    """Contract A's request for curves: what is read as ProbabilitiesIn and CurveShape."""

    type: CurveType
    options: CurveOptions = CurveOptions(plot=False, full=False)


def read_curve(members: Fields, settings: Settings) -> tuple[Curve, bytes]:
    """The arguments and the inputs of a curve job; raises InvalidInput or a subclass of InvalidLabels."""
    asked = bodies.pick_known(members, CurveShape)
    return Curve(type=asked.type, options=asked.options), read_inputs(members, settings)


def read_inputs(members: Fields, settings: Settings) -> bytes:
    """The inputs of a curve job; raises InvalidInput or a subclass of InvalidLabels."""
    sent = bodies.pick_known(members, ProbabilitiesIn)
    asked = LabelledProbabilities(sent.actual_vector, sent.probability_vector, sent.classes, sent.sample_weight)
    checked = curves.check(asked, max_classes=settings.max_classes, max_label_length=settings.max_label_length)
    return curves.pack(checked)
