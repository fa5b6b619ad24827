"""Errors of uploads."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class UploadNotFound(DomainError):
    """Your account has no upload with this id; create a new upload."""

    status, code = HTTPStatus.NOT_FOUND, "upload-not-found"


class UploadIncomplete(DomainError):
    """Parts of the file have not been uploaded yet; upload them, then complete the upload."""

    status, code = HTTPStatus.CONFLICT, "upload-incomplete"


class UploadExpired(DomainError):
    """The time for this upload, or for keeping its file, is over; create a new upload."""

    status, code = HTTPStatus.GONE, "upload-expired"


class UploadTooLarge(DomainError):
    """The file is larger than this service accepts."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "upload-too-large"


class UploadAlreadyCompleted(DomainError):
    """This upload is complete and takes no more parts; create a new upload for another file."""

    status, code = HTTPStatus.CONFLICT, "upload-already-completed"


class ChecksumMismatch(DomainError):
    """The bytes are not those of the SHA-256 that was sent with them; create a new upload and send the file again."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "checksum-mismatch"
