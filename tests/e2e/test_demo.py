"""The demo, as a newcomer runs it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import evalserve
import pytest
import requests
from standardwebhooks import Webhook

from deploy.demo.receiver import Callback, is_authentic
from deploy.local.options import PROJECT
from deploy.local.ports import free_ports
from tests.e2e.conftest import Service

# How many of each the demo leaves.
NOUNS = {"runs": 3, "matrices": 3, "comparisons": 2, "gates": 2, "detection-runs": 2}
COMMAND = [sys.executable, "-m", "deploy.demo"]
SECRET = "whsec_" + "c2VjcmV0" * 4
VERIFIED = "callback job.succeeded received, signature verified: {}"


def environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(PROJECT / "client/src")} | more


def run_demo(**more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        COMMAND, cwd=PROJECT, env=environment(**more), capture_output=True, text=True, timeout=110, check=False
    )


def files(text: str) -> dict[str, str]:
    """The links to files that the demo printed, by the words that name them."""
    return dict(re.findall(r"^(\S+ of the [\w ]+, [\w.]+) \([\d,]+ bytes\):\n  (http\S+)$", text, re.MULTILINE))


def pages(text: str) -> dict[str, str]:
    """The pages that the demo told to look at, by the words that name them."""
    _, _, rest = text.partition("\nand look at\n")
    return dict(re.findall(r"^  (\w[\w ]+?) +(http\S+)$", rest, re.MULTILINE))


def sign_in(url: str, text: str) -> requests.Session:
    """A browser, in which somebody has typed what the demo printed."""
    browser = requests.Session()
    email, password = (re.findall(rf"^  {word} +(\S+)$", text, re.MULTILINE)[0] for word in ("e-mail", "password"))
    form = browser.get(f"{url}/app/sign-in", timeout=100).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    answer = browser.post(f"{url}/app/sign-in", {**hidden, "email": email, "password": password}, timeout=100)
    assert answer.ok
    return browser


@pytest.fixture(scope="module")
def twice(service: Service) -> list[str]:
    """What two demos in turn print on a service that runs."""
    printed = []
    for _ in range(2):
        done = run_demo(PORT=str(service.port), DATA_DIR=str(service.data_dir))
        assert (done.returncode, done.stderr) == (0, "")
        printed.append(done.stdout)
    return printed


def test_the_demo_tells_of_three_models_and_which_is_better(service: Service, twice: list[str]) -> None:
    text = twice[0]
    assert text.startswith(f"evalserve runs at {service.url}\n")
    assert re.findall(r"^  (\w+ \w+) +accuracy (9\d)\.\d%", text, re.MULTILINE) == [
        ("logistic regression", "96"),
        ("small forest", "96"),
        ("support vectors", "98"),
    ]
    assert "small forest against logistic regression: No difference is shown" in text
    assert "support vectors against logistic regression: The candidate is better" in text
    assert "The weakest slice of the small forest: width narrow, accuracy 93.4% of 106" in text
    assert re.search(r"Its calibration for the digit 8: error 0\.\d+; where it says \d\d%, \d\d% are an 8\n", text)
    assert re.findall(r"^Gate “(.+)” for the ([\w ]+): (\w+)$", text, re.MULTILINE) == [
        ("Digits: no worse than logistic regression", "support vectors", "pass"),
        ("Digits: no worse than support vectors", "small forest", "fail"),
    ]
    assert len(re.findall(r"^  [\w ]+ average precision 0\.[89]\d+", text, re.MULTILINE)) == 2


def test_the_demo_leaves_files_and_verified_callbacks(twice: list[str]) -> None:
    kinds = {"report.html": "text/html; charset=utf-8", "plot.png": "image/png", "plot.svg": "image/svg+xml"}
    printed = files(twice[0])
    assert printed.keys() == {f"{name.split('.')[0]} of the support vectors, {name}" for name in kinds}
    for words, url in printed.items():
        answer = requests.get(url, timeout=100)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, kinds[words.rpartition(" ")[2]])
    verified = [line for line in twice[0].splitlines() if line.startswith("callback ")]
    assert sorted(verified) == [VERIFIED.format(f"{kind} of the support vectors") for kind in ("plot", "report")]


def test_the_account_of_the_demo_opens_in_the_browser(service: Service, twice: list[str]) -> None:
    with sign_in(service.url, twice[0]) as browser:
        shown = {words: browser.get(url, timeout=100).text for words, url in pages(twice[0]).items()}
    assert shown.keys() == {
        "the runs",
        "their comparisons",
        "the gates",
        "the three models",
        "the best one",
        "curves of a forest",
        "detection",
        "its models",
    }
    assert shown["the runs"].count('class="badge ready"') == 3
    assert [shown["their comparisons"].count(verdict) for verdict in ("No difference shown", "Better")] == [1, 1]
    assert "Digits: no worse than support vectors" in shown["the gates"]
    assert "Digits, support vectors" in shown["the three models"]
    assert "899" in shown["the best one"]
    assert "Handwritten digits, small forest" in shown["curves of a forest"]
    assert all(model in shown["its models"] for model in ("logistic regression", "support vectors"))
    assert all(f"page-{number}.png" in shown["detection"] for number in range(1, 7))


def test_a_second_demo_finds_what_the_first_one_made(service: Service, twice: list[str]) -> None:
    first, second = ([line for line in text.splitlines() if "?token=" not in line] for text in twice)
    assert sorted(line.removesuffix(" (found)") for line in second) == sorted(first)
    assert sum(line.endswith(" (found)") for line in second) == 3
    email, password = json.loads((service.data_dir / "demo.json").read_text())[service.url]
    key = evalserve.sign_in(service.url, email, password)
    (project,) = get(service, key, "/api/projects")
    images = get(service, key, f"/api/projects/{project['id']}/images")
    counts = {path: len(get(service, key, f"/v1/{path}")) for path in NOUNS}
    checks = sum(len(get(service, key, f"/v1/gates/{gate['id']}/checks")) for gate in get(service, key, "/v1/gates"))
    assert (counts, len(images), checks) == ({**NOUNS}, 6, 2)
    for image in images:
        analyses = get(service, key, f"/api/images/{image['id']}/analyses", "analyses")
        assert sorted(entry["model_name"] for entry in analyses) == [
            "logistic regression",
            "support vectors",
            "written digits",
        ]


def get(service: Service, key: str, path: str, items: str = "items") -> list[dict[str, Any]]:
    with evalserve.Client(service.url, key) as client:
        found: list[dict[str, Any]] = client.send("GET", path)[items]
        return found


def test_the_demo_fails_by_name_where_no_service_answers(tmp_path: Path) -> None:
    done = run_demo(EVALSERVE_URL="http://127.0.0.1:9", DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 1
    assert done.stderr.startswith("The demo failed: ")
    assert "Traceback" not in done.stderr
    assert "verified" not in done.stdout


def test_a_demo_starts_the_service_where_none_runs_and_ends_it_at_ctrl_c(tmp_path: Path) -> None:
    output, (port,) = tmp_path / "output.txt", free_ports(1)
    chosen = {"KEEP": "1", "TMPDIR": str(tmp_path), "PORT": str(port), "DATA_DIR": str(tmp_path / "data")}
    with output.open("wb") as file:
        demo = subprocess.Popen(COMMAND, cwd=PROJECT, env=environment(**chosen), stdout=file, stderr=file)
    try:
        deadline = time.monotonic() + 300
        while "Stop: Ctrl-C" not in output.read_text():
            assert demo.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.05)
        text = output.read_text()
        with sign_in(f"http://127.0.0.1:{port}", text) as browser:
            opened = [browser.get(url, timeout=100).status_code for url in pages(text).values()]
        assert opened == [200] * 8
        demo.send_signal(signal.SIGINT)
        assert demo.wait(100) == 0
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.wait(100)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "output.txt"]


def signed(
    body: bytes = b'{"type":"job.succeeded"}', *, age: timedelta = timedelta(), secret: str = SECRET
) -> Callback:
    """A callback signed by an implementation that is not ours."""
    sent_at = datetime.now(UTC) - age
    headers = {"webhook-id": "evt_1", "webhook-timestamp": str(int(sent_at.timestamp()))}
    return Callback(headers | {"webhook-signature": Webhook(secret).sign("evt_1", sent_at, body.decode())}, body)


def changed(callback: Callback, body: bytes | None = None, **headers: str) -> Callback:
    names: Mapping[str, str] = {name.replace("_", "-"): value for name, value in headers.items()}
    return Callback({**callback.headers, **names}, callback.body if body is None else body)


def test_the_receiver_believes_what_a_foreign_library_signed() -> None:
    callback = signed()
    other = signed(secret="whsec_" + "b3RoZXIh" * 4)
    both = f"{other.headers['webhook-signature']} {callback.headers['webhook-signature']}"
    assert is_authentic(callback, SECRET)
    assert is_authentic(changed(callback, webhook_signature=both), SECRET)


@pytest.mark.parametrize(
    "callback",
    [
        signed(secret="whsec_" + "b3RoZXIh" * 4),
        signed(age=timedelta(seconds=301)),
        signed(age=timedelta(hours=-1)),
        changed(signed(), b'{"type":"job.succeeded" }'),
        changed(signed(), webhook_id="evt_2"),
        changed(signed(), webhook_timestamp="soon"),
        changed(signed(), webhook_timestamp=str(int(time.time()) - 7)),
        changed(signed(), webhook_signature=""),
        changed(signed(), webhook_signature=signed().headers["webhook-signature"].removeprefix("v1,")),
        changed(signed(), webhook_signature="v1,ü"),
        Callback({}, b""),
    ],
    ids=["other secret", "old", "early", "body", "id", "no time", "other time", "unsigned", "version", "text", "bare"],
)
def test_the_receiver_believes_nothing_else(callback: Callback) -> None:
    assert not is_authentic(callback, SECRET)
