"""Errors as facts: a class whose docstring is the message."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, ClassVar, Protocol, runtime_checkable

import msgspec
from msgspec import Meta


class Fault(msgspec.Struct, frozen=True):
    """A fault of the input."""

    pointer: Annotated[str, Meta(description="Place of the fault in the input, as a JSON pointer (RFC 6901).")]
    detail: Annotated[str, Meta(description="What is wrong, and what to change.")]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem (RFC 9457)."""

    type: Annotated[str, Meta(description="Link to an explanation of the problem.")]
    title: Annotated[str, Meta(description="Name of the HTTP status.")]
    status: Annotated[int, Meta(description="HTTP status.")]
    detail: Annotated[str, Meta(description="What is wrong, and what to change.")]
    code: Annotated[str, Meta(description="Stable name of the problem, for programs.")]
    errors: Annotated[list[Fault], Meta(description="Every fault of the input, with its place.")] = []


class DomainError(Exception):
    """Something went wrong."""

    # A hint for the HTTP edge, and a stable name for programs; the domain itself reads neither.
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    code: ClassVar[str] = "error"

    def __init__(self, detail: str | None = None, *, retry_after_s: int | None = None) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.retry_after_s = retry_after_s
        super().__init__(self.detail)

    def problem(self) -> Problem:
        """Return the error as a problem."""
        return problem(self.status, self.code, self.detail)


def problem(status: HTTPStatus, code: str, detail: str) -> Problem:
    """Build a problem; its type is a reference into docs/problems.md, its code the same for programs."""
    title = code.replace("-", " ").capitalize()
    return Problem(type=f"/problems/{code}", title=title, status=int(status), detail=detail, code=code)


def kinds(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Yield every error class that the loaded modules define."""
    for error in kind.__subclasses__():
        yield error
        yield from kinds(error)


class InvalidInput(DomainError):
    """The request has invalid fields."""

    code = "invalid-input"

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(faults[0].detail if len(faults) == 1 else None)

    def problem(self) -> Problem:
        """Return the problem with every fault."""
        return msgspec.structs.replace(super().problem(), errors=list(self.faults))


class ServiceUnavailable(DomainError):
    """A part of the service does not respond; try again shortly."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "service-unavailable"


class ManyClassesUnsupported(DomainError):
    """More than 1,000 classes are not shown cell by cell; read their cells (/cells), or merge rare classes."""

    status, code = HTTPStatus.CONFLICT, "many-classes"


@runtime_checkable
class InputFault(Protocol):
    """An error of the pure maths, which knows nothing of problems: a sentence and a position in the input."""

    detail: str

    @property
    def pointer(self) -> str:
        """The position as a JSON pointer (RFC 6901)."""


def problem_of(error: DomainError | InputFault) -> Problem:
    """Convert an error to a problem, for an answer, a page, or the row of a job."""
    if isinstance(error, DomainError):
        return error.problem()
    return InvalidInput(Fault(error.pointer, error.detail)).problem()
