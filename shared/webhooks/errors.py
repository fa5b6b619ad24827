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


class EndpointDisabled(DomainError):
    """This webhook endpoint is disabled and is told nothing; enable it first."""

    status, code = HTTPStatus.CONFLICT, "webhook-endpoint-disabled"


class TooManyEndpoints(DomainError):
    """An account has at most 50 webhook endpoints; delete one that is not needed any more."""

    status, code = HTTPStatus.CONFLICT, "too-many-webhook-endpoints"


class DeliveryNotFound(DomainError):
    """No webhook delivery with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "webhook-delivery-not-found"


class DeliveryPending(DomainError):
    """This webhook delivery is still on its way; it is tried again by itself."""

    status, code = HTTPStatus.CONFLICT, "webhook-delivery-pending"
