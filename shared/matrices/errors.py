"""Errors of confusion matrices."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class MatrixNotFound(DomainError):
    """Your account has no confusion matrix with this id."""

    status, code = HTTPStatus.NOT_FOUND, "matrix-not-found"


class MatrixChanged(DomainError):
    """The confusion matrix has changed since the request was made; request it again."""

    status, code = HTTPStatus.CONFLICT, "matrix-changed"


class MatricesNotComparable(DomainError):
    """Only different matrices of the same samples can be compared: with as many samples and the same actual classes."""

    code = "matrices-not-comparable"


class MatrixWithoutSamples(DomainError):
    """This confusion matrix was created from counts and has no samples; send labels to get the samples of a cell."""

    # Not 404: the matrix is there, and labels sent to /cm/update give it samples.
    status, code = HTTPStatus.CONFLICT, "matrix-without-samples"
