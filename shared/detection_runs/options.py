"""Options of a detection run, as its request states them."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from shared.evaluation.detection.error_analysis.foreign_matrices import MatrixProfile
from shared.evaluation.detection.rules.profiles import DetectionSubject, ProfileName

# No annotation of ours has more.
MAX_KEYPOINTS = 1_000


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
    profiles: Annotated[
        Annotated[list[ProfileName | MatrixProfile], Meta(max_length=8)],
        Meta(
            description="Further rules to judge the same objects by: `differences` of the result says what each "
            "counts, and how many boxes it judges otherwise, by reason."
        ),
    ] = []
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
