"""The service that the demo talks to: one that runs already, or one of its own."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from deploy.demo.errors import DemoFailed
from deploy.local import leash, local_http
from deploy.local.options import PROJECT
from deploy.local.ports import free_ports

_START_S = 240.0
_STOP_S = 15.0
_LOOK_AGAIN_S = 0.2
# A demo leaves nothing behind, so it never writes into servers that are in use.
_NOT_INHERITED = ("DATABASE_URL", "REDIS_URL", "S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL")


@dataclass(frozen=True, slots=True)
class Service:
    """A service and its address; `process` is set if the demo started it."""

    url: str
    process: subprocess.Popen[bytes] | None = None


@contextmanager
def service(url: str | None) -> Iterator[Service]:
    """Use the service at the address, or else run one that ends with the context and keeps nothing."""
    if url:
        yield Service(url.rstrip("/"))
        return
    with tempfile.TemporaryDirectory(prefix="evalserve-demo-") as folder, _start(Path(folder)) as instance:
        yield instance


@contextmanager
def _start(folder: Path) -> Iterator[Service]:
    (port,) = free_ports(1)
    log = folder / "run.log"
    with log.open("wb") as output:
        # On a leash: should the demo be killed, the service goes too.
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", leash.__file__, sys.executable, "-m", "deploy.local", "run"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(port, folder / "data"),
            cwd=PROJECT,
            start_new_session=True,  # Ctrl-C reaches the demo only, which then stops the service
        )
    try:
        instance = Service(f"http://127.0.0.1:{port}", process)
        _await_ready(instance, log)
        yield instance
    finally:
        _stop(process)


def _environment(port: int, data_dir: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    overrides = {"HOST": "127.0.0.1", "PORT": str(port), "DATA_DIR": str(data_dir), "WEBHOOK_ALLOW_NETS": "127.0.0.0/8"}
    return inherited | overrides


def _await_ready(instance: Service, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while not _is_ready(instance.url):
        assert instance.process is not None, "only a service of the demo's own is awaited"
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
