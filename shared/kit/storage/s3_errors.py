"""Error answers of an S3 server: which of them are outages, and which are a refusal of the service as a whole."""

from http import HTTPStatus

from botocore.exceptions import ClientError

from shared.kit.storage.errors import StorageRefused, StorageUnavailable

# Statuses of temporary failures, as every status from 500 on; other refusals would be the same on a retry.
TEMPORARY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}

# Refusals of the service itself, whatever it asks: its keys, its clock, its region or its bucket. A HEAD has no code.
REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.MOVED_PERMANENTLY}
REFUSAL_CODES = {
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidBucketName",
    "InvalidToken",
    "NoSuchBucket",
    "SignatureDoesNotMatch",
}


def outage_of(error: ClientError) -> StorageUnavailable | None:
    """Return the outage that an error answer means; None for an answer that only this one call gets."""
    if _is_temporary(error):
        return StorageUnavailable(retry_after_s=2)
    if status_of(error) in REFUSALS or code_of(error) in REFUSAL_CODES:
        return StorageRefused(code_of(error))
    return None


def code_of(error: ClientError) -> str:
    """Return the code of an error answer, such as NoSuchKey."""
    code: str = error.response["Error"]["Code"]
    return code


def status_of(error: ClientError) -> int:
    """Return the HTTP status of an error answer."""
    status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status


def _is_temporary(error: ClientError) -> bool:
    status = status_of(error)
    # Amazon sends its "RequestTimeout" with the status 400.
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in TEMPORARY or code_of(error) == "RequestTimeout"
