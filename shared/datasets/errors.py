"""Errors of datasets."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class DatasetNotFound(DomainError):
    """Your account has no dataset with this id."""

    status, code = HTTPStatus.NOT_FOUND, "dataset-not-found"


class DatasetNotReady(DomainError):
    """The dataset is not ready; its status says what it waits for."""

    status, code = HTTPStatus.CONFLICT, "dataset-not-ready"


class DatasetInUse(DomainError):
    """Runs refer to this dataset; delete them first."""

    status, code = HTTPStatus.CONFLICT, "dataset-in-use"


class DatasetChanged(DomainError):
    """The dataset was deleted since this job was submitted, so its result was not kept."""

    status, code = HTTPStatus.CONFLICT, "dataset-changed"


class DatasetPrivate(DomainError):
    """The truth of this dataset is private: neither single samples are shown, nor what tells the truth of one."""

    status, code = HTTPStatus.FORBIDDEN, "dataset-private"
