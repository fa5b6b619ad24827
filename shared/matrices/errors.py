"""What can go wrong with confusion matrices."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class MatrixNotFound(DomainError):
    """No confusion matrix with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "matrix-not-found"


class MatrixChanged(DomainError):
    """The confusion matrix was changed after this was asked for; ask again."""

    status, code = HTTPStatus.CONFLICT, "matrix-changed"


class MatricesNotComparable(DomainError):
    """Only different matrices of the same samples can be compared: as many of them, and of the same actual classes."""

    code = "matrices-not-comparable"


class MatrixWithoutSamples(DomainError):
    """This confusion matrix came as counts, so which samples fell into a cell is not known; send labels instead."""

    # Not 404: the matrix is there, and labels sent to /cm/update give it samples.
    status, code = HTTPStatus.CONFLICT, "matrix-without-samples"
