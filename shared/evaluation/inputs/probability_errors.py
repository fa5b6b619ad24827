"""Errors in the input of a curve."""

from shared.evaluation.inputs.errors import InvalidLabels


class InvalidProbabilities(InvalidLabels):
    """The probabilities are not a full table with a row for every sample."""


class InvalidProbability(InvalidProbabilities):
    """The row at `index` does not hold probabilities."""


class InvalidSampleWeights(InvalidLabels):
    """The sample weights cannot be used; `index` is the sample at fault, where one is."""


class ClassesMismatch(InvalidLabels):
    """Labels, classes and columns do not belong together; `index` is the first sample at fault, where one is."""


class OneClassOnly(InvalidLabels):
    """All samples are of one class, so no curve is defined."""

    def __init__(self, *, vector: str) -> None:
        detail = f"{vector} has samples of one class only; a curve requires samples of at least two classes."
        super().__init__(detail, vector=vector)
