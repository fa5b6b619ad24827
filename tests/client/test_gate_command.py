"""A gate as one command: a policy in a file, a candidate, and an exit code for each outcome."""

import asyncio
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import evalserve
import httpx2
import pytest
import yaml
from evalserve.calls import gates

from shared.kit.platform import Platform
from tests.actors import ROOT, Client, Team
from tests.client.conftest import Account
from tests.client.test_command import evalserve as command
from tests.detection_projects import FOUND, TRUTH, judge, judged_project

N = 400
ROLES: dict[str, Any] = {"y_true": "label", "y_pred": "guess", "id": "id"}
POLICY = """
name: release
baseline: {tag: main}
metrics:
  - {metric: accuracy, margin: 0.03}
golden_ids: [s399]
"""


def table(wrong: range) -> dict[str, list[str]]:
    """Predictions that are wrong in these rows."""
    labels = ["spam" if at % 3 else "ham" for at in range(N)]
    other = {"spam": "ham", "ham": "spam"}
    guesses = [other[label] if at in wrong else label for at, label in enumerate(labels)]
    return {"id": [f"s{at}" for at in range(N)], "label": labels, "guess": guesses}


@pytest.fixture
async def with_runs(account: Account, tmp_path: Path) -> Account:
    """An account with a baseline, an equal run, a worse one and one that may be worse; and a policy in a file."""

    def push() -> None:
        with account.client() as client:
            client.evaluate(table(range(40)), **ROLES, name="v1", tags=["main"])
            for name, wrong in (("alike", range(1, 41)), ("worse", range(120)), ("doubtful", range(10, 60))):
                client.evaluate(table(wrong), **ROLES, name=name)

    await asyncio.to_thread(push)
    await command("login", account.url, "--api-key", account.key)
    (tmp_path / "gate.yaml").write_text(POLICY)
    return account


async def test_the_outcome_of_a_gate_is_the_exit_code(with_runs: Account, tmp_path: Path) -> None:
    policy = str(tmp_path / "gate.yaml")
    files = {name: tmp_path / f"check.{name}" for name in ("markdown", "junit", "badge", "receipt", "report")}
    written = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    passed = await command("gate", policy, "alike")
    failed = await command("gate", policy, "worse", *written, "--json")
    warned, strict = await command("gate", policy, "doubtful"), await command("gate", policy, "doubtful", "--strict")
    by_name = await command("gate", "release", "alike")

    assert with_runs.url
    codes = [each.returncode for each in (passed, failed, warned, strict, by_name)]
    assert codes == [0, 1, 0, 3, 0], [passed.stderr, failed.stderr, warned.stdout, strict.stderr, by_name.stderr]
    assert passed.stdout.splitlines()[0] == "The candidate passes the gate: all 2 requirements are met."
    assert passed.stdout.splitlines()[1].startswith("  pass  ")
    check = json.loads(failed.stdout)
    assert (check["verdict"], check["gate_name"]) == ("fail", "release")
    assert files["markdown"].read_text().startswith("### `release`: ❌ fail\n")
    assert ET.parse(files["junit"]).getroot().find("testsuite").attrib["failures"] == "1"  # type: ignore[union-attr] # or fails
    assert ET.parse(files["badge"]).getroot().attrib["aria-label"] == "release: fail"
    assert json.loads(files["receipt"].read_text())["id"] == check["id"]
    assert "<h1>Fail</h1>" in files["report"].read_text()


async def test_a_policy_in_a_file_is_one_gate_and_a_version_for_each_change(with_runs: Account, tmp_path: Path) -> None:
    policy = tmp_path / "gate.yaml"
    first, again = await command("gate", str(policy), "alike"), await command("gate", str(policy), "alike")
    as_json = tmp_path / "gate.json"
    as_json.write_text(json.dumps(yaml.safe_load(POLICY)))
    third = await command("gate", str(as_json), "alike")
    with with_runs.client() as client:
        before = await asyncio.to_thread(lambda: client.send("GET", "/v1/gates"))
        as_json.write_text(json.dumps({**yaml.safe_load(POLICY), "alpha": 0.1}))
        changed = await command("gate", str(as_json), "alike")
        after = await asyncio.to_thread(lambda: client.send("GET", "/v1/gates"))

    assert [each.returncode for each in (first, again, third, changed)] == [0, 0, 0, 0]
    assert [(gate["name"], gate["version"]) for gate in before["items"]] == [("release", 1)]
    assert [(gate["version"], gate["policy"]["alpha"]) for gate in after["items"]] == [(2, 0.1)]


@pytest.mark.parametrize("changes", [1, 100])
async def test_a_verdict_is_by_the_policy_of_the_file_while_others_change_its_gate(
    with_runs: Account, changes: int
) -> None:
    strict = yaml.safe_load(POLICY)
    lax = {"name": "release", "baseline": {"tag": "main"}, "metrics": [{"metric": "accuracy", "margin": 0.9}]}
    made: list[str] = []

    def interfere(request: httpx2.Request) -> None:
        if request.method == "POST" and request.url.path.endswith("/checks") and len(made) < changes:
            made.append(request.url.path)
            with with_runs.client() as other:
                other.send("PUT", request.url.path.removesuffix("/checks"), json=lax)

    def check() -> Any:
        with httpx2.Client(event_hooks={"request": [interfere]}, timeout=60) as http:
            return evalserve.Client(with_runs.url, with_runs.key, http_client=http).check("worse", strict)

    if changes == 1:
        assert (await asyncio.to_thread(check)).verdict == "fail"
    else:
        with pytest.raises(evalserve.EvalserveError, match="is being changed by others"):
            await asyncio.to_thread(check)


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("[1, 2]", 5, "holds no policy"),
        ("name: [", 5, "is not YAML"),
        ("baseline: {tag: main}", 5, "A policy needs a `name`"),
        ("name: release\nbaseline: {tag: main}\nmargin: 1", 5, "margin"),
        ("name: release\nbaseline: {tag: main}\ngolden_ids: [2026-01-01]", 5, "cannot be read as a policy"),
        ("name: release\nbaseline: {tag: main}\nalpha: .nan", 5, "cannot be read as a policy"),
        ("name: release\nbaseline: {run_id: 019ac8f0-0000-7000-8000-000000000005}", 5, "no run with this id"),
    ],
)
async def test_a_policy_that_is_none_is_refused(
    account: Account, tmp_path: Path, text: str, code: int, sentence: str
) -> None:
    await command("login", account.url, "--api-key", account.key)
    path = tmp_path / "gate.yaml"
    path.write_text(text)
    done = await command("gate", str(path), "alike")
    missing = await command("gate", "nothing", "alike")
    with account.client() as client:
        gates_of_it = await asyncio.to_thread(lambda: client.send("GET", "/v1/gates"))

    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr
    assert (missing.returncode, missing.stderr) == (5, "Error: There is no gate with the id or name 'nothing'.\n")
    assert gates_of_it["items"] == []


async def test_without_a_baseline_nothing_passes(account: Account) -> None:
    policy = yaml.safe_load(POLICY)

    async with evalserve.AsyncClient(account.url, account.key) as client:
        run = await client.evaluate(table(range(40)), **ROLES, name="only")
        check = await client.check(run, policy)
        markdown, receipt = await check.markdown(), await check.receipt()

    assert (check.verdict, check.reasons[0]["requirement"]) == ("fail", "baseline")
    assert check.summary in repr(check)
    assert "No other run with the tag" in markdown
    assert (receipt["result"]["verdict"], len(receipt["sides"])) == ("fail", 1)


def test_the_defaults_of_a_policy_are_those_of_the_document() -> None:
    schemas = json.loads((ROOT / "docs/openapi.json").read_text())["components"]["schemas"]
    fields = schemas["GateIn"]["properties"]

    stated = {name: field["default"] for name, field in fields.items() if "default" in field}
    assert stated == {name: value for name, value in gates.DEFAULTS.items() if name != "metrics"}
    assert gates.complete({"name": "x", "baseline": {"tag": "t"}}) == {
        **gates.DEFAULTS,
        "baseline": {"run_id": None, "tag": "t", "model_name": None},
    }


async def test_a_gate_of_detectors_checks_a_detection_run_or_the_newest_of_a_model(
    service_url: str, team: Team, platform: Platform
) -> None:
    team.start()
    policy = {"name": "detector", "baseline": {"tag": "released"}, "metrics": [{"metric": "map", "margin": 0.01}]}
    async with httpx2.AsyncClient(base_url=service_url, timeout=40) as http:
        owner = await Client.sign_up(http)
        project_id, _ = await judged_project(platform, owner, {"yolo_v8": [FOUND]}, [TRUTH])
        run = await judge(owner, project_id, "yolo_v8")
    with evalserve.Client(service_url, owner.key) as client:
        checks = [await asyncio.to_thread(client.check, named, policy) for named in ("yolo_v8", run["id"])]
        with pytest.raises(evalserve.InputRefused, match="no detection run"):
            await asyncio.to_thread(client.check, "detr", policy)

    assert [(one.data["candidate"]["id"], one.verdict) for one in checks] == [(run["id"], "fail")] * 2
    # The policy is the same gate in the same version the second time.
    assert [one.data["gate_version"] for one in checks] == [1, 1]
    assert "No other run with the tag" in checks[0].summary
