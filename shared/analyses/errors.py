"""What can go wrong with analyses."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class AnalysesDisabled(DomainError):
    """The ML analysis feature is disabled here; the operator enables it with ML_ANALYSIS_ENABLED."""

    status, code = HTTPStatus.NOT_FOUND, "analyses-disabled"


class AnalysisNotFound(DomainError):
    """No analysis with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "analysis-not-found"


class ModelNotAllowed(DomainError):
    """Model not in allowed list."""

    code = "model-not-allowed"


class AnalysisLimitReached(DomainError):
    """Analysis limit reached for this image; delete an analysis that is not needed any more."""

    # 400 as the former service answered it.
    code = "analysis-limit-reached"


class IllegalTransition(DomainError):
    """The analysis cannot go from its present status to this one."""

    status, code = HTTPStatus.CONFLICT, "illegal-transition"


class AnalysisEnded(DomainError):
    """The analysis has come to its end and takes nothing more; create another one."""

    status, code = HTTPStatus.CONFLICT, "analysis-ended"


class MissingSignature(DomainError):
    """Missing HMAC signature: this route is for pipelines, which send X-ML-Signature and X-ML-Timestamp."""

    status, code = HTTPStatus.UNAUTHORIZED, "missing-signature"


class StaleSignature(DomainError):
    """X-ML-Timestamp is more than 300 seconds away from the present; sign the request when you send it."""

    status, code = HTTPStatus.UNAUTHORIZED, "stale-signature"


class InvalidSignature(DomainError):
    """Invalid HMAC signature: check the secret, and that the very bytes are signed that are sent."""

    status, code = HTTPStatus.UNAUTHORIZED, "invalid-signature"


class PipelineNotFound(DomainError):
    """No pipeline with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "pipeline-not-found"


class TooManyAnnotations(DomainError):
    """An analysis holds a million annotations at most; begin another one."""

    code = "too-many-annotations"


class TooManyArtifacts(DomainError):
    """An analysis has a thousand artifacts at most; begin another one."""

    code = "too-many-artifacts"


class ArtifactNotFound(DomainError):
    """The analysis has no stored artifact of this name; its artifacts are listed beside it."""

    status, code = HTTPStatus.NOT_FOUND, "analysis-artifact-not-found"


class OutlineNotDrawn(DomainError):
    """These outlines are too long to draw (800,000 pixels, or two million at once); ask for fewer, or as they came."""

    code = "outline-not-drawn"


class NothingToCompare(DomainError):
    """No image has a completed analysis of both sides; look at the names of the models, and at their states."""

    code = "nothing-to-compare"


class TooManyToCompare(DomainError):
    """The analyses hold more than a million annotations together; compare fewer images at once."""

    code = "too-many-to-compare"


class ImageTooCrowded(DomainError):
    """An image holds more than 16 million pairs of objects; raise min_confidence, or compare fewer at once."""

    code = "image-too-crowded"


class MasksNotComparable(DomainError):
    """The masks of one image have different sizes; compare boxes instead, or send masks in the size of the image."""

    code = "masks-not-comparable"


class NoAgreement(DomainError):
    """This job has not made an agreement; wait until a job of this kind has succeeded."""

    status, code = HTTPStatus.CONFLICT, "no-agreement"
