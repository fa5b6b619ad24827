"""Errors of webhooks."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class EndpointNotFound(DomainError):
    """Your account has no webhook endpoint with this id."""

    status, code = HTTPStatus.NOT_FOUND, "webhook-endpoint-not-found"


class TargetRefused(DomainError):
    """Callbacks cannot be sent to this address."""

    code = "callback-url-refused"


class SecretJustRotated(DomainError):
    """The secret was rotated less than 24 hours ago and its previous value is still valid; rotate it again later."""

    status, code = HTTPStatus.CONFLICT, "secret-just-rotated"


class EndpointDisabled(DomainError):
    """This webhook endpoint is disabled and receives no messages; enable it first."""

    status, code = HTTPStatus.CONFLICT, "webhook-endpoint-disabled"


class DeliveryNotFound(DomainError):
    """Your account has no webhook delivery with this id."""

    status, code = HTTPStatus.NOT_FOUND, "webhook-delivery-not-found"


class DeliveryPending(DomainError):
    """This webhook delivery is still pending and is retried automatically."""

    status, code = HTTPStatus.CONFLICT, "webhook-delivery-pending"


class TooManyPending(DomainError):
    """Your account has as many pending webhook deliveries as it may have; try again when some of them have ended."""

    status, code = HTTPStatus.CONFLICT, "too-many-pending-deliveries"
