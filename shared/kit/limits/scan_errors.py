"""Errors of scans."""

from http import HTTPStatus

from shared.kit.errors import DomainError, ServiceUnavailable


class TooManyScans(DomainError):
    """As many requests of this account read rows as may at once; try again when one of them has ended."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too-many-scans"


class ScansBusy(ServiceUnavailable):
    """The service reads rows for as many requests as it can at once; try again shortly."""

    code = "scans-busy"


class ScanOutOfTime(ServiceUnavailable):
    """Reading the rows takes longer than a request may; try again when the service is less busy."""

    code = "scan-out-of-time"
