"""A build that is gated by a model, as docs/ci.md and the files of deploy/ci say."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import evalserve
import pytest
import yaml
from evalserve import testing

from tests.actors import ROOT
from tests.client.conftest import Account

SH, PYTHON = (
    re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "docs/ci.md").read_text(), re.MULTILINE | re.DOTALL)
    for language in ("sh", "python")
)
ACTION = yaml.safe_load((ROOT / "deploy/ci/github/action.yml").read_text())
INPUTS, JOB = yaml.safe_load_all((ROOT / "deploy/ci/gitlab.yml").read_text())
ROWS = 400


def write(folder: Path, wrong: int) -> None:
    """Write the predictions of a model that has so many samples wrong."""
    rows = (f"{at},{at % 2},{1 - at % 2 if at < wrong else at % 2}\n" for at in range(ROWS))
    (folder / "predictions.csv").write_text("id,y_true,y_pred\n" + "".join(rows))


@pytest.fixture
def build(account: Account, tmp_path: Path) -> dict[str, str]:
    """The environment of a build that can call the command, and whose main branch has a baseline."""
    command = tmp_path / "bin/evalserve"
    command.parent.mkdir()
    command.write_text(f"#!{sys.executable}\nfrom evalserve.command import main\nmain()\n")
    command.chmod(0o755)
    write(tmp_path, 20)
    return {
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "client/src"),
        "HOME": str(tmp_path),
        "EVALSERVE_URL": account.url,
        "EVALSERVE_API_KEY": account.key,
        "COMMIT": "abc123",
        "CI_COMMIT_SHA": "abc123",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }


# Each command is a process of its own, which loads Python.
pytestmark = pytest.mark.timeout(400)


async def shell(script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Perform the lines of a step, the first of which that fails ends it."""
    command = ["bash", "-eo", "pipefail", "-c", script]
    return await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=environment["HOME"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def failures(folder: Path) -> int:
    """The failures of the test that the build shows."""
    return int(ET.parse(folder / "evalserve.xml").getroot().attrib["failures"])


async def test_the_walk_of_the_document_gates_a_pull_request(build: dict[str, str], tmp_path: Path) -> None:
    push_main, gate = SH
    without = await shell(gate, build)
    pushed = await shell(push_main, build)
    alike = await shell(gate, build)
    verdict, passed = (tmp_path / "verdict.md").read_text(), failures(tmp_path)
    write(tmp_path, 80)
    worse = await shell(gate, build)

    assert (without.returncode, "no run with the id or name 'main'" in without.stderr) == (5, True)
    assert pushed.returncode == 0, pushed.stderr
    assert (alike.returncode, passed) == (0, 0), alike.stderr
    assert verdict.startswith("### evalserve: equivalent within margin\n")
    assert (worse.returncode, failures(tmp_path)) == (1, 1)
    assert worse.stdout.splitlines()[-2].startswith("The candidate is worse: ")


@pytest.mark.parametrize(("wrong", "exit_code"), [(20, 0), (80, 1)], ids=["alike", "worse"])
async def test_the_action_and_the_template_say_the_same(
    build: dict[str, str], tmp_path: Path, wrong: int, exit_code: int
) -> None:
    await shell(SH[0], build)
    write(tmp_path, wrong)
    (_, step) = ACTION["runs"]["steps"]
    chosen = {"predictions": "predictions.csv", "url": build["EVALSERVE_URL"], "api-key": build["EVALSERVE_API_KEY"]}
    chosen |= {"name": "abc123", "margin": "0.02"}
    inputs = {name: chosen.get(name, entry.get("default", "")) for name, entry in ACTION["inputs"].items()}
    by_github = await shell(step["run"], build | {name: _filled(text, inputs) for name, text in step["env"].items()})
    given = {name: chosen.get(name, entry.get("default", "")) for name, entry in INPUTS["spec"]["inputs"].items()}
    variables = {name: _filled(text, given) for name, text in JOB["evalserve"]["variables"].items()}
    by_gitlab = await shell("\n".join(JOB["evalserve"]["script"]), build | variables)

    assert (by_github.returncode, by_gitlab.returncode) == (exit_code, exit_code), by_github.stderr + by_gitlab.stderr
    assert failures(tmp_path) == exit_code
    assert "### evalserve: " in (tmp_path / "summary.md").read_text()


def _filled(text: Any, inputs: dict[str, str]) -> str:
    """A value of a file with the inputs that it names, in GitHub's or in GitLab's way."""
    return re.sub(r"\$(?:\{\{|\[\[) inputs\.([\w-]+) (?:\}\}|\]\])", lambda found: str(inputs[found[1]]), str(text))


async def test_pytest_fails_a_model_that_is_worse_and_lists_every_comparison(
    build: dict[str, str], tmp_path: Path
) -> None:
    (program,) = PYTHON
    (tmp_path / "test_model.py").write_text(program)
    command = f"{sys.executable} -m pytest -p evalserve.pytest_plugin -q test_model.py"
    await shell(SH[0], build)
    alike = await shell(command, build)
    write(tmp_path, 80)
    worse = await shell(command, build)

    assert (alike.returncode, worse.returncode) == (0, 1), alike.stdout + worse.stdout
    assert "= evalserve =" in alike.stdout
    assert "1 passed" in alike.stdout
    assert "AssertionError: The candidate is worse: " in worse.stdout


async def test_samples_that_show_nothing_are_no_pass(account: Account) -> None:
    few: dict[str, Any] = {"id": ["1", "2", "3"], "y_true": ["a", "b", "a"], "y_pred": ["a", "b", "b"]}
    roles: dict[str, Any] = {"y_true": "y_true", "y_pred": "y_pred", "id": "id"}

    def converse() -> None:
        with account.client() as client:
            client.evaluate(few, **roles, name="main")
            testing.assert_not_worse(few, baseline="main", margin=0.01, client=client, **roles)

    with pytest.raises(AssertionError, match=r"run .* against 'main', margin 0.01"):
        await asyncio.to_thread(converse)
    with pytest.raises(evalserve.InputRefused):
        await asyncio.to_thread(
            lambda: testing.assert_not_worse(few, baseline="none", margin=0.01, client=account.client(), **roles)
        )
