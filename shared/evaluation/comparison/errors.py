"""Errors of a comparison of matrices."""

from collections.abc import Callable

from shared.evaluation.types import Label


class NotComparable(Exception):
    """The matrices or weights do not fit together; `name` is the matrix at fault, where one is."""

    name: str | None = None

    @property
    def detail(self) -> str:
        """A sentence that says what to change, with the names under which the matrices were passed."""
        return self.describe(str)

    def describe(self, display_name: Callable[[str], str]) -> str:
        """The sentence, with each matrix under its `display_name`."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.detail


class TooFewMatrices(NotComparable):
    """There are not two different matrices."""

    def describe(self, display_name: Callable[[str], str]) -> str:  # noqa: ARG002 -- it names no matrix
        """The sentence."""
        return "A comparison requires at least two different matrices."


class DifferentClasses(NotComparable):
    """The `owner` has samples of an actual class `label` that the `other` matrix lacks; `name` is the later one."""

    name: str

    def __init__(self, *, name: str, label: Label, owner: str, other: str) -> None:
        self.name, self.label, self.owner, self.other = name, label, owner, other
        super().__init__(name, label, owner, other)

    def describe(self, display_name: Callable[[str], str]) -> str:
        """The sentence, with each matrix under its `display_name`."""
        statement = f"{display_name(self.owner)} has samples whose actual class is {self.label}"
        return f"{statement}, and {display_name(self.other)} has no such class; compare matrices of the same data set."


class DifferentSampleCounts(NotComparable):
    """The matrix `name` counts more or fewer samples than the `first` one."""

    name: str

    def __init__(self, *, name: str, count: float, first: str, first_count: float) -> None:
        self.name, self.count, self.first, self.first_count = name, count, first, first_count
        super().__init__(name, count, first, first_count)

    def describe(self, display_name: Callable[[str], str]) -> str:
        """The sentence, with each matrix under its `display_name`."""
        counts = (
            f"{display_name(self.name)} counts {self.count} samples and {display_name(self.first)} {self.first_count}"
        )
        return f"{counts}; compare matrices of the same data set."


class InvalidWeights(NotComparable):
    """The weights do not give every class a usable weight; `fault` says what to change."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        super().__init__(fault)

    def describe(self, display_name: Callable[[str], str]) -> str:  # noqa: ARG002 -- it names no matrix
        """The sentence."""
        return self.fault
