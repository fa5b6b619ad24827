"""The S3 server of `make run` finds its objects again, after a crash, an end, and in folders from before."""

from pathlib import Path
from typing import Any

import pytest

from deploy.local import seaweedfs
from deploy.local.stack import Stack
from shared.kit.settings import Settings
from shared.kit.storage.s3_client import s3_client

BODIES = {f"folder {number % 3}/{number}.txt": f"object {number}".encode() for number in range(60)}

# Where the server keeps names that is told nothing.
USUAL_STORE = '[leveldb2]\nenabled = true\ndir = "data/filerldb2"\n'


def _client(stack: Stack) -> Any:
    values: dict[str, Any] = {name.lower(): value for name, value in stack.environment.items()}
    nowhere = {"database_url": "postgresql://nowhere/x", "redis_url": "redis://nowhere"}
    return s3_client(Settings.model_validate(nowhere | values), stack.environment["S3_ENDPOINT_URL"])


def _bodies(stack: Stack) -> dict[str, bytes]:
    client = _client(stack)
    listed = client.list_objects_v2(Bucket="evalserve").get("Contents", [])
    return {entry["Key"]: client.get_object(Bucket="evalserve", Key=entry["Key"])["Body"].read() for entry in listed}


def _put(stack: Stack, bodies: dict[str, bytes]) -> None:
    client = _client(stack)
    for key, body in bodies.items():
        client.put_object(Bucket="evalserve", Key=key, Body=body)


def _stores(folder: Path) -> set[str]:
    return {path.name for path in (folder / "s3/data").glob("filerldb*")}


def test_objects_are_there_after_a_crash_and_after_another_start(tmp_path: Path) -> None:
    with Stack(tmp_path, embed={"s3"}) as stack:
        _put(stack, BODIES)
        stack.s3.kill()
        stack.s3.start()
        after_crash = _bodies(stack)
    with Stack(tmp_path, embed={"s3"}) as stack:
        after_end = _bodies(stack)

    assert (after_crash, after_end) == (BODIES, BODIES)
    assert _stores(tmp_path) == {"filerldb3"}


def test_objects_of_a_folder_from_before_stay_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(seaweedfs, "_STORE", USUAL_STORE)
        with Stack(tmp_path, embed={"s3"}) as stack:
            _put(stack, BODIES)
    (tmp_path / "s3/filer.toml").unlink()
    with Stack(tmp_path, embed={"s3"}) as stack:
        found = _bodies(stack)
        _put(stack, {"new.txt": b"new"})
    with Stack(tmp_path, embed={"s3"}) as stack:
        again = _bodies(stack)

    assert (found, again) == (BODIES, BODIES | {"new.txt": b"new"})
    assert _stores(tmp_path) == {"filerldb2"}
