"""Errors that only pages raise."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class SignInNeeded(DomainError):
    """Sign in to see this page."""

    status, code = HTTPStatus.UNAUTHORIZED, "sign-in-needed"


class FormNotOurs(DomainError):
    """This form belongs to another session; reload its page and send it again."""

    status, code = HTTPStatus.FORBIDDEN, "form-not-ours"


class PageForAdministrators(DomainError):
    """This page requires an administrator; ask an administrator to grant your account these rights."""

    status, code = HTTPStatus.FORBIDDEN, "page-for-administrators"
