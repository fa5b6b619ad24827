"""Errors of analyses."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class AnalysesDisabled(DomainError):
    """The ML analysis feature is disabled; the operator can enable it with ML_ANALYSIS_ENABLED."""

    status, code = HTTPStatus.NOT_FOUND, "analyses-disabled"


class AnalysisNotFound(DomainError):
    """Your account has no analysis with this id."""

    status, code = HTTPStatus.NOT_FOUND, "analysis-not-found"


class ModelNotAllowed(DomainError):
    """Model not in allowed list."""

    code = "model-not-allowed"


class AnalysisLimitReached(DomainError):
    """Analysis limit reached for this image; delete an analysis that you no longer need."""

    # 400, as existing clients of the pipeline API expect.
    code = "analysis-limit-reached"


class IllegalTransition(DomainError):
    """The analysis cannot change from its current status to this status."""

    status, code = HTTPStatus.CONFLICT, "illegal-transition"


class AnalysisEnded(DomainError):
    """The analysis has ended and accepts no more data; create a new analysis."""

    status, code = HTTPStatus.CONFLICT, "analysis-ended"


class MissingSignature(DomainError):
    """Missing HMAC signature: this route requires the headers X-ML-Signature and X-ML-Timestamp."""

    status, code = HTTPStatus.UNAUTHORIZED, "missing-signature"


class StaleSignature(DomainError):
    """X-ML-Timestamp is more than 300 seconds off the current time; sign the request just before you send it."""

    status, code = HTTPStatus.UNAUTHORIZED, "stale-signature"


class InvalidSignature(DomainError):
    """Invalid HMAC signature: check the secret, and sign exactly the bytes that you send."""

    status, code = HTTPStatus.UNAUTHORIZED, "invalid-signature"


class PipelineNotFound(DomainError):
    """Your account has no pipeline with this id."""

    status, code = HTTPStatus.NOT_FOUND, "pipeline-not-found"


class TooManyAnnotations(DomainError):
    """An analysis can have at most 1,000,000 annotations; create another analysis."""

    code = "too-many-annotations"


class TooManyArtifacts(DomainError):
    """An analysis can have at most 1,000 artifacts; create another analysis."""

    code = "too-many-artifacts"


class ArtifactNotFound(DomainError):
    """The analysis has no stored artifact with this name; read the analysis to list its artifacts."""

    status, code = HTTPStatus.NOT_FOUND, "analysis-artifact-not-found"


class OutlineNotDrawn(DomainError):
    """The outlines exceed 800,000 pixels each or 2,000,000 in total; request fewer annotations or omit mask_format."""

    code = "outline-not-drawn"


class PageTooLarge(DomainError):
    """These annotations are too large for one page; request fewer with limit, or page by cursor instead of skip."""

    code = "page-too-large"


class NothingToCompare(DomainError):
    """No image has a completed analysis for both sides; check the model names and the status of their analyses."""

    code = "nothing-to-compare"


class TooManyToCompare(DomainError):
    """The analyses have more than 1,000,000 annotations in total; compare fewer images at once."""

    code = "too-many-to-compare"


class ImageTooCrowded(DomainError):
    """An image has more than 16 million pairs of objects; raise min_confidence or compare fewer objects."""

    code = "image-too-crowded"


class MasksNotComparable(DomainError):
    """The masks of one image have different sizes; compare boxes instead, or send masks of the size of the image."""

    code = "masks-not-comparable"


class NoAgreement(DomainError):
    """This job has no agreement as its result; use a job of kind agreement that has succeeded."""

    status, code = HTTPStatus.CONFLICT, "no-agreement"
