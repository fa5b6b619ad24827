"""The demo, as a newcomer runs it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from standardwebhooks import Webhook

from deploy.demo.receiver import Callback, is_authentic
from deploy.local.options import PROJECT
from tests.e2e.conftest import Service

COMMAND = [sys.executable, "-m", "deploy.demo"]
SECRET = "whsec_" + "c2VjcmV0" * 4
VERIFIED = "callback job.succeeded received, signature verified: {}"


def environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | more


def run_demo(**more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        COMMAND, cwd=PROJECT, env=environment(**more), capture_output=True, text=True, timeout=110, check=False
    )


def links(text: str) -> dict[str, str]:
    """What the demo printed, by the words that name it."""
    return dict(re.findall(r"^(\S+ of the [\w ]+, [\w.]+) \([\d,]+ bytes\):\n  (http\S+)$", text, re.MULTILINE))


def test_the_demo_tells_of_two_models_their_files_and_four_verified_callbacks(service: Service) -> None:
    done = run_demo(EVALSERVE_URL=f"{service.url}/")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"evalserve runs at {service.url}\n" in done.stdout
    assert re.findall(r"^  (\w+ \w+) +accuracy (9[5-8])\.\d%", done.stdout, re.MULTILINE) == [
        ("logistic regression", "96"),
        ("random forest", "97"),
    ]
    models = ("logistic regression", "random forest")
    kinds = {"report.html": "text/html; charset=utf-8", "plot.png": "image/png", "plot.svg": "image/svg+xml"}
    printed = links(done.stdout)
    assert printed.keys() == {f"{name.split('.')[0]} of the {model}, {name}" for name in kinds for model in models}
    for words, url in printed.items():
        answer = requests.get(url, timeout=30)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, kinds[words.rpartition(" ")[2]])
    verified = [line for line in done.stdout.splitlines() if line.startswith("callback ")]
    assert sorted(verified) == sorted(
        VERIFIED.format(f"{kind} of the {model}") for kind in ("report", "plot") for model in models
    )


def test_the_demo_fails_by_name_where_no_service_answers() -> None:
    done = run_demo(EVALSERVE_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert done.stderr.startswith("The demo failed: ")
    assert "Traceback" not in done.stderr
    assert "verified" not in done.stdout


def test_a_demo_that_is_told_to_keep_its_service_ends_it_at_ctrl_c(tmp_path: Path) -> None:
    output = tmp_path / "output.txt"
    with output.open("wb") as file:
        demo = subprocess.Popen(
            COMMAND, cwd=PROJECT, env=environment(KEEP="1", TMPDIR=str(tmp_path)), stdout=file, stderr=file
        )
    try:
        deadline = time.monotonic() + 90
        while "Stop: Ctrl-C" not in output.read_text():
            assert demo.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.05)
        text = output.read_text()
        assert text.count(VERIFIED.format("")) == 4
        opened = [requests.get(url, timeout=30).status_code for url in links(text).values()]
        assert opened == [200] * 6
        demo.send_signal(signal.SIGINT)
        assert demo.wait(20) == 0
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.wait(20)
    (url,) = re.findall(r"^evalserve runs at (\S+)$", text, re.MULTILINE)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/healthz", timeout=5)
    assert list(tmp_path.iterdir()) == [output]


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
