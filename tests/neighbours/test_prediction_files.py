"""Files of predictions that other packages have really written are read as they mean it, by the whole pure way."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from subprocess import run
from typing import Any

import pytest

from tests.neighbours.interpreters import installed
from tests.neighbours.prediction_writers import PROGRAMS, program
from tests.unit.shared.runs.reading_files import counts, read

_PACKAGES = [
    "polars==2.1.0",
    "xgboost==3.2.0",
    "lightgbm==4.7.0",
    "catboost==1.2.10",
    "mlflow==3.17.2",
    "datasets==5.2.0",
    "duckdb==2.0.1",
    "liac-arff==2.5.0",
    "scikit-learn==1.9.1",
    "pandas==3.1.1",
]

pytestmark = pytest.mark.skipif(
    "NEIGHBOURS" not in os.environ, reason="`make neighbours` installs the packages that write predictions, 1.9 GB"
)


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An interpreter with the packages that write predictions."""
    with installed(tmp_path_factory.mktemp("writers"), _PACKAGES) as python:
        yield python


def _written(python: Path, name: str, folder: Path) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """The files of a program, with what scikit-learn makes of their rows."""
    done = run([python, "-c", program(name), folder], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((folder / "manifest.json").read_text())
    for file, expected in manifest.items():
        yield file, (folder / file).read_bytes(), expected


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_a_package_writes_has_the_figures_of_scikit_learn(writers: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "written"
    folder.mkdir()
    figures, right = {}, {}
    for file, data, expected in _written(writers, name, folder):
        scratch = tmp_path / f"read {file}"
        scratch.mkdir()
        found = read(scratch, data, **expected["words"])
        figures[file] = [counts(found), found.finished.summary.roc_auc]
        areas = expected["areas"]
        right[file] = [
            (expected["classes"], expected["counts"]),
            None if areas is None else pytest.approx(areas, abs=1e-12),
        ]

    assert figures == right
