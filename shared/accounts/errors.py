"""What can go wrong with accounts."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class EmailTaken(DomainError):
    """An account with this e-mail address exists already; sign in instead."""

    status, code = HTTPStatus.CONFLICT, "email-taken"


class WrongCredentials(DomainError):
    """The e-mail address or the password is wrong."""

    status, code = HTTPStatus.UNAUTHORIZED, "wrong-credentials"


class InvalidKey(DomainError):
    """This API key is not valid; sign in to see yours."""

    status, code = HTTPStatus.UNAUTHORIZED, "invalid-api-key"


class MissingKey(DomainError):
    """This route needs an API key: send it in the X-API-Key header, or as api_key in the query or JSON body."""

    status, code = HTTPStatus.UNAUTHORIZED, "missing-api-key"


class InvalidProxySecret(DomainError):
    """Invalid proxy authentication: X-Proxy-Secret is not the one that this service knows."""

    status, code = HTTPStatus.UNAUTHORIZED, "invalid-proxy-secret"


class NotAdministrator(DomainError):
    """This route is for administrators: send their name and password by HTTP Basic authentication."""

    status, code = HTTPStatus.UNAUTHORIZED, "not-administrator"


class MissingScope(DomainError):
    """This API key has not the scope that the route needs; use a key that has it."""

    status, code = HTTPStatus.FORBIDDEN, "missing-scope"


class KeyNotFound(DomainError):
    """No working API key with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "api-key-not-found"


class TooManyKeys(DomainError):
    """The account has as many API keys as it may have; revoke those that are not used."""

    status, code = HTTPStatus.CONFLICT, "too-many-api-keys"


class TooManySignIns(DomainError):
    """Passwords were tried too often; wait as long as Retry-After says."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too-many-sign-ins"
