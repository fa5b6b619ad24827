"""Errors of accounts."""

from http import HTTPStatus

from shared.kit.errors import DomainError, ServiceUnavailable


class EmailTaken(DomainError):
    """An account with this e-mail address exists already; sign in instead."""

    status, code = HTTPStatus.CONFLICT, "email-taken"


class WrongCredentials(DomainError):
    """The e-mail address or the password is wrong."""

    status, code = HTTPStatus.UNAUTHORIZED, "wrong-credentials"


class InvalidKey(DomainError):
    """This API key is not valid; sign in to see your keys."""

    status, code = HTTPStatus.UNAUTHORIZED, "invalid-api-key"


class MissingKey(DomainError):
    """This route needs an API key: send it in the X-API-Key header, or as api_key in the query or JSON body."""

    status, code = HTTPStatus.UNAUTHORIZED, "missing-api-key"


class InvalidProxySecret(DomainError):
    """Invalid proxy authentication: X-Proxy-Secret does not match the secret of this service."""

    status, code = HTTPStatus.UNAUTHORIZED, "invalid-proxy-secret"


class NotAdministrator(DomainError):
    """This route requires an administrator; send the administrator's name and password by HTTP Basic authentication."""

    status, code = HTTPStatus.UNAUTHORIZED, "not-administrator"


class MissingScope(DomainError):
    """This API key lacks the scope that this route requires; use a key with that scope."""

    status, code = HTTPStatus.FORBIDDEN, "missing-scope"


class KeyNotFound(DomainError):
    """Your account has no active API key with this id."""

    status, code = HTTPStatus.NOT_FOUND, "api-key-not-found"


class TooManySignIns(DomainError):
    """Too many sign-in attempts; wait for the number of seconds in Retry-After."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too-many-sign-ins"


class TooManySignUps(DomainError):
    """Too many accounts were created from this address; wait for the number of seconds in Retry-After."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too-many-sign-ups"


class PasswordQueueFull(ServiceUnavailable):
    """Too many passwords are being checked; try again shortly."""

    code = "password-queue-full"


class SignUpClosed(DomainError):
    """Signing up needs an invitation; ask the administrator of this service for one."""

    status, code = HTTPStatus.FORBIDDEN, "sign-up-closed"


class SignUpDomainRefused(DomainError):
    """Signing up with an address of this domain needs an invitation; ask the administrator of this service for one."""

    status, code = HTTPStatus.FORBIDDEN, "sign-up-domain-refused"


class InvitationInvalid(DomainError):
    """This invitation has been used, revoked or has expired; ask the administrator of this service for a new one."""

    status, code = HTTPStatus.FORBIDDEN, "invitation-invalid"


class InvitationNotFound(DomainError):
    """No invitation that can still be used has this id."""

    status, code = HTTPStatus.NOT_FOUND, "invitation-not-found"


class AccountNotFound(DomainError):
    """No account has this id."""

    status, code = HTTPStatus.NOT_FOUND, "account-not-found"


class WrongPassword(DomainError):
    """The current password is wrong."""

    status, code = HTTPStatus.FORBIDDEN, "wrong-password"


class AccountLeaving(DomainError):
    """This account is going to be deleted; sign in on the pages to keep it."""

    status, code = HTTPStatus.FORBIDDEN, "account-leaving"


class ResetInvalid(DomainError):
    """This link has been used, replaced or has expired; ask the administrator of this service for a new one."""

    status, code = HTTPStatus.FORBIDDEN, "reset-invalid"


class SessionNotFound(DomainError):
    """Your account has no open session with this id."""

    status, code = HTTPStatus.NOT_FOUND, "session-not-found"
