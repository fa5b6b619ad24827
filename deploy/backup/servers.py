"""The servers that are backed up or restored: those of the environment, or the embedded ones of a data directory."""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.backup.bucket import Bucket
from deploy.backup.errors import BackupFailed
from deploy.local.credentials import load_or_create
from deploy.local.datadir import DataDir
from deploy.local.errors import CannotStart
from deploy.local.options import check_outside, embedded
from deploy.local.postgres import Postgres
from deploy.local.seaweedfs import DEFAULT_BUCKET, SeaweedFS
from deploy.local.server import Conditions
from deploy.local.stack import Stack
from shared.kit.settings import Settings
from shared.kit.storage.s3_client import s3_client

NEEDED = frozenset({"postgres", "s3"})
# A copy needs neither, and every setting has to be there.
_UNUSED = {"REDIS_URL": "redis://unused", "SECRET_KEY": "unused" * 6}


@contextmanager
def for_backup(data_dir: Path, environment: Mapping[str, str]) -> Iterator[Settings]:
    """Yield the settings that lead to the servers, which are started if they are embedded and do not run."""
    check_outside(environment)
    needed = embedded(environment) & NEEDED
    if not needed:
        yield _settings(environment, {})
        return
    if not (data_dir / "credentials.json").exists():
        raise BackupFailed(f"{data_dir} holds no data of the service. Name another folder with DATA_DIR.")
    stack = Stack(data_dir, embed=needed, bucket=environment.get("S3_BUCKET") or DEFAULT_BUCKET)
    try:
        stack.open()
    except CannotStart as error:
        # `make run` uses it, so its servers answer.
        yield _settings(environment, _addresses(data_dir, needed, stack_is_used=error))
        return
    try:
        stack.start()
        yield _settings(environment, stack.environment)
    finally:
        stack.close()


@contextmanager
def for_restore(data_dir: Path, environment: Mapping[str, str], credentials: Path) -> Iterator[Settings]:
    """Yield the settings that lead to the servers, with the credentials of a backup where they are embedded and new.

    Raises CannotStart while the service runs on the data directory.
    """
    check_outside(environment)
    needed = embedded(environment) & NEEDED
    if not needed:
        yield _settings(environment, {})
        return
    _take_over(credentials, data_dir)
    with Stack(data_dir, embed=needed, bucket=environment.get("S3_BUCKET") or DEFAULT_BUCKET) as stack:
        yield _settings(environment, stack.environment)


def bucket(settings: Settings) -> Bucket:
    """Return the bucket of the settings."""
    return Bucket(s3_client(settings, settings.s3_endpoint_url), settings.s3_bucket)


def _settings(environment: Mapping[str, str], stack: Mapping[str, str]) -> Settings:
    named = {"S3_BUCKET": environment["S3_BUCKET"]} if environment.get("S3_BUCKET") else {}
    texts = {**_UNUSED, **environment, **stack, **named}
    return Settings.model_validate({name.lower(): text for name, text in texts.items() if text})


def _addresses(data_dir: Path, needed: Collection[str], *, stack_is_used: CannotStart) -> dict[str, str]:
    data = DataDir(data_dir)
    conditions = Conditions(data, load_or_create(data.path)[0])
    addresses: dict[str, str] = {}
    for server in (Postgres(conditions), SeaweedFS(conditions)):
        if server.name in needed:
            server.ports = data.recall_ports(server.name)
            if not server.ports:
                raise stack_is_used
            addresses |= server.environment
    return addresses


def _take_over(credentials: Path, data_dir: Path) -> None:
    target = data_dir / "credentials.json"
    if target.exists() or not credentials.exists():
        return
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(credentials.read_text())
