"""Errors of the artifact storage."""

from http import HTTPStatus

from shared.kit.errors import DomainError, ServiceUnavailable


class StorageUnavailable(ServiceUnavailable):
    """The artifact storage does not respond; try again shortly."""

    code = "storage-unavailable"


class FileGone(DomainError):
    """The file is no longer in the artifact storage; request it again."""

    status, code = HTTPStatus.GONE, "file-gone"
