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
from shared.kit.files import AnyFile, StoredFile, stored
from shared.kit.s3_client import PROBE, s3_client
from shared.kit.settings import Settings
from shared.kit.storage_errors import FileGone, StorageUnavailable

# Bytes that were read lately are kept in each process up to this sum: a report that was asked for is asked for again,
# and reading from storage takes longer than all else in such an answer. Larger files than the second are rare.
RECENT_BYTES = 32 * 2**20
MAX_RECENT_BYTES = 4 * 2**20

# Enough for as many transfers as one machine has bandwidth for; more wait, and still more are sent away.
THREADS, MAX_WAITING = 16, 64

P = ParamSpec("P")
T = TypeVar("T")

# What passes by itself, as every answer from 500 on does; other refusals are answered the same the next time.
PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}

# Large enough that the hop to a thread for each does not count.
PIECE_BYTES = 256 * 1024


class Link(NamedTuple):
    """An address that anybody may fetch until it expires."""

    url: str
    expires_at: datetime


class Stat(NamedTuple):
    """What storage says of an object; the tag changes with the bytes."""

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
        # The host is part of what is signed, so links are signed for the address that clients use.
        public = settings.s3_public_endpoint_url or settings.s3_endpoint_url
        self._public_client = s3_client(settings, public)
        self._recent: cachetools.LRUCache[str, bytes] = cachetools.LRUCache(RECENT_BYTES, getsizeof=len)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="storage")
        self._waiting = 0

    async def apart(self, method: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Call one of the methods in a thread of the storage's own; raises StorageUnavailable when too many wait.

        A server that hangs would otherwise take the threads in which requests are read and answered.
        """
        if self._waiting >= MAX_WAITING:
            raise StorageUnavailable(retry_after_s=5)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, partial(method, *arguments, **named))
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
        return stored(file, key)

    def get(self, key: str) -> bytes:
        """The bytes under a key; raises FileGone when there are none."""
        return b"".join(self.stream(key))

    def stream(self, key: str) -> Iterator[bytes]:
        """The bytes under a key, piece by piece; raises FileGone at once when there are none."""
        try:
            answer = self._call(self._client.get_object, Key=key)
        except self._client.exceptions.NoSuchKey as error:
            raise FileGone from error
        return _pieces(answer["Body"])

    def stat(self, key: str) -> Stat | None:
        """What lies under a key, or None."""
        try:
            answer = self._call(self._client.head_object, Key=key)
        except ClientError as error:
            if _status(error) == HTTPStatus.NOT_FOUND:
                return None
            raise
        return Stat(answer["ContentLength"], answer.get("ContentType", ""), answer["ETag"])

    async def read(self, key: str) -> bytes:
        """The same without blocking the event loop, from memory if they were read lately."""
        body = self._recent.get(key)
        if body is None:
            body = await self.apart(self.get, key)
            if len(body) <= MAX_RECENT_BYTES:
                # Keys are never written twice with different bytes.
                self._recent[key] = body
        return body

    def adopt(self, source: str, target: str, name: str, found: Stat) -> bool:
        """Copy what was found under a key to where its uploader cannot write; False if it is not the same any more.

        A link to the copy only saves it, under the name: what users sent is never opened in the browser.
        """
        try:
            self._call(
                self._client.copy_object,
                Key=target,
                CopySource={"Bucket": self._bucket, "Key": source},
                CopySourceIfMatch=found.etag,
                MetadataDirective="REPLACE",
                ContentType=found.content_type,
                ContentDisposition=f'attachment; filename="{name}"',
                CacheControl="private, max-age=31536000, immutable",
            )
        except ClientError as error:
            if _status(error) in {HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED}:
                return False
            raise
        return True

    def delete(self, keys: Iterable[str]) -> None:
        """Remove what lies under the keys; a key that holds nothing is no error."""
        for key in keys:
            self._call(self._client.delete_object, Key=key)

    def keys_before(self, moment: datetime, prefix: str) -> Iterator[str]:
        """The keys of all objects below a prefix that were stored before a moment."""
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
            # Here even a bucket that is missing or closed to us is an answer to the question.
            raise StorageUnavailable from error

    def link(self, key: str, *, disposition: str | None = None) -> Link:
        """A presigned link to the object; the disposition, if any, takes the place of the one that is stored."""
        said = {"ResponseContentDisposition": disposition} if disposition else {}
        return self._presign("get_object", Key=key, **said)

    def upload_link(
        self, key: str, *, content_type: str, size_bytes: int | None = None, no_overwrite: bool = False
    ) -> Link:
        """A presigned link that takes a PUT with this content type, of exactly so many bytes if that is said.

        It works any number of times, or once if its client has to send `If-None-Match: *`.
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
            if _passes(error):
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


def _passes(error: ClientError) -> bool:
    status = _status(error)
    # Amazon sends its "RequestTimeout" with the status 400.
    return (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or status in PASSING
        or error.response["Error"]["Code"] == "RequestTimeout"
    )
