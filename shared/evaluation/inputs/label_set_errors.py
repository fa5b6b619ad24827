"""Errors in vectors of label lists, one list for every sample."""

from shared.evaluation.inputs.errors import InvalidLabels


class InvalidLabelSets(InvalidLabels):
    """The label lists cannot be evaluated; `detail` says what to change.

    `vector` is the name of the vector at fault, `index` the sample in it, or the class in the class list, and
    `position` the label within the sample, where one is at fault.
    """

    def __init__(self, detail: str, *, vector: str, index: int | None = None, position: int | None = None) -> None:
        self.position = position
        super().__init__(detail, vector=vector, index=index)

    @property
    def pointer(self) -> str:
        """The position at fault as an RFC 6901 pointer into the inputs."""
        return super().pointer if self.position is None else f"{super().pointer}/{self.position}"


class FaultyLabel(InvalidLabelSets):
    """One label is unusable, repeated in its sample, or not in the class list; or one sample is not a list."""

    def __init__(self, fault: str, *, vector: str, index: int, position: int | None = None) -> None:
        location = f"{vector}[{index}]" if position is None else f"{vector}[{index}][{position}]"
        super().__init__(f"{location} {fault}.", vector=vector, index=index, position=position)


class NoClass(InvalidLabelSets):
    """The class list is empty, or it is omitted and no sample has a label."""


class TooManyCells(InvalidLabelSets):
    """Samples times classes are more than allowed."""

    def __init__(self, samples: int, classes: int, limit: int, *, vector: str) -> None:
        detail = f"{samples} samples times {classes} classes exceed the limit of {limit}; send fewer samples at once."
        super().__init__(detail, vector=vector)
