"""The comparison of two analyses, or of two models over a whole project."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from shared.accounts import Caller
from shared.analyses.agreement import pairs
from shared.analyses.agreement.pairs import Id, Side
from shared.jobs import Arguments
from shared.kit.platform import Platform

# Below the first nearly all objects that touch would match; the second is the customary value.
MIN_IOU, USUAL_IOU = 0.05, 0.5

# The geometry by which objects match; labels are those of whole images.
Subject = Literal["boxes", "masks", "labels"]


class AgreementOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is compared, and from when on two objects are the same.

    Keypoints are not compared, as their annotations do not say how large the object is and how far apart two of them
    may lie (COCO's object keypoint similarity needs both); nor are heat maps, whose colours name no objects.
    """

    subject: Annotated[
        Subject, Meta(description="What is compared: bounding boxes, masks, or the labels of whole images.")
    ] = "boxes"
    iou_threshold: Annotated[
        float, Meta(ge=MIN_IOU, le=1, description="Intersection over union from which two objects match, 0.05 to 1.")
    ] = USUAL_IOU
    # Of the candidate; average precision counts every confidence.
    min_confidence: Annotated[
        float,
        Meta(
            ge=0, le=1, description="Least confidence of the candidate's objects, 0 to 1; average precision counts all."
        ),
    ] = 0.0


class Agreement(Arguments, frozen=True, kw_only=True, tag="agreement"):
    """An agreement of two sides over a project, an image, or two analyses of one image: makes `agreement.json`.

    Where every analysis of the reference is marked as ground truth, the candidate is also evaluated (COCO's metrics).
    """

    reference: Annotated[Side, Meta(description="The side to compare with; ground truth, if there is one.")]
    candidate: Annotated[Side, Meta(description="The side to evaluate.")]
    project_id: Annotated[Id | None, Meta(description="Id of the project to compare over.")] = None
    image_id: Annotated[Id | None, Meta(description="Id of the one image to compare over.")] = None
    options: Annotated[AgreementOptions, Meta(description="What is compared, and when two objects match.")] = (
        AgreementOptions()
    )

    async def prepare(self, platform: Platform, caller: Caller, _body: Any, /) -> bytes:
        """Choose the analyses to compare; raises what `pairs.choose` raises."""
        return await pairs.choose(
            platform, caller, self.reference, self.candidate, project_id=self.project_id, image_id=self.image_id
        )
