"""S3-compatible storage: bytes in and out by key, and links that need no credentials."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple, ParamSpec, TypeVar

import cachetools
from botocore.exceptions import BotoCoreError, ClientError

from shared.kit import clock
from shared.kit.files import AnyFile, StoredFile, stored_file
from shared.kit.s3_client import PROBE, s3_client
from shared.kit.settings import Settings
from shared.kit.storage_errors import FileGone, StorageUnavailable

# Recently read bytes are cached in each process up to this sum: a report is often requested again, and reading it from
# storage takes longer than the rest of the answer. Files larger than the second limit are rare.
RECENT_BYTES = 32 * 2**20
MAX_RECENT_BYTES = 4 * 2**20

# Enough for as many transfers as one machine has bandwidth for; more wait, and still more are refused.
THREADS, MAX_WAITING = 16, 64

P = ParamSpec("P")
T = TypeVar("T")

# Statuses of temporary failures, as every status from 500 on; other refusals would be the same on a retry.
TEMPORARY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}

# Large enough that the hop to a thread for each does not count.
PIECE_BYTES = 256 * 1024


class Link(NamedTuple):
    """A presigned link, which needs no credentials until it expires."""

    url: str
    expires_at: datetime


class Stat(NamedTuple):
    """The metadata of an object; the ETag changes with the bytes."""

    size_bytes: int
    content_type: str
    etag: str


class Storage:
    """One bucket; the methods block, but for `read`, and for `link`, which only computes."""

    def __init__(self, settings: Settings) -> None:
        self._bucket = settings.s3_bucket
        self._link_lifetime = timedelta(seconds=settings.link_lifetime_s)
        self._client = s3_client(settings, settings.s3_endpoint_url)
        self._probe = s3_client(settings, settings.s3_endpoint_url, PROBE)
        # The signature covers the host, so links are signed for the address that clients use.
        public = settings.s3_public_endpoint_url or settings.s3_endpoint_url
        self._public_client = s3_client(settings, public)
        self._recent: cachetools.LRUCache[str, bytes] = cachetools.LRUCache(RECENT_BYTES, getsizeof=len)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="storage")
        self._waiting = 0

    async def apart(self, method: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
        """Call one of the methods in the storage's own threads; raises StorageUnavailable if too many calls wait.

        A server that hangs would otherwise block the threads in which requests are read and answered.
        """
        if self._waiting >= MAX_WAITING:
            raise StorageUnavailable(retry_after_s=5)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, partial(method, *arguments, **keywords))
        finally:
            self._waiting -= 1

    def put(self, key: str, file: AnyFile, *, disposition: str = "inline") -> StoredFile:
        """Store a file; a presigned link opens it in the browser, or only saves it if the disposition is attachment."""
        with file.open() as body:
            self._call(
                self._client.put_object,
                Key=key,
                Body=body,
                ContentType=file.content_type,
                ContentDisposition=f'{disposition}; filename="{file.name}"',
                # Keys are never written twice with different bytes.
                CacheControl="private, max-age=31536000, immutable",
            )
        return stored_file(file, key)

    def get(self, key: str) -> bytes:
        """Return the bytes under a key; raises FileGone if there is no object."""
        return b"".join(self.stream(key))

    def stream(self, key: str) -> Iterator[bytes]:
        """Return the bytes under a key in pieces; raises FileGone at once if there is no object."""
        try:
            answer = self._call(self._client.get_object, Key=key)
        except self._client.exceptions.NoSuchKey as error:
            raise FileGone from error
        return _pieces(answer["Body"])

    def stat(self, key: str) -> Stat | None:
        """Return the metadata of the object under a key, or None."""
        try:
            answer = self._call(self._client.head_object, Key=key)
        except ClientError as error:
            if _status(error) == HTTPStatus.NOT_FOUND:
                return None
            raise
        return Stat(answer["ContentLength"], answer.get("ContentType", ""), answer["ETag"])

    async def read(self, key: str) -> bytes:
        """Return the bytes under a key without blocking the event loop, from memory if they were read recently."""
        body = self._recent.get(key)
        if body is None:
            body = await self.apart(self.get, key)
            if len(body) <= MAX_RECENT_BYTES:
                # Keys are never written twice with different bytes.
                self._recent[key] = body
        return body

    def adopt(self, source: str, target: str, name: str, stat: Stat) -> bool:
        """Copy an object to a key that its uploader cannot write; False if it has changed since `stat`.

        A link to the copy only saves it, under `name`: users' files are never opened in the browser.
        """
        try:
            self._call(
                self._client.copy_object,
                Key=target,
                CopySource={"Bucket": self._bucket, "Key": source},
                CopySourceIfMatch=stat.etag,
                MetadataDirective="REPLACE",
                ContentType=stat.content_type,
                ContentDisposition=f'attachment; filename="{name}"',
                CacheControl="private, max-age=31536000, immutable",
            )
        except ClientError as error:
            if _status(error) in {HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED}:
                return False
            raise
        return True

    def delete(self, keys: Iterable[str]) -> None:
        """Delete the objects under the keys; a missing object is no error."""
        for key in keys:
            self._call(self._client.delete_object, Key=key)

    def keys_before(self, moment: datetime, prefix: str) -> Iterator[str]:
        """Yield the keys of all objects below a prefix that were stored before a moment."""
        token: dict[str, str] = {}
        while True:
            page = self._call(self._client.list_objects_v2, Prefix=prefix, **token)
            yield from (entry["Key"] for entry in page.get("Contents", ()) if entry["LastModified"] < moment)
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def check(self) -> None:
        """Raise StorageUnavailable unless the bucket answers."""
        try:
            self._call(self._probe.head_bucket)
        except ClientError as error:
            # Here a missing or inaccessible bucket counts as an outage, too.
            raise StorageUnavailable from error

    def link(self, key: str, *, disposition: str | None = None) -> Link:
        """Presign a link to the object; `disposition`, if given, overrides the stored one."""
        overrides = {"ResponseContentDisposition": disposition} if disposition else {}
        return self._presign("get_object", Key=key, **overrides)

    def upload_link(
        self, key: str, *, content_type: str, size_bytes: int | None = None, no_overwrite: bool = False
    ) -> Link:
        """Presign a link for a PUT with this content type, and of exactly `size_bytes` if given.

        It works any number of times; with `no_overwrite` once, as its client has to send `If-None-Match: *`.
        """
        length = {} if size_bytes is None else {"ContentLength": size_bytes}
        once = {"IfNoneMatch": "*"} if no_overwrite else {}
        return self._presign("put_object", Key=key, ContentType=content_type, **length, **once)

    def _presign(self, method: str, **parameters: Any) -> Link:
        url: str = self._public_client.generate_presigned_url(
            method,
            Params={"Bucket": self._bucket, **parameters},
            ExpiresIn=int(self._link_lifetime.total_seconds()),
        )
        return Link(url, clock.now().replace(microsecond=0) + self._link_lifetime)

    def _call(self, method: Any, **arguments: Any) -> Any:
        try:
            return method(Bucket=self._bucket, **arguments)
        except BotoCoreError as error:
            raise StorageUnavailable(retry_after_s=2) from error
        except ClientError as error:
            if _is_temporary(error):
                raise StorageUnavailable(retry_after_s=2) from error
            raise


def _pieces(body: Any) -> Iterator[bytes]:
    try:
        yield from body.iter_chunks(PIECE_BYTES)
    except BotoCoreError as error:
        raise StorageUnavailable(retry_after_s=2) from error
    finally:
        body.close()


def _status(error: ClientError) -> int:
    status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status


def _is_temporary(error: ClientError) -> bool:
    status = _status(error)
    # Amazon sends its "RequestTimeout" with the status 400.
    return (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or status in TEMPORARY
        or error.response["Error"]["Code"] == "RequestTimeout"
    )
