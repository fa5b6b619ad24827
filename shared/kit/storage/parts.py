"""Objects that are uploaded in parts: begun, sent part by part, then completed or aborted.

Every part carries its SHA-256, which storage checks when the part arrives, and again when the object is completed: it
takes none but the part with that ETag and that SHA-256. Amazon and SeaweedFS agree on this; they differ in what they
list when a part was sent twice (`received`).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from botocore.exceptions import ClientError

from shared.kit.storage.bucket import Storage
from shared.kit.storage.links import Link

# The checksum that every part has to carry.
ALGORITHM = "SHA256"

_NO_UPLOAD = "NoSuchUpload"

# Answers to the completion of parts that were never sent, or not with this content.
_REFUSALS = {"InvalidPart", "InvalidPartOrder", "BadDigest", "EntityTooSmall", "InvalidRequest"}


class NoMultipartUpload(Exception):
    """The upload in parts was completed or aborted, or never begun."""


class PartsRefused(Exception):
    """Storage lacks one of these parts, or has it with other bytes."""


class Part(NamedTuple):
    """A part of an object; the SHA-256 of its bytes in base64, as storage takes it."""

    number: int
    etag: str
    sha256: str


class ReceivedPart(NamedTuple):
    """A part that storage has."""

    number: int
    etag: str
    size_bytes: int
    received_at: datetime


def begin(storage: Storage, key: str) -> str:
    """Begin an upload in parts; return its id in storage. Blocks, as all of these but `link`."""
    answer = storage.call(
        "create_multipart_upload",
        Key=key,
        ChecksumAlgorithm=ALGORITHM,
        # Bytes of users are never opened in the browser.
        ContentType="application/octet-stream",
        ContentDisposition="attachment",
        CacheControl="private, max-age=31536000, immutable",
    )
    upload_id: str = answer["UploadId"]
    return upload_id


def link(
    storage: Storage, key: str, upload_id: str, *, account_id: int, number: int, size_bytes: int, sha256: str
) -> Link:
    """Make a link for the PUT of a part of this size and content; the client sends the SHA-256 as a header."""
    return storage.links.part(
        key, upload_id, account_id=account_id, number=number, size_bytes=size_bytes, sha256=sha256
    )


def put(storage: Storage, key: str, upload_id: str, *, number: int, body: bytes, sha256: str) -> Part:
    """Send a part."""
    answer = storage.call(
        "upload_part", Key=key, UploadId=upload_id, PartNumber=number, Body=body, ChecksumSHA256=sha256
    )
    return Part(number, answer["ETag"], sha256)


def received(storage: Storage, key: str, upload_id: str) -> list[ReceivedPart]:
    """Return the parts that storage has; raises NoMultipartUpload.

    Of a part that was sent again Amazon lists the last, SeaweedFS all, in no fixed order.
    """
    parts: list[ReceivedPart] = []
    position: dict[str, int] = {}
    while True:
        try:
            page = storage.call("list_parts", Key=key, UploadId=upload_id, **position)
        except ClientError as error:
            raise _known(error) from error
        parts += [
            ReceivedPart(part["PartNumber"], part["ETag"], part["Size"], part["LastModified"])
            for part in page.get("Parts", ())
        ]
        if not page.get("IsTruncated"):
            return parts
        position = {"PartNumberMarker": page["NextPartNumberMarker"]}


def complete(storage: Storage, key: str, upload_id: str, parts: Sequence[Part]) -> None:
    """Make one object of the parts, in their order; raises NoMultipartUpload, PartsRefused."""
    entries = [{"PartNumber": part.number, "ETag": part.etag, "ChecksumSHA256": part.sha256} for part in parts]
    try:
        storage.call("complete_multipart_upload", Key=key, UploadId=upload_id, MultipartUpload={"Parts": entries})
    except ClientError as error:
        raise _known(error) from error


def abort(storage: Storage, key: str, upload_id: str) -> None:
    """Delete the parts; one that was completed or aborted already is no error."""
    try:
        storage.call("abort_multipart_upload", Key=key, UploadId=upload_id)
    except ClientError as error:
        if not isinstance(_known(error), NoMultipartUpload):
            raise


def begun_before(storage: Storage, moment: datetime, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield key and id of the uploads below a prefix that were begun before a moment and are not complete."""
    position: dict[str, str] = {}
    while True:
        page = storage.call("list_multipart_uploads", Prefix=prefix, **position)
        for entry in page.get("Uploads", ()):
            if entry["Initiated"] < moment:
                yield entry["Key"], entry["UploadId"]
        if not page.get("IsTruncated"):
            return
        position = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}


def _known(error: ClientError) -> Exception:
    code = error.response["Error"]["Code"]
    if code == _NO_UPLOAD:
        return NoMultipartUpload()
    return PartsRefused(code) if code in _REFUSALS else error
