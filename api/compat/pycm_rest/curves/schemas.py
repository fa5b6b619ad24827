"""Request bodies of curves."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from api.http.bodies import json_bodies
from api.http.bodies.json_bodies import Fields
from shared.curves.kinds.curve import Curve, CurveOptions, CurveType, ProbabilitiesIn


class CurveShape(msgspec.Struct, kw_only=True):
    """The type of the curves, and the options of their results."""

    type: CurveType
    # Pictures and all points are for requests that ask for them, and for jobs.
    options: CurveOptions = CurveOptions(plot=False, full=False)


class CurveIn(ProbabilitiesIn, kw_only=True):
    """Class probabilities of n samples, and the curves to compute."""

    # Of the fields that other clients send, these would change every metric.
    refused: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("sample_weights", "weights", "weight"), "send one weight for every sample as sample_weight"),
        "labels": "send the class of each column as classes",
        "pos_label": "every class has its curve; read that of this one",
        "thresholds": "the curve has a point at every probability that occurs; read it with options.full",
        **{name: f"send it in options, as options.{name}" for name in ("cost_ratio", "max_points")},
    }

    type: Annotated[CurveType, Meta(description="ROC curves, or precision-recall (PR) curves.")]
    options: Annotated[CurveOptions, Meta(description="What is made of the curves, and how they look.")] = CurveOptions(
        plot=False, full=False
    )


def read_curve(members: Fields) -> tuple[Curve, ProbabilitiesIn]:
    """The arguments and the body of a curve job; raises InvalidInput."""
    shape = json_bodies.pick_known(members, CurveShape)
    return Curve(type=shape.type, options=shape.options), json_bodies.pick_known(members, ProbabilitiesIn)
