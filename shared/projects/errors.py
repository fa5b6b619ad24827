"""Errors of projects and images."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class ProjectNotFound(DomainError):
    """Your account has no project with this id."""

    status, code = HTTPStatus.NOT_FOUND, "project-not-found"


class ImageNotFound(DomainError):
    """Your account has no image with this id."""

    status, code = HTTPStatus.NOT_FOUND, "image-not-found"


class ProjectNotEmpty(DomainError):
    """This project still has images; send force=true to delete it together with its images."""

    status, code = HTTPStatus.CONFLICT, "project-not-empty"


class InvalidImage(DomainError):
    """The file is not a complete JPEG, PNG, WebP, GIF or BMP image; send one that opens in an image viewer."""

    code = "invalid-image"


class ImageTooLarge(DomainError):
    """The image is larger than this service accepts."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "image-too-large"


class ImagePermanentlyDeleted(DomainError):
    """This image was permanently deleted and cannot be restored."""

    status, code = HTTPStatus.CONFLICT, "image-permanently-deleted"


class ImagePurged(DomainError):
    """The period in which this image could be restored has ended."""

    status, code = HTTPStatus.GONE, "image-purged"


class ThumbnailUnavailable(DomainError):
    """This image has no thumbnail because it could not be created; use the content of the image instead."""

    status, code = HTTPStatus.NOT_FOUND, "thumbnail-unavailable"


class CommentNotFound(DomainError):
    """Your account has no comment with this id."""

    status, code = HTTPStatus.NOT_FOUND, "comment-not-found"


class UploadNotFound(DomainError):
    """Your account has no pending upload with this id; create a new upload."""

    status, code = HTTPStatus.NOT_FOUND, "upload-not-found"


class UploadIncomplete(DomainError):
    """Nothing has been uploaded to the link yet; upload the file first, then finalize."""

    status, code = HTTPStatus.CONFLICT, "upload-incomplete"
