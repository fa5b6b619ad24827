"""What is asked of a detection run."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from shared.evaluation.detection.profiles import DetectionSubject, ProfileName

# No annotation of ours has more.
MAX_KEYPOINTS = 1_000


class GatedFigure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure that must not be worse than the baseline's."""

    metric: Annotated[
        Literal["map", "map_50", "map_75"],
        Meta(description="Average precision: over IoU 0.50 to 0.95, at 0.50, or at 0.75."),
    ] = "map"
    label: Annotated[
        Annotated[str, Meta(min_length=1, max_length=500)] | None,
        Meta(description="Class that the figure is of; null for the mean of all."),
    ] = None
    every_class: Annotated[bool, Meta(description="True: of each class of the ground truth, instead of the mean.")] = (
        False
    )
    margin: Annotated[
        Annotated[float, Meta(gt=0, lt=1)] | None,
        Meta(description="Loss that is allowed, between 0 and 1; null: any loss that the images show fails."),
    ] = None


class DetectionGate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By what a model may take the place of its baseline."""

    metrics: Annotated[
        Annotated[list[GatedFigure], Meta(min_length=1, max_length=20)],
        Meta(description="Figures that must not be worse, 1 to 20; `map` without a margin if omitted."),
    ] = msgspec.field(default_factory=lambda: [GatedFigure()])
    alpha: Annotated[
        float,
        Meta(
            gt=0,
            le=0.5,
            description="Chance of failing a model that is not worse, over all tests together, above 0, up to 0.5.",
        ),
    ] = 0.05
    allow_inconclusive: Annotated[
        bool, Meta(description="True: a loss that may exceed its margin, but is not shown, passes.")
    ] = False


class DetectionOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which rules a model is judged."""

    subject: Annotated[
        DetectionSubject,
        Meta(
            description="What is compared: bounding boxes, masks, keypoints by COCO's similarity, or oriented boxes: "
            "bounding boxes and polygons of four corners."
        ),
    ] = "boxes"
    profile: Annotated[
        ProfileName,
        Meta(
            description="Rules of the figures: `coco`; for boxes and masks `lvis`; for boxes `voc07`, `voc12` (PASCAL "
            "VOC until 2009, from 2010 on) or `openimages`; for oriented boxes `dota`."
        ),
    ] = "coco"
    sigmas: Annotated[
        Annotated[list[Annotated[float, Meta(gt=0, le=10)]], Meta(min_length=1, max_length=MAX_KEYPOINTS)] | None,
        Meta(
            description="How far apart two of the same keypoint may lie, one for each in the order of the ground "
            "truth; null for COCO's 17."
        ),
    ] = None
    class_hierarchy: Annotated[
        dict[str, Any] | None,
        Meta(
            description="For `openimages`: which classes stand above others, in the form of the challenge's file, with "
            "the names of the project's classes as `LabelName`; null for none."
        ),
    ] = None
    expand_candidates: Annotated[
        bool,
        Meta(
            description="True: a model's objects also count as objects of the classes above theirs. Objects of the "
            "ground truth always do, given a hierarchy."
        ),
    ] = False
    baseline_id: Annotated[
        Annotated[str, Meta(min_length=1, max_length=36)] | None,
        Meta(description="Id of an earlier detection run on the same images to compare with; null for none."),
    ] = None
    gate: Annotated[
        DetectionGate | None,
        Meta(description="Figures that must not be worse than the baseline's, for a verdict; null for none."),
    ] = None
