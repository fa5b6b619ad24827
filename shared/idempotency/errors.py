"""What can go wrong with requests that are to be done once."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class KeyInvalid(DomainError):
    """An Idempotency-Key is 1 to 255 printable ASCII characters, such as a random UUID."""

    code = "idempotency-key-invalid"


class KeyReused(DomainError):
    """This Idempotency-Key was used for another request, or with another API key; take a new one for a new request."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused"


class StillInProgress(DomainError):
    """The first request with this Idempotency-Key is not answered yet; send this one again in a moment."""

    status, code = HTTPStatus.CONFLICT, "idempotency-key-in-progress"


class AnswerLost(DomainError):
    """What this Idempotency-Key asked for is done, but the answer was lost; look for it before you ask anew."""

    status, code = HTTPStatus.CONFLICT, "idempotency-answer-lost"


class TakenOver(DomainError):
    """This request took so long that a repeat of it under the same Idempotency-Key was let through in its place."""

    status, code = HTTPStatus.CONFLICT, "idempotency-key-taken-over"
