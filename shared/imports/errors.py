"""Errors of imports."""

from http import HTTPStatus

from shared.kit.errors import DomainError, InvalidInput


class AnnotationsUnreadable(DomainError):
    """The file cannot be read as annotations; send the file as the labelling tool wrote it."""

    code = "annotations-unreadable"


class AnnotationsInvalid(InvalidInput):
    """The file has faults, so nothing of it was imported; mend them and send it again."""

    code = "annotations-invalid"


class AnnotationFormatUnknown(DomainError):
    """The file is in none of the formats that are read; name its format with `format`."""

    code = "annotation-format-unknown"


class ArchiveRefused(DomainError):
    """The zip archive is damaged, encrypted, or has a file that must not be unpacked; pack the files again."""

    code = "archive-refused"


class ImportTooLarge(DomainError):
    """The file has more annotations than one import takes; split it into several files."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "import-too-large"


class ProjectChanged(DomainError):
    """Images of the project were added or deleted while the file was read; import it again."""

    status, code = HTTPStatus.CONFLICT, "project-changed"
