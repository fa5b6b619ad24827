"""Errors of detection runs."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class DetectionRunNotFound(DomainError):
    """Your account has no detection run with this id."""

    status, code = HTTPStatus.NOT_FOUND, "detection-run-not-found"


class DetectionRunNotReady(DomainError):
    """The detection run is not ready; its status says what it waits for."""

    status, code = HTTPStatus.CONFLICT, "detection-run-not-ready"


class DetectionRunChanged(DomainError):
    """The detection run was deleted while it was being made, so its result was not kept."""

    status, code = HTTPStatus.CONFLICT, "detection-run-changed"


class BaselineNotComparable(DomainError):
    """The baseline was judged on other images or another ground truth, so the two cannot be paired image by image."""

    status, code = HTTPStatus.CONFLICT, "baseline-not-comparable"


class ImageLabelsUnreadable(DomainError):
    """Parameters of ground truth name classes by lists: verified_classes, absent_classes, not_exhaustive_classes."""

    code = "image-labels-unreadable"


class BoxesNotOriented(DomainError):
    """Oriented boxes are bounding boxes, or segmentations whose polygon is one convex outline of four corners."""

    code = "boxes-not-oriented"


class KeypointsNotComparable(DomainError):
    """The keypoints of an image are not those of the ground truth; send the same names in every annotation."""

    code = "keypoints-not-comparable"


class ImageNotJudged(DomainError):
    """The detection run has no image with this id, or the image was deleted."""

    status, code = HTTPStatus.NOT_FOUND, "image-not-judged"
