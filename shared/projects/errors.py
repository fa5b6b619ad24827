"""What can go wrong with projects and images."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class ProjectNotFound(DomainError):
    """No project with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "project-not-found"


class ImageNotFound(DomainError):
    """No image with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "image-not-found"


class ProjectNotEmpty(DomainError):
    """This project still holds images; delete it with force=true if they may go with it."""

    status, code = HTTPStatus.CONFLICT, "project-not-empty"


class InvalidImage(DomainError):
    """The file is not a complete JPEG, PNG, WebP, GIF or BMP image; send one that opens in an image viewer."""

    code = "invalid-image"


class ImageTooLarge(DomainError):
    """The image is larger than this service takes."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "image-too-large"


class ImagePermanentlyDeleted(DomainError):
    """This image was deleted for good and cannot be restored."""

    status, code = HTTPStatus.CONFLICT, "image-permanently-deleted"


class ImagePurged(DomainError):
    """The time in which this image could be restored is over."""

    status, code = HTTPStatus.GONE, "image-purged"


class ThumbnailUnavailable(DomainError):
    """No thumbnail could be made of this image; show its content instead."""

    status, code = HTTPStatus.NOT_FOUND, "thumbnail-unavailable"


class CommentNotFound(DomainError):
    """No comment with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "comment-not-found"


class UploadNotFound(DomainError):
    """No upload with this id is visible to you; announce the image again."""

    status, code = HTTPStatus.NOT_FOUND, "upload-not-found"


class UploadIncomplete(DomainError):
    """Nothing has been put to the upload link yet; do that first, then finalize."""

    status, code = HTTPStatus.CONFLICT, "upload-incomplete"
