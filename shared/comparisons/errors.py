"""Errors of comparisons."""

from collections.abc import Sequence
from http import HTTPStatus

import msgspec

from shared.kit.errors import DomainError, Fault, Problem


class ComparisonNotFound(DomainError):
    """Your account has no comparison with this id."""

    status, code = HTTPStatus.NOT_FOUND, "comparison-not-found"


class ComparedNotFound(DomainError):
    """Your account has no run and no matrix with this id."""

    status, code = HTTPStatus.NOT_FOUND, "compared-not-found"


class ComparisonNotReady(DomainError):
    """The comparison is not ready; its status says what it waits for."""

    status, code = HTTPStatus.CONFLICT, "comparison-not-ready"


class ComparisonChanged(DomainError):
    """What is compared has changed or was deleted since this job was submitted, so its result was not kept."""

    status, code = HTTPStatus.CONFLICT, "comparison-changed"


class ComparedChanged(DomainError):
    """A side of this comparison has changed since, so it is not drawn; compare the two again."""

    status, code = HTTPStatus.CONFLICT, "compared-changed"


class RunsNotComparable(DomainError):
    """The two do not have the same samples with the same actual labels, so their predictions cannot be paired."""

    status, code = HTTPStatus.CONFLICT, "runs-not-comparable"

    def __init__(self, detail: str, examples: Sequence[Fault] = ()) -> None:
        self.examples = list(examples)
        super().__init__(detail)

    def problem(self) -> Problem:
        """Return the problem with the first samples that differ."""
        return msgspec.structs.replace(super().problem(), errors=self.examples)
