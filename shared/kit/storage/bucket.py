"""S3-compatible storage: bytes in and out by key, and links that need no credentials."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, partial
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar

import cachetools
from botocore.exceptions import BotoCoreError, ClientError

from shared.kit.settings import Settings
from shared.kit.storage import object_pieces
from shared.kit.storage.errors import FileGone, StorageRefused, StorageUnavailable
from shared.kit.storage.files import AnyFile, Stat, StoredFile, stored_file
from shared.kit.storage.links import Link, Links
from shared.kit.storage.listing import ListedObject, date_of
from shared.kit.storage.s3_client import PROBE, bucket_signer, s3_client, shared_client
from shared.kit.storage.s3_errors import code_of, outage_of, status_of
from shared.kit.storage.s3_links import S3Links
from shared.kit.storage.s3_requests import FOREVER, BucketRequests, Put
from shared.kit.storage.service_links import ServiceLinks
from shared.kit.storage.upload_proxy import UploadProxy

# Recently read bytes are cached in each process up to this sum: a report is often requested again, and reading it from
# storage takes longer than the rest of the answer. Files larger than the second limit are rare.
RECENT_BYTES = 32 * 2**20
MAX_RECENT_BYTES = 4 * 2**20

# Enough for as many transfers as one machine has bandwidth for; more wait, and still more are refused.
THREADS, MAX_WAITING = 16, 64

P = ParamSpec("P")
T = TypeVar("T")


class Storage:
    """One bucket; the methods block, but for `read`, `pieces`, and `link`, which only computes.

    `deadline_s` bounds every call from an event loop; without it the client's own time-outs hold.
    """

    def __init__(self, settings: Settings, *, deadline_s: float | None = None) -> None:
        self._settings = settings
        self._bucket = settings.s3_bucket
        public = settings.s3_public_endpoint_url
        # Read also where new links lead to the storage: those that were made before stay valid.
        self.service_links = ServiceLinks(settings)
        self.links: Links = S3Links(settings, public) if public else self.service_links
        self._requests = BucketRequests(bucket_signer(settings, settings.s3_endpoint_url))
        self._recent: cachetools.LRUCache[str, bytes] = cachetools.LRUCache(RECENT_BYTES, getsizeof=len)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="storage")
        self._calls: set[Future[Any]] = set()
        self._deadline_s = deadline_s

    # Made at the first use where it was not made before a fork: four megabytes, which many a process never needs.
    @cached_property
    def _client(self) -> Any:
        return shared_client(self._settings)

    @cached_property
    def _probe(self) -> Any:
        return s3_client(self._settings, self._settings.s3_endpoint_url, PROBE)

    @cached_property
    def upload_proxy(self) -> UploadProxy:
        """What takes uploads on the service's own host; workers never need it."""
        return UploadProxy(self._settings)

    async def apart(self, method: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
        """Call one of the methods in the storage's own threads.

        Raises StorageUnavailable if too many calls wait, and once a call has taken longer than the deadline. A server
        that hangs would otherwise block the threads in which requests are read and answered.
        """
        if len(self._calls) >= MAX_WAITING:
            raise StorageUnavailable(retry_after_s=5)
        call = self._threads.submit(partial(method, *arguments, **keywords))
        # A call that has begun cannot be cancelled: it counts until the client gives up.
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        try:
            async with asyncio.timeout(self._deadline_s):
                return await asyncio.wrap_future(call)
        except TimeoutError as error:
            raise StorageUnavailable(retry_after_s=5) from error

    async def pieces(self, key: str, **options: str) -> AsyncIterator[bytes]:
        """Return the bytes under a key in pieces, as they come; raises FileGone at once if there is no object."""
        return self._read_apart(await self.apart(partial(self.stream, key, **options)))

    async def _read_apart(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        while piece := await self.apart(next, pieces, b""):
            yield piece

    def put(
        self, key: str, file: AnyFile, *, disposition: str = "inline", details: Mapping[str, str] | None = None
    ) -> StoredFile:
        """Store a file; a presigned link opens it in the browser, or only saves it if the disposition is attachment.

        `details` are stored beside the bytes, as ASCII text of less than 2 KB, and sent with them.
        """
        stored = stored_file(file, key)
        self._store([_put(stored, file, disposition, details or {})])
        return stored

    def put_all(self, files: Mapping[str, AnyFile], *, disposition: str = "inline") -> list[StoredFile]:
        """Store files under their keys, all at once; raises what the first that fails raises."""
        stored = [stored_file(file, key) for key, file in files.items()]
        self._store([_put(one, file, disposition, {}) for one, file in zip(stored, files.values(), strict=True)])
        return stored

    def _store(self, puts: Sequence[Put]) -> None:
        are_stored = self._requests.put_all(puts)
        left = [put for put, is_stored in zip(puts, are_stored, strict=True) if not is_stored]
        calls = [self._threads.submit(self._store_by_client, put) for put in left[1:]]
        for put in left[:1]:
            self._store_by_client(put)
        for call in calls:
            call.result()

    def _store_by_client(self, put: Put) -> None:
        with put.file.open() as body:
            self.call("put_object", Body=body, **put.parameters)

    def get(self, key: str) -> bytes:
        """Return the bytes under a key; raises FileGone if there is no object."""
        body = self._requests.get(key)
        return b"".join(self.stream(key)) if body is None else body

    def stream(self, key: str, **options: str) -> Iterator[bytes]:
        """Return the bytes under a key in pieces; raises FileGone at once if there is no object."""
        try:
            answer = self._call(self._client.get_object, Key=key, **options)
        except self._client.exceptions.NoSuchKey as error:
            raise FileGone from error
        return object_pieces.of(answer["Body"])

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return some of the bytes under a key; raises FileGone if there is no object."""
        return b"".join(self.stream(key, Range=f"bytes={start}-{start + length - 1}"))

    def stat(self, key: str) -> Stat | None:
        """Return the metadata of the object under a key, or None."""
        try:
            answer = self._call(self._client.head_object, Key=key)
        except ClientError as error:
            if status_of(error) == HTTPStatus.NOT_FOUND:
                return None
            raise
        return Stat(
            answer["ContentLength"],
            answer.get("ContentType", ""),
            answer["ETag"],
            answer.get("Metadata", {}),
            answer.get("ContentDisposition", ""),
        )

    async def read(self, key: str) -> bytes:
        """Return the bytes under a key without blocking the event loop, from memory if read recently."""
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
                CacheControl=FOREVER,
            )
        except ClientError as error:
            if status_of(error) in {HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED}:
                return False
            raise
        return True

    def delete(self, keys: Iterable[str]) -> None:
        """Delete the objects under the keys; a missing object is no error."""
        for key in keys:
            self._call(self._client.delete_object, Key=key)

    def pages(self, prefix: str) -> Iterator[list[ListedObject]]:
        """Yield all objects below a prefix, a thousand at a time."""
        token: dict[str, str] = {}
        while True:
            page = self._call(self._client.list_objects_v2, Prefix=prefix, **token)
            now = date_of(page)
            yield [
                ListedObject(entry["Key"], entry["Size"], entry["ETag"], now - entry["LastModified"])
                for entry in page.get("Contents", ())
            ]
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def check(self) -> None:
        """Raise StorageUnavailable unless the bucket answers."""
        if self._requests.answers():
            return
        try:
            self._call(self._probe.head_bucket)
        except ClientError as error:
            # A HEAD of a missing bucket has no code that would tell it from a missing object.
            raise StorageRefused(code_of(error)) from error

    def link(self, key: str, *, account_id: int, disposition: str | None = None) -> Link:
        """Make a link to an object of an account; `disposition`, if given, overrides the stored one."""
        return self.links.download(key, account_id=account_id, disposition=disposition)

    def upload_link(
        self,
        key: str,
        *,
        account_id: int,
        content_type: str,
        size_bytes: int | None = None,
        no_overwrite: bool = False,
    ) -> Link:
        """Make a link for a PUT with this content type, and of exactly `size_bytes` if given.

        It works any number of times; with `no_overwrite` once.
        """
        return self.links.upload(
            key, account_id=account_id, content_type=content_type, size_bytes=size_bytes, no_overwrite=no_overwrite
        )

    def call(self, operation: str, **parameters: Any) -> Any:
        """Call an operation on the bucket by its name; raises StorageUnavailable for temporary failures."""
        return self._call(getattr(self._client, operation), **parameters)

    def _call(self, method: Any, **arguments: Any) -> Any:
        try:
            return method(Bucket=self._bucket, **arguments)
        except BotoCoreError as error:
            raise StorageUnavailable(retry_after_s=2) from error
        except ClientError as error:
            if outage := outage_of(error):
                raise outage from error
            raise


def _put(stored: StoredFile, file: AnyFile, disposition: str, details: Mapping[str, str]) -> Put:
    return Put(stored.object_key, file, stored.sha256, f'{disposition}; filename="{file.name}"', details)
