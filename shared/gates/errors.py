"""Errors of gates."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class GateNotFound(DomainError):
    """Your account has no gate with this id."""

    status, code = HTTPStatus.NOT_FOUND, "gate-not-found"


class CheckNotFound(DomainError):
    """Your account has no check with this id."""

    status, code = HTTPStatus.NOT_FOUND, "check-not-found"


class CheckNotReady(DomainError):
    """The check has no verdict yet; wait until its job has ended."""

    status, code = HTTPStatus.CONFLICT, "check-not-ready"


class CheckChanged(DomainError):
    """A run of this check has changed or was deleted since the check was created, so it has no verdict; check again."""

    status, code = HTTPStatus.CONFLICT, "check-changed"
