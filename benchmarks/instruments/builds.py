"""The builds that a benchmark measures in turns: this one, and others named by `--beside`.

`--url` is a service that runs already; without it one is started for the purpose. `--beside` is the address of another
one, or the folder of another checkout, which is started with the Python of that folder's `.venv` if it has one.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from deploy.demo.service import service
from deploy.local import leash, local_http
from deploy.local.options import PROJECT
from deploy.local.ports import free_ports

START_S = 240.0
STOP_S = 20.0


class Running(NamedTuple):
    """The process and the address of a service, and the seconds until it answered that it was ready."""

    pid: int
    url: str
    ready_s: float


@contextmanager
def running(root: Path, data: Path) -> Iterator[Running]:
    """Run the service of a checkout, and yield it once it is ready."""
    (port,) = free_ports(1)
    environment = os.environ | {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATA_DIR": str(data),
        "WEBHOOK_ALLOW_NETS": "127.0.0.0/8",
    }
    began = time.monotonic()
    with (data.parent / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", leash.__file__, _python_of(root), "-m", "deploy.local", "run"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=root,
            start_new_session=True,
        )
    try:
        _await(lambda: _is_ready(port), process)
        yield Running(process.pid, f"http://127.0.0.1:{port}", time.monotonic() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
        assert process.stdin is not None, "it was opened as a pipe"
        process.stdin.close()
        process.wait()


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options that say which builds are measured."""
    parser.add_argument("--url", help="a service that runs already, instead of one started for the purpose")
    parser.add_argument("--beside", nargs="*", default=[], metavar="URL_OR_CHECKOUT", help="builds to take turns with")


@contextmanager
def builds(options: argparse.Namespace) -> Iterator[dict[str, str]]:
    """Yield the addresses of the services by their names, the one that is measured first; ends what it has started."""
    with ExitStack() as stack:
        addresses = {"evalserve": stack.enter_context(service(options.url)).url}
        for build in options.beside:
            addresses[build] = build if build.startswith("http") else stack.enter_context(_passing(Path(build))).url
        yield addresses


def add_roots(parser: argparse.ArgumentParser) -> None:
    """Declare the option that names the checkouts whose services are measured."""
    parser.add_argument("--root", type=Path, action="append", help="a checkout; this one by default")


@contextmanager
def running_roots(options: argparse.Namespace) -> Iterator[dict[str, Running]]:
    """Run the services of the checkouts that are named, and yield them by their names."""
    with ExitStack() as stack:
        yield {str(root): stack.enter_context(_passing(root)) for root in options.root or [PROJECT]}


@contextmanager
def _passing(root: Path) -> Iterator[Running]:
    with tempfile.TemporaryDirectory() as folder, running(root.resolve(), Path(folder) / "data") as instance:
        yield instance


def _python_of(root: Path) -> str:
    own = root / ".venv" / "bin" / "python"
    return str(own) if root != PROJECT and own.exists() else sys.executable


def _await(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while not condition():
        assert process.poll() is None, "the service does not start"
        assert time.monotonic() < deadline, "the service is not ready"
        time.sleep(0.02)


def _is_ready(port: int) -> bool:
    try:
        return local_http.get(f"http://127.0.0.1:{port}/readyz")[0] == HTTPStatus.OK
    except OSError:
        return False
