"""The folder of a backup: it grows by what is new, notices damage, and makes a service anew from nothing."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import boto3
import pytest

from deploy.backup import servers
from deploy.backup.bucket import Bucket, CopyCounts, copy_in, copy_out
from deploy.backup.errors import BackupFailed
from deploy.backup.folder import BackupFolder
from deploy.local.stack import Stack
from shared.kit.settings import Settings
from tests.actors import ROOT


@pytest.fixture
def bucket(settings: Settings) -> Bucket:
    """A new bucket."""
    client = servers.bucket(settings).client
    name = f"bucket-{uuid4().hex[:8]}"
    client.create_bucket(Bucket=name)
    return Bucket(client, name)


def _put(bucket: Bucket, key: str, body: bytes) -> None:
    bucket.client.put_object(
        Bucket=bucket.name,
        Key=key,
        Body=body,
        ContentType="image/png",
        ContentDisposition='attachment; filename="a"',
        CacheControl="private",
        Metadata={"account": "7"},
    )


def _keys(bucket: Bucket) -> list[str]:
    return [entry["Key"] for entry in bucket.client.list_objects_v2(Bucket=bucket.name).get("Contents", ())]


def test_a_second_copy_takes_only_what_is_new_or_changed(bucket: Bucket, tmp_path: Path) -> None:
    folder = BackupFolder.create(tmp_path / "backup")
    for key in ("a/1", "a/2"):
        _put(bucket, key, b"first")

    first = copy_out(bucket, folder)
    _put(bucket, "a/2", b"other")
    _put(bucket, "b", b"new")
    bucket.client.delete_object(Bucket=bucket.name, Key="a/1")
    second = copy_out(bucket, folder)

    assert (first, second) == (CopyCounts(new=2, kept=0), CopyCounts(new=2, kept=0))
    assert copy_out(bucket, folder) == CopyCounts(new=0, kept=2)
    assert {entry.key: folder.file(entry.key).read_bytes() for entry in folder.objects()} == {
        "a/1": b"first",
        "a/2": b"other",
        "b": b"new",
    }


def test_an_object_comes_back_with_its_headers_and_only_once(bucket: Bucket, tmp_path: Path) -> None:
    folder = BackupFolder.create(tmp_path / "backup")
    _put(bucket, "images/a", b"bytes")
    before = bucket.client.head_object(Bucket=bucket.name, Key="images/a")
    copy_out(bucket, folder)
    bucket.client.delete_object(Bucket=bucket.name, Key="images/a")

    counts = [copy_in(folder, bucket) for _ in range(2)]

    after = bucket.client.head_object(Bucket=bucket.name, Key="images/a")
    names = ("ContentLength", "ContentType", "ContentDisposition", "CacheControl", "Metadata", "ETag")
    assert counts == [CopyCounts(new=1, kept=0), CopyCounts(new=0, kept=1)]
    assert [after[name] for name in names] == [before[name] for name in names]


def test_a_damaged_or_missing_copy_is_named_and_not_stored(bucket: Bucket, tmp_path: Path) -> None:
    folder = BackupFolder.create(tmp_path / "backup")
    _put(bucket, "a", b"bytes")
    copy_out(bucket, folder)
    bucket.client.delete_object(Bucket=bucket.name, Key="a")

    folder.file("a").write_bytes(b"Bytes")
    with pytest.raises(BackupFailed, match=r"The copy of a in .* is damaged\."):
        copy_in(folder, bucket)
    folder.file("a").unlink()
    with pytest.raises(BackupFailed, match=r"The copy of a is missing in "):
        copy_in(folder, bucket)
    assert _keys(bucket) == []


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "a//b", "a/./b", "..", "a\\b", "ü\n"])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    folder = BackupFolder.create(tmp_path / "backup")

    path = folder.file(key)

    assert path.resolve().is_relative_to(tmp_path / "backup" / "objects")
    assert path.resolve() == path


async def test_a_service_of_make_run_is_saved_while_it_runs_and_made_anew_in_another_folder(tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    with Stack(tmp_path / "data", durable=False) as stack:
        secret = stack.credentials.secret_key
        await _execute(stack, "CREATE TABLE account AS SELECT 7 AS id")
        _client(stack).put_object(Bucket="evalserve", Key="images/a", Body=b"bytes")
        saved = await _program(tmp_path / "data", "save", backup)
    restored = await _program(tmp_path / "new", "restore", backup)
    refused = await _program(tmp_path / "new", "restore", backup)

    with Stack(tmp_path / "new", durable=False) as stack:
        account = await _execute(stack, "SELECT id FROM account")
        body = _client(stack).get_object(Bucket="evalserve", Key="images/a")["Body"].read()
        assert (account, body, stack.credentials.secret_key) == ("SELECT 1", b"bytes", secret)
    assert (saved.returncode, restored.returncode) == (0, 0), saved.stderr + restored.stderr
    assert (refused.returncode, refused.stderr) == (
        1,
        "restore failed: The database is in use: it has accounts. Restore into an empty one.\n",
    )
    modes = {path.name: path.stat().st_mode & 0o077 for path in (backup, backup / "credentials.json")}
    assert modes == {"backup": 0, "credentials.json": 0}


async def test_a_folder_without_data_or_backup_is_refused_by_name(tmp_path: Path) -> None:
    saved = await _program(tmp_path / "nothing", "save", tmp_path / "backup")
    restored = await _program(tmp_path / "nothing", "restore", tmp_path / "other")

    assert (saved.returncode, restored.returncode) == (1, 1)
    assert saved.stderr == (
        f"save failed: {tmp_path}/nothing holds no data of the service. Name another folder with DATA_DIR.\n"
    )
    assert restored.stderr == f"restore failed: {tmp_path}/other holds no backup.\n"


async def _program(data_dir: Path, verb: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.backup", verb, str(folder)]
    environment = {"DATA_DIR": str(data_dir), "PATH": os.environ["PATH"]}
    return await asyncio.to_thread(
        subprocess.run, command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


async def _execute(stack: Stack, statement: str) -> str:
    connection = await asyncpg.connect(stack.environment["DATABASE_URL"])
    outcome: str = await connection.execute(statement)
    await connection.close()
    return outcome


def _client(stack: Stack) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=stack.environment["S3_ENDPOINT_URL"],
        aws_access_key_id=stack.environment["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=stack.environment["S3_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )
