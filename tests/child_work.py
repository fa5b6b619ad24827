"""Work for child processes: what a decoder does at its worst, without a picture that makes it."""

import json
import os
import signal
from pathlib import Path


def count_up(argument: bytes, body: bytes) -> bytes:
    """Compute without end."""
    while True:
        argument, body = body, argument


def echo(argument: bytes, body: bytes) -> bytes:
    """Return both."""
    return argument + body


def environment(_: bytes, __: bytes) -> bytes:
    """Return the names of the environment's variables, and the id of the process."""
    return json.dumps([sorted(os.environ), os.getpid()]).encode()


def die(_: bytes, __: bytes) -> bytes:
    """Die as a decoder with a fault does."""
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def die_once(path: bytes, _: bytes) -> bytes:
    """Die unless the file is there, which is made first."""
    if not Path(path.decode()).exists():
        Path(path.decode()).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return b"alive"


def eat(_: bytes, __: bytes) -> bytes:
    """Ask for more memory than a child may have."""
    return bytes(2**32)[:1]


def wait(_: bytes, __: bytes) -> bytes:
    """Wait without computing."""
    signal.pause()
    return b""
