"""The service that the demo talks to: one that runs already, or one that it starts."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

from deploy.demo.errors import DemoFailed
from deploy.local import leash, local_http
from deploy.local.options import PROJECT, Options, options
from deploy.local.ports import free_ports

_START_S = 240.0
_STOP_S = 15.0
_LOOK_AGAIN_S = 0.2
# A passing service leaves nothing behind, so it never writes into servers that are in use.
_NOT_INHERITED = ("DATABASE_URL", "REDIS_URL", "S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL")


@dataclass(frozen=True, slots=True)
class Service:
    """A service and its address; `process` is set if the demo started it."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes] | None = None


@contextmanager
def service(url: str | None) -> Iterator[Service]:
    """Use the service at the address, or else run one that ends with the context and keeps nothing."""
    if url:
        yield Service(url.rstrip("/"), _local().data_dir)
        return
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="evalserve-demo-") as folder:
        chosen = Service(f"http://127.0.0.1:{port}", Path(folder) / "data")
        with _start(chosen, _passing(port, chosen.data_dir), Path(folder) / "run.log") as instance:
            yield instance


@contextmanager
def kept_service(url: str | None, say: Callable[[str], None]) -> Iterator[Service]:
    """Use the service at the address, or the one of `make run`, which is started for the context if it does not run."""
    local = _local()
    chosen = Service((url or local.url).rstrip("/"), local.data_dir)
    if url or _is_ready(local.url):
        yield chosen
        return
    say(f"Starting evalserve with its data in {local.data_dir} ...")
    with (
        tempfile.TemporaryDirectory(prefix="evalserve-demo-") as folder,
        _start(chosen, dict(os.environ), Path(folder) / "run.log") as instance,
    ):
        yield instance


def _local() -> Options:
    """What `make run` would take from the environment."""
    return options(argparse.Namespace(data_dir=None, host=None, port=None), os.environ)


@contextmanager
def _start(chosen: Service, environment: dict[str, str], log: Path) -> Iterator[Service]:
    with log.open("wb") as output:
        # On a leash: should the demo be killed, the service goes too.
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", leash.__file__, sys.executable, "-m", "deploy.local", "run"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=PROJECT,
            start_new_session=True,  # Ctrl-C reaches the demo only, which then stops the service
        )
    try:
        instance = replace(chosen, process=process)
        _await_ready(instance, log)
        yield instance
    finally:
        _stop(process)


def _passing(port: int, data_dir: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    overrides = {"HOST": "127.0.0.1", "PORT": str(port), "DATA_DIR": str(data_dir), "WEBHOOK_ALLOW_NETS": "127.0.0.0/8"}
    return inherited | overrides


def _await_ready(instance: Service, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while not _is_ready(instance.url):
        assert instance.process is not None, "only a service that was started here is awaited"
        if instance.process.poll() is not None or time.monotonic() > deadline:
            raise DemoFailed(f"the service does not start:\n{log.read_text(errors='replace').strip()}")
        time.sleep(_LOOK_AGAIN_S)


def _is_ready(url: str) -> bool:
    try:
        status, _ = local_http.get(f"{url}/readyz")
    except OSError:
        return False
    return status == HTTPStatus.OK


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stdin is not None, "it was opened as a pipe"
    process.stdin.close()
