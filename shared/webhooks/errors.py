"""What can go wrong with webhooks."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class EndpointNotFound(DomainError):
    """No webhook endpoint with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "webhook-endpoint-not-found"


class TargetRefused(DomainError):
    """Callbacks are not sent to this address."""

    code = "callback-url-refused"


class SecretJustRotated(DomainError):
    """The secret was replaced less than a day ago, and receivers may still use the former one; wait until then."""

    status, code = HTTPStatus.CONFLICT, "secret-just-rotated"
