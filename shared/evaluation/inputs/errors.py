"""Errors in vectors of labels and in their stored codes."""


class InvalidLabels(Exception):
    """The vectors cannot be counted; `detail` says what to change.

    `vector` is the name of the vector at fault and `index` the position in it, where one position is at fault; `fault`
    describes the fault without its position, so that a caller can report it under another name.
    """

    def __init__(self, detail: str, *, vector: str, index: int | None = None, fault: str | None = None) -> None:
        self.detail = detail
        self.fault = fault
        self.vector = vector
        self.index = index
        super().__init__(detail)

    @property
    def pointer(self) -> str:
        """The position at fault as an RFC 6901 pointer into the inputs."""
        return f"/{self.vector}" if self.index is None else f"/{self.vector}/{self.index}"


class EmptyVector(InvalidLabels):
    """A vector holds no label."""


class UnequalLengths(InvalidLabels):
    """One vector is longer than the other; `vector` is the second one."""


class InvalidLabel(InvalidLabels):
    """The label at `index` is not a usable number or text."""

    fault: str

    def __init__(self, fault: str, *, vector: str, index: int) -> None:
        super().__init__(f"{vector}[{index}] {fault}.", vector=vector, index=index, fault=fault)


class TooManyClasses(InvalidLabels):
    """Both vectors together hold more different labels than allowed; `vector` is the first one."""

    def __init__(self, limit: int, *, vector: str) -> None:
        detail = (
            f"The vectors have more than {limit} different labels; send classes, not scores or ids, or merge rare ones."
        )
        super().__init__(detail, vector=vector)


class ClassesForV1(InvalidLabels):
    """More different labels than a route takes that shows all cells; `vector` is the first one."""

    def __init__(self, limit: int, other_limit: int, *, vector: str) -> None:
        detail = (
            f"The vectors have more than {limit} different labels; POST /v1/matrices takes up to {other_limit}. If "
            "these are scores or ids, send classes."
        )
        super().__init__(detail, vector=vector)


class TooManyPairs(InvalidLabels):
    """More different pairs of actual and predicted class occur than are kept; `vector` is the first one."""

    def __init__(self, limit: int, *, vector: str) -> None:
        detail = (
            f"More than {limit:,} different pairs of actual and predicted class occur; merge rare classes, or send "
            "fewer samples."
        )
        super().__init__(detail, vector=vector)


class CorruptCodes(Exception):
    """The stored bytes are not the codes of that many samples."""
