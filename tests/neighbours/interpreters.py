"""Interpreters of their own for programs whose dependencies are not ours."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

# Half of the time of all other tests of the client together would go into installing them.
with_neighbours = pytest.mark.skipif(
    "NEIGHBOURS" not in os.environ,
    reason="`make neighbours` installs MLflow, huggingface_hub, PyTorch and evaluators of detectors, and runs them",
)


@contextmanager
def installed(folder: Path, *attempts: list[str]) -> Iterator[Path]:
    """An interpreter with the first of these lists of packages that can be installed; else skip the test.

    It is deleted afterwards: pytest keeps the folders of its last three runs, and all interpreters have 7 GB.
    """
    try:
        yield _install(folder, attempts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _install(folder: Path, attempts: Sequence[list[str]]) -> Path:
    uv, python = [sys.executable, "-m", "uv"], folder / "bin/python"
    subprocess.run([*uv, "venv", "-q", "--clear", "--python", sys.executable, folder], check=True)
    complaints = ""
    for needed in attempts:
        command = [*uv, "pip", "install", "-q", "--python", str(python), *needed]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return python
        complaints = done.stderr.strip()[-300:]
    pytest.skip(f"{attempts[0][-2:]} cannot be installed here: {complaints}")
