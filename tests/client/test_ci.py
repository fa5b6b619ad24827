"""A build that is gated by a model, as docs/ci.md and the files of deploy/ci say."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import evalserve
import jsonschema
import pytest
import yaml
from evalserve import testing

from tests.actors import ROOT
from tests.client.conftest import Account

SH, PYTHON, YAML = (
    re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "docs/ci.md").read_text(), re.MULTILINE | re.DOTALL)
    for language in ("sh", "python", "yaml")
)
POLICY, ACTION_STEP, INCLUDE = YAML
ACTION = yaml.safe_load((ROOT / "deploy/ci/github/action.yml").read_text())
WORKFLOW = yaml.safe_load((ROOT / "deploy/ci/github/workflow.yml").read_text())
SPEC, JOBS = yaml.safe_load_all((ROOT / "deploy/ci/gitlab.yml").read_text())
SCHEMAS = ROOT / "tests/vendor/ci-schemas"
ROWS = 400
WRITTEN = {"verdict.md", "junit.xml", "gate.svg", "receipt.json", "report.html"}


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
    (tmp_path / "gate.yaml").write_text(POLICY)
    return {
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "client/src"),
        "HOME": str(tmp_path),
        "EVALSERVE_URL": account.url,
        "EVALSERVE_API_KEY": account.key,
        "COMMIT": "abc123",
        "CI_COMMIT_SHA": "abc123",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_OUTPUT": str(tmp_path / "output.txt"),
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


def failures(path: Path) -> int:
    """The failures of the tests that the build shows."""
    suite = ET.parse(path).getroot().find("testsuite")
    assert suite is not None
    return int(suite.attrib["failures"])


async def test_the_walk_of_the_document_gates_a_pull_request(build: dict[str, str], tmp_path: Path) -> None:
    push_main, gate = SH
    without = await shell(gate, build)
    first = (tmp_path / "verdict.md").read_text()
    pushed = await shell(push_main, build)
    alike = await shell(gate, build)
    verdict, passed = (tmp_path / "verdict.md").read_text().removeprefix(first), failures(tmp_path / "evalserve.xml")
    write(tmp_path, 80)
    worse = await shell(gate, build)

    assert without.returncode == 1, without.stderr
    assert "No other run with the tag" in first
    assert (pushed.returncode, alike.returncode, passed) == (0, 0, 0), pushed.stderr + alike.stderr
    assert verdict.startswith("### `spam filter`: ✅ pass\n")
    assert (worse.returncode, failures(tmp_path / "evalserve.xml")) == (1, 1)
    assert "The candidate fails the gate" in worse.stdout
    assert ET.parse(tmp_path / "gate.svg").getroot().attrib["aria-label"] == "spam filter: fail"
    assert json.loads((tmp_path / "receipt.json").read_text())["result"]["verdict"] == "fail"


async def test_without_the_service_the_walk_does_not_pass(build: dict[str, str]) -> None:
    away = build | {"EVALSERVE_API_KEY": "wrong"}
    codes = [(await shell(script, away)).returncode for script in SH]

    assert codes == [4, 4]


@pytest.mark.parametrize(("wrong", "exit_code", "verdict"), [(20, 0, "pass"), (30, 3, "warn"), (80, 1, "fail")])
async def test_the_action_and_the_template_say_the_same(
    build: dict[str, str], tmp_path: Path, wrong: int, exit_code: int, verdict: str
) -> None:
    chosen = {"predictions": "predictions.csv", "url": build["EVALSERVE_URL"], "api-key": build["EVALSERVE_API_KEY"]}
    baselines = [*await by_action(build, chosen | {"tag": "main"}), await by_template(build, "evalserve-baseline")]
    write(tmp_path, wrong)
    pushed, checked = await by_action(build, chosen | {"tag": ""})
    assert_written(tmp_path, exit_code)
    comment = (tmp_path / "evalserve/verdict.md").read_text()
    by_gitlab = await by_template(build, "evalserve-gate")

    assert [each.returncode for each in baselines] == [0, 0], [each.stderr for each in baselines]
    assert (pushed.returncode, checked.returncode, by_gitlab.returncode) == (0, exit_code, exit_code), checked.stderr
    assert_written(tmp_path, exit_code)
    assert (tmp_path / "output.txt").read_text() == f"verdict={verdict}\n"
    assert (tmp_path / "summary.md").read_text() == comment
    assert re.match(rf"### `spam filter`: .+ {verdict}\n", comment)


def assert_written(folder: Path, exit_code: int) -> None:
    """Assert that the folder of a check has all files, and that its tests fail as the gate does."""
    assert {path.name for path in (folder / "evalserve").iterdir()} == WRITTEN
    assert failures(folder / "evalserve/junit.xml") == (exit_code == 1)


async def test_a_name_that_looks_like_an_option_is_a_name(build: dict[str, str], tmp_path: Path) -> None:
    chosen = {"predictions": "predictions.csv", "url": build["EVALSERVE_URL"], "api-key": build["EVALSERVE_API_KEY"]}
    await by_action(build, chosen | {"tag": "main"})
    write(tmp_path, 80)
    steps = await by_action(build | {"COMMIT": "--help"}, chosen)

    assert [each.returncode for each in steps] == [0, 1], [each.stderr for each in steps]


async def by_action(build: dict[str, str], chosen: dict[str, str]) -> list[subprocess.CompletedProcess[str]]:
    """Perform the steps of the action that are due, but for installing and commenting."""
    _, *steps, _ = ACTION["runs"]["steps"]
    inputs = {name: chosen.get(name, entry.get("default", "")) for name, entry in ACTION["inputs"].items()}
    inputs["name"] = build["COMMIT"]
    due = [step for step in steps if "if" not in step or not inputs["tag"]]
    return [
        await shell(step["run"], build | {name: _filled(text, inputs) for name, text in step["env"].items()})
        for step in due
    ]


async def by_template(build: dict[str, str], job: str) -> subprocess.CompletedProcess[str]:
    """Perform the script of a job of the template."""
    inputs = {name: entry.get("default", "") for name, entry in SPEC["spec"]["inputs"].items()}
    inputs |= yaml.safe_load(INCLUDE)["include"][0]["inputs"]
    variables = {name: _filled(text, inputs) for name, text in JOBS[".evalserve"]["variables"].items()}
    return await shell("\n".join(JOBS[job]["script"]), build | variables)


def _filled(text: Any, inputs: dict[str, str]) -> str:
    """A value of a file with the inputs that it names, in GitHub's or in GitLab's way."""
    return re.sub(r"\$(?:\{\{|\[\[) inputs\.([\w-]+) (?:\}\}|\]\])", lambda found: str(inputs[found[1]]), str(text))


async def test_the_comment_is_the_verdict_and_replaces_the_last_one(build: dict[str, str], tmp_path: Path) -> None:
    *_, step = ACTION["runs"]["steps"]
    program = tmp_path / "bin/gh"
    program.write_text('#!/bin/sh\necho "$@" >> asked.txt\ncat "$GH_TOKEN"\n')
    program.chmod(0o755)
    environment = build | {"NUMBER": "7", "GH_TOKEN": "evalserve/verdict.md"}
    without = await shell(step["run"], environment)
    (tmp_path / "evalserve").mkdir()
    (tmp_path / "evalserve/verdict.md").write_text("### pass\n")
    done = await shell(step["run"], environment)

    assert (without.returncode, without.stdout) == (0, "")
    assert (done.returncode, done.stdout) == (0, "### pass\n"), done.stderr
    asked = "pr comment 7 --edit-last --create-if-none --body-file evalserve/verdict.md\n"
    assert (tmp_path / "asked.txt").read_text() == asked
    assert "github.event_name == 'pull_request'" in step["if"]


@pytest.mark.parametrize(
    ("schema", "documents"),
    [("github-actions.json", [ACTION]), ("gitlab-ci.json", [SPEC, JOBS])],
    ids=["github", "gitlab"],
)
def test_the_files_are_what_the_services_of_builds_read(schema: str, documents: list[Any]) -> None:
    validator = jsonschema.Draft7Validator(json.loads((SCHEMAS / schema).read_text()))

    assert [error.message for document in documents for error in validator.iter_errors(document)] == []
    assert next(validator.iter_errors({"runs": [], "evalserve-gate": {"skript": []}, "spec": 1}), None) is not None


def test_workflow_and_document_use_the_action_as_it_is() -> None:
    # actionlint, which `make check` runs, does not know an action that lies elsewhere.
    (in_workflow,) = (step for step in WORKFLOW["jobs"]["gate"]["steps"] if step.get("uses", "").startswith("./"))
    (in_document,) = yaml.safe_load(ACTION_STEP)
    required = {name for name, entry in ACTION["inputs"].items() if entry.get("required")}

    for step in (in_workflow, in_document):
        assert required <= set(step["with"]) <= set(ACTION["inputs"])
        assert step["uses"] == "./.github/actions/evalserve"
    assert set(yaml.safe_load(INCLUDE)["include"][0]["inputs"]) <= set(SPEC["spec"]["inputs"])


async def test_pytest_fails_a_model_that_is_worse_and_lists_every_comparison(
    build: dict[str, str], tmp_path: Path
) -> None:
    (program,) = PYTHON
    (tmp_path / "test_model.py").write_text(program)
    command = f"{sys.executable} -m pytest -p evalserve.pytest_plugin -q test_model.py"
    await shell("evalserve push predictions.csv --name main", build)
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
