"""What can go wrong with artifacts."""

from http import HTTPStatus

from shared.kit.errors import DomainError, ServiceUnavailable


class StorageUnavailable(ServiceUnavailable):
    """The artifact storage does not answer; try again shortly."""

    code = "storage-unavailable"


class FileGone(DomainError):
    """The file is not in the artifact storage any more; ask for it again."""

    status, code = HTTPStatus.GONE, "file-gone"
