"""Errors of the artifact storage."""

from http import HTTPStatus

from shared.kit.errors import DomainError, ServiceUnavailable


class StorageUnavailable(ServiceUnavailable):
    """The artifact storage does not respond; try again shortly."""

    code = "storage-unavailable"


class StorageRefused(StorageUnavailable):
    """The artifact storage refuses the service, so its operator has to act; try again later."""

    code = "storage-refused"

    def __init__(self, reason: str = "") -> None:
        """Keep the storage's own word for it, such as NoSuchBucket, for the log only."""
        self.reason = reason
        super().__init__(retry_after_s=60)


class FileGone(DomainError):
    """The file is no longer in the artifact storage; request it again."""

    status, code = HTTPStatus.GONE, "file-gone"
