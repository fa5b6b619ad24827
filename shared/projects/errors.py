"""What can go wrong with projects and images."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class ProjectNotFound(DomainError):
    """No project with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "project-not-found"


class ImageNotFound(DomainError):
    """No image with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "image-not-found"
