"""Copies of the objects of a bucket, streamed one by one; a copy that was broken off goes on where it ended."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from deploy.backup.errors import BackupFailed
from deploy.backup.folder import BackupFolder, CopiedObject

# Small objects wait for the network most of the time.
_THREADS = 8
_PIECE_BYTES = 2**20
_AT_ONCE = 1000
_HEADERS = ("ContentType", "ContentDisposition", "CacheControl", "Metadata")


class Bucket(NamedTuple):
    """A bucket, and a client of its storage."""

    client: Any
    name: str


class CopyCounts(NamedTuple):
    """How many objects were copied, and how many had been copied before."""

    new: int
    kept: int


def copy_out(bucket: Bucket, folder: BackupFolder) -> CopyCounts:
    """Copy every object that the folder lacks, or has with other bytes."""
    new = kept = 0
    pages = bucket.client.get_paginator("list_objects_v2").paginate(Bucket=bucket.name)
    with ThreadPoolExecutor(_THREADS) as threads:
        for page in pages:
            entries = page.get("Contents", ())
            missing = [entry["Key"] for entry in entries if not folder.has(entry["Key"], entry["Size"], entry["ETag"])]
            copied = [copy for copy in threads.map(partial(_copy_out, bucket, folder), missing) if copy is not None]
            folder.add(copied)
            new, kept = new + len(copied), kept + len(entries) - len(missing)
    return CopyCounts(new, kept)


def copy_in(folder: BackupFolder, bucket: Bucket) -> CopyCounts:
    """Store every object of the folder that the bucket lacks, or has with other bytes."""
    counts = {True: 0, False: 0}
    objects = folder.objects()
    with ThreadPoolExecutor(_THREADS) as threads:
        while batch := list(islice(objects, _AT_ONCE)):
            for is_new in threads.map(partial(_copy_in, folder, bucket), batch):
                counts[is_new] += 1
    return CopyCounts(new=counts[True], kept=counts[False])


def _copy_out(bucket: Bucket, folder: BackupFolder, key: str) -> CopiedObject | None:
    try:
        answer = bucket.client.get_object(Bucket=bucket.name, Key=key)
    except ClientError as error:
        if _status(error) == 404:  # noqa: PLR2004 - deleted since it was listed, so no row of the dump needs it
            return None
        raise
    path = folder.file(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial_path = path.with_name(f"{path.name}.part")
    with closing(answer["Body"]) as body:
        sha256, size_bytes = _write(partial_path, body.iter_chunks(_PIECE_BYTES))
    if size_bytes != answer["ContentLength"]:
        raise BackupFailed(f"{key} ended after {size_bytes:,} of {answer['ContentLength']:,} bytes.")
    partial_path.replace(path)
    headers = {name: answer[name] for name in _HEADERS if answer.get(name)}
    return CopiedObject(key, size_bytes, answer["ETag"], sha256, headers)


def _write(path: Path, pieces: Iterable[bytes]) -> tuple[str, int]:
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size_bytes += len(piece)
    return digest.hexdigest(), size_bytes


def _copy_in(folder: BackupFolder, bucket: Bucket, entry: CopiedObject) -> bool:
    if _is_stored(bucket, entry):
        return False
    try:
        with folder.file(entry.key).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != entry.sha256:
                raise BackupFailed(f"The copy of {entry.key} in {folder.path} is damaged.")
            file.seek(0)
            bucket.client.put_object(Bucket=bucket.name, Key=entry.key, Body=file, **entry.headers)
    except FileNotFoundError as error:
        raise BackupFailed(f"The copy of {entry.key} is missing in {folder.path}.") from error
    return True


def _is_stored(bucket: Bucket, entry: CopiedObject) -> bool:
    try:
        answer = bucket.client.head_object(Bucket=bucket.name, Key=entry.key)
    except ClientError as error:
        if _status(error) == 404:  # noqa: PLR2004 - the usual case: the bucket is empty
            return False
        raise
    return bool(answer["ContentLength"] == entry.size_bytes and answer["ETag"] == entry.etag)


def _status(error: ClientError) -> int:
    status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status
