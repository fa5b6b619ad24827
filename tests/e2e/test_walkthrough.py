"""The documented examples of the PyCM REST API and the README, run by a client that knows nothing else."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import evalserve
import pytest
import requests
from PIL import Image

from deploy.local.options import PROJECT
from tests.e2e.conftest import LAST_LINE, Service

ACTUAL, PREDICTED = [0, 1, 0, 1, 1, 0, 1, 0], [0, 1, 1, 1, 1, 0, 0, 0]

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="runs lines that call curl")
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


class Cells(HTMLParser):
    """The texts of a page's table headings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._inside = tag == "th" or (self._inside and tag == "bdi")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.headings.append(data.strip())


def sign_up(service: Service, email: str) -> str:
    return evalserve.sign_up(service.url, email, "secure_password")


def create(service: Service, key: str, actual: list[Any], predicted: list[Any]) -> str:
    body = {"api_key": key, "actual_vector": actual, "predicted_vector": predicted}
    answer = requests.post(f"{service.url}/cm/create", json=body, timeout=100)
    assert answer.status_code == 200, answer.text
    uid: str = answer.json()["uid"]
    return uid


@pytest.fixture(scope="module")
def key(service: Service) -> str:
    return sign_up(service, "ml_engineer@example.com")


def test_signing_up_answers_the_documented_account(service: Service) -> None:
    credentials = {"email": "user@example.com", "password": "secure_password"}
    opened = requests.post(f"{service.url}/sign_up/", json=credentials, timeout=100)
    shown = requests.post(f"{service.url}/sign_in/", json=credentials, timeout=100)
    account = opened.json()
    assert (opened.status_code, shown.status_code, shown.json()) == (200, 200, account)
    assert account == {
        "id": account["id"],
        "email": "user@example.com",
        "api_key": account["api_key"],
        "credit": 0.0,
        "is_active": True,
        "cms": [],
    }


def test_the_walk_throughs_matrix_has_the_documented_figures(service: Service, key: str) -> None:
    uid = create(service, key, ACTUAL, PREDICTED)
    answer = requests.get(f"{service.url}/cm/", params={"api_key": key, "cm_uid": uid}, timeout=100)
    assert answer.json() == {
        "uid": uid,
        "accuracy": 0.75,
        "precision": 0.75,
        "recall": 0.75,
        "f1": 0.75,
        "confusion_matrix": [[3, 1], [1, 3]],
    }


def test_the_report_written_to_a_file_is_a_page_that_names_the_classes(
    service: Service, key: str, tmp_path: Path
) -> None:
    uid = create(service, key, ["cat", "dog", "cat"], ["cat", "dog", "dog"])
    answer = requests.get(f"{service.url}/cm/report", params={"api_key": key, "cm_uid": uid}, timeout=60)
    with (tmp_path / "report.html").open("w", encoding="utf-8") as file:
        file.write(answer.text)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert {"cat", "dog"} <= set(Cells(page).headings)


def test_the_plot_written_to_a_file_is_a_png(service: Service, key: str, tmp_path: Path) -> None:
    uid = create(service, key, ACTUAL, PREDICTED)
    answer = requests.get(f"{service.url}/cm/plot", params={"api_key": key, "cm_uid": uid}, timeout=60)
    with (tmp_path / "plot.png").open("wb") as file:
        file.write(answer.content)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    with Image.open(tmp_path / "plot.png") as picture:
        picture.load()
        assert picture.format == "PNG"
        assert min(picture.size) > 200


def test_the_better_of_two_models_is_named(service: Service, key: str) -> None:
    weak = create(service, key, ACTUAL, PREDICTED)
    strong = create(service, key, ACTUAL, ACTUAL)
    body = {"api_key": key, "cm_uids": [weak, strong]}
    answer = requests.post(f"{service.url}/compare/", json=body, timeout=60)
    comparison = answer.json()
    assert answer.status_code == 200
    assert (comparison["best_name"], comparison["cm_orders"]) == (strong, [strong, weak])
    unknown = requests.post(f"{service.url}/compare/", json={**body, "cm_uids": [weak, "another_cm_uid"]}, timeout=60)
    assert unknown.status_code == 404


def test_the_rest_of_the_contract_answers_as_documented(service: Service, key: str) -> None:
    uid = create(service, key, ACTUAL, PREDICTED)
    labels = {"api_key": key, "actual_vector": ACTUAL, "predicted_vector": ACTUAL}
    updated = requests.post(f"{service.url}/cm/update", params={"cm_uid": uid}, json=labels, timeout=100)
    sets = {"actual_vector": [["class1", "class2"]], "predicted_vector": [["class1"]], "classes": ["class1", "class2"]}
    multilabel = requests.post(f"{service.url}/mlcm/", json={"api_key": key, **sets}, timeout=100)
    scores = {"type": "PR", "actual_vector": [0, 1], "probability_vector": [[0.9, 0.1], [0.2, 0.8]]}
    curve = requests.post(f"{service.url}/curve", json={"api_key": key, **scores, "classes": ["no", "yes"]}, timeout=60)
    deleted = requests.delete(f"{service.url}/cm/{uid}", params={"api_key": key}, timeout=100)
    assert updated.json() == {"uid": uid}
    assert multilabel.json()["multihot_predicted"] == [[1, 0]]
    assert sorted(curve.json()["auc_trp"]) == ["no", "yes"]
    assert deleted.json() == {"message": "Confusion matrix deleted"}


def curl(*arguments: str) -> Any:
    done = subprocess.run(["curl", "-sS", *arguments], capture_output=True, timeout=60, check=True)
    return json.loads(done.stdout)


@needs_curl
def test_the_documented_curl_lines_give_the_documented_matrix(service: Service) -> None:
    as_json = ("-H", "Content-Type: application/json", "-d")
    account = curl(
        "-X", "POST", f"{service.url}/sign_up/", *as_json, '{"email": "test@example.com", "password": "test123"}'
    )
    body = f"""{{
"api_key": "{account["api_key"]}",
"actual_vector": [0, 1, 0, 1],
"predicted_vector": [0, 1, 1, 1]
}}"""
    created = curl("-X", "POST", f"{service.url}/cm/create", *as_json, body)
    shown = curl(f"{service.url}/cm/?api_key={account['api_key']}&cm_uid={created['uid']}")
    assert shown == {
        "uid": created["uid"],
        "accuracy": 0.75,
        "precision": pytest.approx(5 / 6, abs=1e-12),
        "recall": 0.75,
        "f1": pytest.approx(11 / 15, abs=1e-12),
        "confusion_matrix": [[1, 1], [0, 2]],
    }


def printed_commands(service: Service) -> str:
    ready, _, rest = service.text[service.text.index("evalserve is ready: ") :].partition("\n")
    assert ready == f"evalserve is ready: {service.url}"
    commands, _, _ = rest.partition("\nAPI: ")
    assert all(line.startswith("  ") for line in commands.splitlines())
    return commands


@needs_curl
@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_commands_that_the_service_prints_can_be_pasted_into_a_shell(service: Service, turn: str) -> None:
    done = subprocess.run(
        ["sh", "-eu"], input=printed_commands(service).encode(), capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b""), turn
    shown = json.loads(done.stdout)
    assert (shown["confusion_matrix"], shown["recall"]) == ([[1, 0], [1, 1]], 0.75)


@needs_curl
@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_commands_of_the_readme_can_be_pasted_into_a_shell(service: Service, tmp_path: Path, turn: str) -> None:
    (commands,) = re.findall(r"^```sh\n(URL=.*?)^```$", (PROJECT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    commands = commands.replace("http://127.0.0.1:8000", service.url).replace("curl ", "curl -sS ")
    done = subprocess.run(
        ["sh", "-eu"], input=commands, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, ""), turn
    decoder = json.JSONDecoder()
    matrix, end = decoder.raw_decode(done.stdout)
    job, _ = decoder.raw_decode(done.stdout[end:].lstrip())
    assert (matrix["accuracy"], matrix["confusion_matrix"]) == (pytest.approx(2 / 3), [[1, 1], [0, 1]])
    assert (job["status"], [file["name"] for file in job["artifacts"]]) == ("succeeded", ["plot.png", "plot.svg"])
    assert {"cat", "dog"} <= set(Cells((tmp_path / "report.html").read_text()).headings)
    with Image.open(tmp_path / "plot.png") as picture:
        assert picture.format == "PNG"


def test_no_key_is_in_any_log_of_the_service(service: Service, key: str) -> None:
    uid = create(service, key, ACTUAL, PREDICTED)
    for style in ("X-API-Key", "x-oanor-key"):
        requests.get(f"{service.url}/cm/report", params={"cm_uid": uid}, headers={style: key}, timeout=60)
    requests.get(f"{service.url}/nowhere/{key}", params={"api_key": key}, timeout=100)
    requests.get(f"{service.url}/cm/", headers={"Authorization": f"Bearer {key}"}, timeout=100)
    logs = service.logs()
    assert {"api", "worker", "loops"} <= logs.keys()
    assert uid not in logs["api"], "the query of a request is in the log"
    assert [name for name, text in logs.items() if key in text or key.rpartition("_")[2] in text] == []


def command_lines() -> dict[int, tuple[int, bytes]]:
    """Parent and command line of every living process."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            found[int(folder.name)] = (int(parent), (folder / "cmdline").read_bytes())
        except OSError:
            continue
        if state in "ZX":
            del found[int(folder.name)]
    return found


def descendants(pid: int) -> Iterator[int]:
    for child, (parent, _) in command_lines().items():
        if parent == pid:
            yield child
            yield from descendants(child)


@needs_proc
def test_sigterm_ends_a_service_that_has_worked_within_ten_seconds_and_leaves_no_process(tmp_path: Path) -> None:
    with Service(tmp_path) as service:
        key = sign_up(service, "ml_engineer@example.com")
        uid = create(service, key, ACTUAL, PREDICTED)
        assert requests.get(f"{service.url}/cm/plot", {"api_key": key, "cm_uid": uid}, timeout=60).status_code == 200
        before = command_lines()
        family = {pid: before[pid] for pid in descendants(service.process.pid)}
        assert re.search(rb"-m\0api.*celery", b"".join(line for _, line in family.values()), re.DOTALL)
        seconds = service.stop()
        assert service.process.returncode == 0
        assert service.text.rpartition(LAST_LINE)[2] == "\nStopping.\n"
        assert seconds < 10
        after = command_lines()
        assert {pid: line for pid, (_, line) in family.items() if after.get(pid, (0, b""))[1] == line} == {}
