"""Errors of share links."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class ShareLinkNotFound(DomainError):
    """Your account has no share link with this id."""

    status, code = HTTPStatus.NOT_FOUND, "share-link-not-found"


class NothingShared(DomainError):
    """There is nothing here: the link is incomplete, was revoked, has expired, or its object was deleted."""

    status, code = HTTPStatus.NOT_FOUND, "nothing-shared"


class TooManyShareLinks(DomainError):
    """Your account has as many share links as it can have; revoke those that are no longer needed."""

    status, code = HTTPStatus.CONFLICT, "too-many-share-links"


class TooManyVisits(DomainError):
    """This link is opened too often at the moment; wait for the number of seconds in Retry-After."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too-many-visits"
