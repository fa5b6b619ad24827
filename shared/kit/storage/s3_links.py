"""Links on the storage's own host, where clients reach it."""

from datetime import timedelta
from functools import cached_property, partial
from typing import Any

from shared.kit import clock
from shared.kit.settings import Settings
from shared.kit.storage.links import Link
from shared.kit.storage.s3_client import bucket_signer, s3_client


class S3Links:
    """Presigns links for the address at which clients reach the storage: the signature covers the host.

    The storage knows no accounts: nothing but time ends a presigned link.
    """

    def __init__(self, settings: Settings, endpoint: str) -> None:
        self._bucket = settings.s3_bucket
        self._lifetime = timedelta(seconds=settings.link_lifetime_s)
        self._signer = bucket_signer(settings, endpoint)
        self._make_client = partial(s3_client, settings, endpoint)

    @cached_property
    def _client(self) -> Any:
        # Links for uploads alone need one.
        return self._make_client()

    def download(self, key: str, *, account_id: int, disposition: str | None = None) -> Link:  # noqa: ARG002 -- as above
        """Presign a link to an object; `disposition`, if given, overrides the stored one."""
        now = clock.now()
        url = self._signer.link(key, lifetime_s=int(self._lifetime.total_seconds()), now=now, disposition=disposition)
        return self._link(url)

    def upload(
        self,
        key: str,
        *,
        account_id: int,  # noqa: ARG002 -- as above
        content_type: str,
        size_bytes: int | None,
        no_overwrite: bool,
    ) -> Link:
        """Presign a PUT, of exactly `size_bytes` if given; it works any number of times.

        With `no_overwrite` it works once, as its client has to send `If-None-Match: *`.
        """
        length = {} if size_bytes is None else {"ContentLength": size_bytes}
        once = {"IfNoneMatch": "*"} if no_overwrite else {}
        return self._presign("put_object", Key=key, ContentType=content_type, **length, **once)

    def part(
        self,
        key: str,
        upload_id: str,
        *,
        account_id: int,  # noqa: ARG002 -- as above
        number: int,
        size_bytes: int,
        sha256: str,
    ) -> Link:
        """Presign the PUT of a part; the client sends its SHA-256 (base64) as a header."""
        return self._presign(
            "upload_part",
            Key=key,
            UploadId=upload_id,
            PartNumber=number,
            ContentLength=size_bytes,
            ChecksumSHA256=sha256,
        )

    def _presign(self, operation: str, **parameters: Any) -> Link:
        url: str = self._client.generate_presigned_url(
            operation, Params={"Bucket": self._bucket, **parameters}, ExpiresIn=int(self._lifetime.total_seconds())
        )
        return self._link(url)

    def _link(self, url: str) -> Link:
        return Link(url, clock.now().replace(microsecond=0) + self._lifetime)
