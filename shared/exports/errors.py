"""Errors of exports."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class NothingToExport(DomainError):
    """No image of the project has a completed analysis of this side; ask for another side."""

    status, code = HTTPStatus.CONFLICT, "nothing-to-export"


class ExportTooLarge(DomainError):
    """The project has more images than one export takes; split the project."""

    status, code = HTTPStatus.CONFLICT, "export-too-large"


class FileNamesCollide(DomainError):
    """Two images would have the same file in the archive; export COCO, which names images by numbers."""

    status, code = HTTPStatus.CONFLICT, "file-names-collide"
