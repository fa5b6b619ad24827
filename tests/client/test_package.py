"""The client is a distribution of its own: it knows no code of the service, and runs where only it is installed."""

import ast
import asyncio
import inspect
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import evalserve
import pytest
from evalserve.command import exports, imports
from packaging.requirements import Requirement

from tests.actors import ROOT
from tests.client.conftest import Account

SOURCES = ROOT / "client/src/evalserve"
REQUIRED = {"click", "httpx2", "rich"}
OPTIONAL = {"keyring", "matplotlib", "mlflow", "numpy", "pandas", "pyarrow", "yaml"}
MAX_INSTALLED_BYTES = 12 * 10**6


def test_it_imports_the_standard_library_its_dependencies_and_nothing_of_the_service() -> None:
    imported = {name for path in SOURCES.rglob("*.py") for name in _imports(path)}

    assert imported - set(sys.stdlib_module_names) == {"evalserve"} | REQUIRED | OPTIONAL


def test_the_routes_that_it_asks_are_those_of_the_document() -> None:
    document = json.loads((ROOT / "docs/openapi.json").read_text())
    known = {re.sub(r"{\w+}", "{}", path) for path in document["paths"]}
    asked = {text for path in SOURCES.rglob("*.py") for text in _paths(path)}

    assert asked >= {"/v1/runs", "/v1/runs/{}", "/v1/uploads", "/v1/comparisons"}
    assert {text for text in asked if text not in known} == {"/v1/runs/{}/{}", "/v1/checks/{}/{}"}


# What Python reserves, or what the client does over several pages.
RENAMED = {"label": "class", "at_most": "limit"}
OPERATIONS: dict[Callable[..., Any], str] = {
    evalserve.Run.slices: "runs.list_slices",
    evalserve.Run.errors: "runs.list_errors",
    evalserve.Run.samples: "runs.list_samples",
    evalserve.Run.calibration: "runs.get_calibration",
    evalserve.Run.thresholds: "runs.find_threshold",
    evalserve.Comparison.flips: "comparisons.list_flips",
    evalserve.Client.list: "runs.list",
}


def test_the_names_of_options_are_those_of_the_document() -> None:
    document = json.loads((ROOT / "docs/openapi.json").read_text())
    operations = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}

    for method, operation in OPERATIONS.items():
        known = {one["name"] for one in operations[operation]["parameters"] if one["in"] == "query"}
        options = [
            RENAMED.get(name, name)
            for name, option in inspect.signature(method).parameters.items()
            if name != "self" and option.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        assert set(options) <= known, operation


def test_formats_of_annotations_are_those_of_the_document() -> None:
    schemas = json.loads((ROOT / "docs/openapi.json").read_text())["components"]["schemas"]

    assert list(imports.FORMATS) == schemas["ImportIn"]["properties"]["format"]["anyOf"][0]["enum"]
    assert sorted(exports.ANNOTATION_FORMATS) == schemas["ExportAnnotations"]["properties"]["format"]["enum"]


@pytest.mark.parametrize(
    ("synchronous", "asynchronous"),
    [
        (evalserve.Client, evalserve.AsyncClient),
        (evalserve.Run, evalserve.AsyncRun),
        (evalserve.Comparison, evalserve.AsyncComparison),
        (evalserve.Check, evalserve.AsyncCheck),
    ],
)
def test_both_clients_have_the_same_methods(synchronous: type, asynchronous: type) -> None:
    def methods(kind: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(method).parameters)
            for name, method in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }

    assert methods(synchronous) == methods(asynchronous)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and its dependencies, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT / "client", check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    wheel.unlink()
    for name in _closure(REQUIRED):
        _link(name, folder)
    return folder


async def test_the_wheel_alone_evaluates_a_table(account: Account, installed: Path) -> None:
    program = """
import sys, evalserve
run = evalserve.evaluate({"y_true": ["a", "b", "a"], "y_pred": ["a", "b", "b"], "id": ["1", "2", "3"]},
                         y_true="y_true", y_pred="y_pred", id="id")
print(run.matrix, [row["id"] for row in run.errors()], run.data["file"]["filename"])
print(sorted({"pandas", "pyarrow", "numpy"} & set(sys.modules)))
"""
    done = await asyncio.to_thread(_run, ["-c", program], installed, account)

    assert done.stderr == ""
    assert done.stdout.splitlines() == ["[[1, 1], [0, 1]] ['3'] table.csv.gz", "[]"]


# Performs the cells as Jupyter does: the last expression of each is shown, as HTML where it has any.
NOTEBOOK = """
import ast, json, sys
names = {}
for cell in json.load(open(sys.argv[1]))["cells"]:
    if cell["cell_type"] == "code":
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop()
        exec(compile(tree, "cell", "exec"), names)
        shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        print(json.dumps([hasattr(shown, "_repr_html_"), getattr(shown, "_repr_html_", shown.__repr__)()]))
"""


async def test_the_wheel_alone_performs_the_notebook(account: Account, installed: Path) -> None:
    done = await asyncio.to_thread(_run, ["-c", NOTEBOOK, str(ROOT / "docs/notebook.ipynb")], installed, account)

    assert done.stderr == ""
    first, compared, verdict, slices, errors, receipt = (json.loads(line) for line in done.stdout.splitlines())
    assert all(is_html for is_html, _ in (first, compared, slices, errors))
    assert "<b>Run &#x27;v1&#x27;</b>: 300 samples, 2 classes" in first[1]
    assert "The candidate is better" in compared[1]
    assert verdict[1] == "('better', 30, 0)"
    assert slices[1].count("<tr>") == 3
    assert errors[1].count("<tr>") == 6
    assert re.fullmatch("'[0-9a-f]{64}'", receipt[1])


def test_all_that_it_installs_is_small(installed: Path) -> None:
    sizes = [path.stat().st_size for path in installed.rglob("*") if path.is_file() and path.suffix != ".pyc"]

    assert sum(sizes) < MAX_INSTALLED_BYTES
    assert (installed / "evalserve/py.typed").is_file()


def _run(arguments: list[str], installed: Path, account: Account) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    environment |= {"PYTHONPATH": str(installed), "EVALSERVE_URL": account.url, "EVALSERVE_API_KEY": account.key}
    # -S leaves out the packages of this environment.
    return subprocess.run(
        [sys.executable, "-S", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def _closure(names: set[str]) -> set[str]:
    """The distributions that these need, themselves included."""
    found: set[str] = set()
    missing = set(names)
    while missing:
        name = missing.pop()
        found.add(name)
        needs = [Requirement(line) for line in distribution(name).requires or []]
        missing |= {need.name for need in needs if not need.marker or need.marker.evaluate({"extra": ""})} - found
    return found


def _link(name: str, folder: Path) -> None:
    it = distribution(name)
    for file in it.files or []:
        # Installers list their own records twice.
        if ".." not in file.parts and not (folder / file).is_symlink():
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(Path(str(it.locate_file(file))))


def _imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module.partition(".")[0])
    return names


def _paths(path: Path) -> list[str]:
    """The texts of a file that are paths of the service, with {} for what is put in."""
    texts = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            texts.append("".join(str(_constant(part)) for part in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(node.value)
    return [text for text in texts if text.startswith("/v1/") and not text.endswith("/")]


def _constant(part: Any) -> Any:
    return part.value if isinstance(part, ast.Constant) else "{}"
