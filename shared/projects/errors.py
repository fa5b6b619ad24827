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


class ImageWithoutBytes(DomainError):
    """This image came with annotations alone and has no bytes; add the image itself to download it."""

    status, code = HTTPStatus.CONFLICT, "image-without-bytes"


class InvalidImage(DomainError):
    """The file is not a complete JPEG, PNG, WebP, GIF or BMP image; send one that opens in an image viewer."""

    code = "invalid-image"


class ImageTooLarge(DomainError):
    """The image is larger than this service accepts."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "image-too-large"


class ImageTooCostly(DomainError):
    """Decoding this image takes too much time for its size; save it again as a PNG or a baseline JPEG."""

    code = "image-too-costly"


class ImageDecodersBusy(DomainError):
    """The service is taking as many images as it can at once; try again shortly."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "image-decoders-busy"


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
