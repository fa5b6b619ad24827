"""Why matrices cannot be compared."""


class NotComparable(Exception):
    """The matrices or weights do not fit together; `detail` says what to change, `name` is the matrix at fault."""

    def __init__(self, detail: str, *, name: str | None = None) -> None:
        self.detail = detail
        self.name = name
        super().__init__(detail)


class TooFewMatrices(NotComparable):
    """There are not two different matrices."""


class DifferentClasses(NotComparable):
    """A matrix has other classes than the first one."""


class DifferentSampleCounts(NotComparable):
    """A matrix counts more or fewer samples than the first one."""


class InvalidWeights(NotComparable):
    """The weights do not give every class a usable weight."""
