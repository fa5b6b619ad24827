"""Interpreters of their own for programs whose dependencies are not ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Half of the time of all other tests of the client together would go into installing them.
with_neighbours = pytest.mark.skipif(
    "NEIGHBOURS" not in os.environ,
    reason="`make neighbours` installs MLflow, huggingface_hub, PyTorch and evaluators of detectors, and runs them",
)


def install(folder: Path, *attempts: list[str]) -> Path:
    """Make an interpreter with the first of these lists of packages that can be installed; else skip the test."""
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
