"""Errors of requests with an idempotency key."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class KeyInvalid(DomainError):
    """An Idempotency-Key is 1 to 255 printable ASCII characters, such as a random UUID."""

    code = "idempotency-key-invalid"


class KeyReused(DomainError):
    """This Idempotency-Key was used for another request or with another API key; use a new one for a new request."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused"


class StillInProgress(DomainError):
    """The first request with this Idempotency-Key is still in progress; try again shortly."""

    status, code = HTTPStatus.CONFLICT, "idempotency-key-in-progress"


class AnswerLost(DomainError):
    """The request with this Idempotency-Key was completed, but its response was lost; check for its result."""

    status, code = HTTPStatus.CONFLICT, "idempotency-answer-lost"


class RequestSuperseded(DomainError):
    """This request took too long, and a repeat of it with the same Idempotency-Key was processed instead."""

    status, code = HTTPStatus.CONFLICT, "idempotency-key-taken-over"
