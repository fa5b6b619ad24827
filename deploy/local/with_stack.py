"""`python -m deploy.local with-stack -- COMMAND`: one command on a stack that exists only for it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.local.errors import CannotStart
from deploy.local.signals import StopRequested, StopSignals
from deploy.local.stack import Stack


def with_stack(command: list[str]) -> int:
    """Run the command with a throw-away stack in its environment, and return its exit code."""
    StopSignals().install()
    try:
        with tempfile.TemporaryDirectory(prefix="evalserve-") as folder, Stack(Path(folder), durable=False) as stack:
            return _run(command, {**os.environ, **stack.environment})
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    except StopRequested:
        return 130


def _run(command: list[str], environment: dict[str, str]) -> int:
    with subprocess.Popen(command, env=environment) as process:
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            raise
