"""Request and response bodies of uploads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import Name
from shared.kit.storage.links import CHECKSUM_HEADER
from shared.kit.storage.parts import ReceivedPart
from shared.uploads import FileAnnouncement, PartLink, UploadRecord, UploadStatus

# Where no length is fixed, the pattern itself has to refuse a line end after the text.
Sha256 = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{64}$", max_length=64)]

# 32 bytes; the last digit carries four bits.
PartSha256 = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$", max_length=44)]

MediaType = Annotated[str, Meta(pattern=r"^[!-.0-~]+/[ -.0-~]+$(?!\n)", max_length=127)]

_QUOTE = '"'

PartNumber = Annotated[int, Meta(ge=1, le=10_000)]
ETag = Annotated[str, Meta(pattern=r'^"?[A-Za-z0-9+/=_-]+"?$(?!\n)', max_length=200)]


class UploadIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file to upload."""

    filename: Annotated[Name, Meta(max_length=1000, description="Name of the file, for display; folders are left out.")]
    size_bytes: Annotated[int, Meta(ge=1, le=2**53, description="Size of the file in bytes, at least 1.")]
    sha256: Annotated[
        Sha256 | None, Meta(description="SHA-256 of the file in hexadecimal; if it is known, send it.")
    ] = None
    part_sha256: Annotated[
        list[PartSha256],
        Meta(max_length=10_000, description="SHA-256 of every part in base64, in order; leave out to send them later."),
    ] = []
    content_type: Annotated[MediaType, Meta(description="Content type of the file, for display.")] = (
        "application/octet-stream"
    )

    def announcement(self) -> FileAnnouncement:
        """Return the description of the file."""
        sha256 = None if self.sha256 is None else self.sha256.lower()
        return FileAnnouncement(self.filename, self.size_bytes, self.content_type, sha256, self.part_sha256)


class PartsIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parts that need links."""

    numbers: Annotated[
        list[PartNumber], Meta(min_length=1, max_length=100, description="Numbers of up to 100 parts, from 1.")
    ]
    sha256: Annotated[
        dict[str, PartSha256],
        Meta(description="SHA-256 of the parts in base64, by their numbers; needed once for every part."),
    ] = {}

    def checksums(self) -> dict[int, str]:
        """Return the SHA-256 by number; raises InvalidInput for one of a part that is not in `numbers`."""
        if faults := [
            Fault(f"/sha256/{number}", f"sha256: {number} is not in numbers.")
            for number in self.sha256
            if number not in {*map(str, self.numbers)}
        ]:
            raise InvalidInput(*faults)
        return {int(number): checksum for number, checksum in self.sha256.items()}


class SentPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part that was uploaded."""

    number: Annotated[PartNumber, Meta(description="Number of the part.")]
    etag: Annotated[ETag, Meta(description="`ETag` of the answer to its PUT.")]


class CompletionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the client knows of the file that it has uploaded."""

    parts: Annotated[
        list[SentPart],
        Meta(
            max_length=10_000, description="The parts; needed only for parts that were sent again with other content."
        ),
    ] = []
    sha256: Annotated[
        Sha256 | None, Meta(description="SHA-256 of the file in hexadecimal, if it was not sent at the start.")
    ] = None

    def etags(self) -> dict[int, str]:
        """Return the ETags by number, in quotation marks as storage writes them; raises InvalidInput for repeats."""
        etags = {part.number: f'"{part.etag.strip(_QUOTE)}"' for part in self.parts}
        if len(etags) < len(self.parts):
            raise InvalidInput(Fault("/parts", "parts: send each part once, with its last ETag."))
        return etags

    def file_sha256(self) -> str | None:
        """Return the SHA-256 of the file in small letters."""
        return None if self.sha256 is None else self.sha256.lower()


class PartLinkOut(msgspec.Struct):
    """A link that takes one part, with the announced size and SHA-256 only."""

    number: Annotated[int, Meta(description="Number of the part, from 1.")]
    size_bytes: Annotated[int, Meta(description="Size of the part in bytes.")]
    method: Annotated[Literal["PUT"], Meta(description="Method of the request.")]
    url: Annotated[str, Meta(description="Link that takes the part and needs no API key.")]
    headers: Annotated[dict[str, str], Meta(description="Headers to send with the part.")]
    expires_at: Annotated[datetime, Meta(description="When the link expires, in UTC.")]

    @classmethod
    def of(cls, part: PartLink) -> "PartLinkOut":
        """Return the response for a link."""
        return cls(
            part.number, part.size_bytes, "PUT", part.link.url, {CHECKSUM_HEADER: part.sha256}, part.link.expires_at
        )


class PartLinks(msgspec.Struct):
    """Links for parts of an upload."""

    parts: Annotated[list[PartLinkOut], Meta(description="The links, by number.")]


class ReceivedPartOut(msgspec.Struct):
    """A part that has arrived."""

    number: Annotated[int, Meta(description="Number of the part, from 1.")]
    size_bytes: Annotated[int, Meta(description="Size of the part in bytes.")]
    etag: Annotated[str, Meta(description="`ETag` of the part in storage.")]


class UploadOut(msgspec.Struct, kw_only=True):
    """An upload."""

    id: Annotated[UUID, Meta(description="Id of the upload.")]
    status: Annotated[
        UploadStatus, Meta(description="Status; `failed`: the file had another SHA-256 than was announced.")
    ]
    filename: Annotated[str, Meta(description="Name of the file.")]
    content_type: Annotated[str, Meta(description="Content type of the file, as it was announced.")]
    size_bytes: Annotated[int, Meta(description="Size of the file in bytes.")]
    sha256: Annotated[
        str | None,
        Meta(description="SHA-256 of the stored file in hexadecimal; null until this service has read the file."),
    ]
    part_size_bytes: Annotated[int, Meta(description="Size of every part but the last, in bytes.")]
    part_count: Annotated[int, Meta(description="Number of parts.")]
    parts_url: Annotated[str, Meta(description="Where to POST for links.")]
    complete_url: Annotated[str, Meta(description="Where to POST once all parts have been uploaded.")]
    created_at: Annotated[datetime, Meta(description="When the upload was created, in UTC.")]
    completed_at: Annotated[datetime | None, Meta(description="When the upload was completed, in UTC; or null.")]
    expires_at: Annotated[
        datetime, Meta(description="When the time to complete the upload, or to use its file, ends, in UTC.")
    ]

    @classmethod
    def of(cls, upload: UploadRecord) -> "UploadOut":
        """Return the response for an upload."""
        return cls(**_fields(upload))


class NewUpload(UploadOut, kw_only=True):
    """An upload with links for its first parts."""

    parts: Annotated[
        list[PartLinkOut],
        Meta(
            description="Links for the first parts whose SHA-256 is known, at most 100; `parts_url` makes the others."
        ),
    ]

    @classmethod
    def with_links(cls, upload: UploadRecord, links: Sequence[PartLink]) -> "NewUpload":
        """Return the response for an upload and its links."""
        return cls(**_fields(upload), parts=[PartLinkOut.of(link) for link in links])


class UploadProgress(UploadOut, kw_only=True):
    """An upload with the parts that have arrived."""

    received: Annotated[list[ReceivedPartOut], Meta(description="Parts that have arrived; empty once it is complete.")]

    @classmethod
    def with_parts(cls, upload: UploadRecord, parts: Sequence[ReceivedPart]) -> "UploadProgress":
        """Return the response for an upload and its parts."""
        received = [ReceivedPartOut(part.number, part.size_bytes, part.etag.strip('"')) for part in parts]
        return cls(**_fields(upload), received=received)


class UploadPage(msgspec.Struct):
    """A page of uploads, newest first."""

    items: Annotated[list[UploadOut], Meta(description="The uploads of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last page.")]


def _fields(upload: UploadRecord) -> dict[str, Any]:
    own = {name: getattr(upload, name) for name in UploadOut.__struct_fields__ if hasattr(upload, name)}
    url = f"/v1/uploads/{upload.id}"
    return own | {"parts_url": f"{url}/parts", "complete_url": f"{url}/complete"}
