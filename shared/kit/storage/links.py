"""Links to files, which need no credentials until they expire: presigned by the storage, or on the service's host."""

from datetime import datetime
from typing import NamedTuple, Protocol

# Carries the SHA-256 of a part, in base64.
CHECKSUM_HEADER = "x-amz-checksum-sha256"


class Link(NamedTuple):
    """A link to a file, which needs no credentials until it expires."""

    url: str
    expires_at: datetime


class Links(Protocol):
    """Makes links to the objects of accounts in the bucket, each for one request."""

    def download(self, key: str, *, account_id: int, disposition: str | None = None) -> Link:
        """Make a link to an object; `disposition`, if given, overrides the stored one."""

    def upload(
        self, key: str, *, account_id: int, content_type: str, size_bytes: int | None, no_overwrite: bool
    ) -> Link:
        """Make a link for a PUT of an object, of exactly `size_bytes` if given; with `no_overwrite` of a new one."""

    def part(self, key: str, upload_id: str, *, account_id: int, number: int, size_bytes: int, sha256: str) -> Link:
        """Make a link for the PUT of a part of this size and SHA-256 (base64)."""
