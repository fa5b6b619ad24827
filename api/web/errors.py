"""What can go wrong with pages alone."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class SignInNeeded(DomainError):
    """Sign in to see this page."""

    status, code = HTTPStatus.UNAUTHORIZED, "sign-in-needed"


class FormNotOurs(DomainError):
    """This form is not of this session; reload the page that it is on and send it again."""

    status, code = HTTPStatus.FORBIDDEN, "form-not-ours"


class PageForAdministrators(DomainError):
    """This page is for administrators; ask one to make your account an administrator's."""

    status, code = HTTPStatus.FORBIDDEN, "page-for-administrators"
