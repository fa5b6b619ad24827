"""The programs and examples of the documents work as they are printed, on the service that `make run` starts."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.local.options import PROJECT
from tests.e2e.conftest import Service
from tests.e2e.test_walkthrough import sign_up
from tests.pictures import picture

needs_tools = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("openssl")), reason="runs lines that call curl and openssl"
)


@pytest.fixture(scope="module")
def key(service: Service) -> str:
    return sign_up(service, "reader@example.com")


@pytest.fixture
def environment(service: Service, key: str) -> dict[str, str]:
    """What the documents tell a reader to set."""
    secret = re.search(r"ML_CALLBACK_HMAC_SECRET=([0-9a-f]{64})", service.text)
    assert secret, service.text
    chosen = {"EVALSERVE_URL": service.url, "EVALSERVE_KEY": key, "ML_CALLBACK_HMAC_SECRET": secret[1]}
    return {"PATH": os.environ["PATH"], **chosen}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the two files that a pipeline needs."""
    (tmp_path / "photo.jpg").write_bytes(picture("JPEG", (640, 480)))
    (tmp_path / "heatmap.png").write_bytes(picture())
    return tmp_path


def blocks(document: str, language: str) -> list[str]:
    text = (PROJECT / document).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(command: Sequence[str], program: str, folder: Path, environment: dict[str, str]) -> str:
    """What the program prints; it must succeed without a complaint."""
    done = subprocess.run(
        command, input=program, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def read(service: Service, key: str, path: str) -> Any:
    answer = requests.get(service.url + path, headers={"X-API-Key": key}, timeout=60)
    assert answer.ok, answer.text
    return answer.json()


def newest_analysis(service: Service, key: str) -> Any:
    project = read(service, key, "/api/projects")["items"][0]
    image = read(service, key, f"/api/projects/{project['id']}/images")["items"][0]
    return read(service, key, f"/api/images/{image['id']}/analyses")["analyses"][0]


def test_the_python_pipeline_sends_its_annotations(
    service: Service, key: str, environment: dict[str, str], folder: Path
) -> None:
    (program,) = blocks("docs/annotations.md", "python")

    printed = run([sys.executable, "-"], program, folder, environment)

    analysis = newest_analysis(service, key)
    assert printed == f"completed 2 {service.url}/app/images/{analysis['image_id']}\n"
    assert (analysis["status"], analysis["summary"]) == ("completed", {"detections": 1})


@needs_tools
def test_the_curl_pipeline_sends_its_annotations(
    service: Service, key: str, environment: dict[str, str], folder: Path
) -> None:
    (program,) = blocks("docs/annotations.md", "sh")

    assert run(["sh", "-eu"], program, folder, environment) == "completed\n"

    analysis = newest_analysis(service, key)
    artifacts = read(service, key, f"/api/analyses/{analysis['id']}/artifacts")["artifacts"]
    assert (analysis["annotation_count"], [one["status"] for one in artifacts]) == (2, ["stored"])


def test_every_example_of_an_annotation_is_accepted_and_of_every_type(
    service: Service, key: str, environment: dict[str, str], folder: Path
) -> None:
    examples = [json.loads(block) for block in blocks("docs/annotations.md", "json")]
    (program,) = blocks("docs/annotations.md", "python")
    # The same program with the document's examples instead of its own.
    head, _, _ = program.partition("detections = [")
    _, _, tail = program.partition("\n]\n")

    run([sys.executable, "-"], f"{head}detections = {examples!r}\n{tail}", folder, environment)

    kept = read(service, key, f"/api/analyses/{newest_analysis(service, key)['id']}/annotations")["annotations"]
    assert [{name: one[name] for name in example} for example, one in zip(examples, kept, strict=True)] == examples
    types = {"bounding_box", "segmentation", "keypoint", "classification", "heatmap"}
    assert {example["annotation_type"] for example in examples} == types


def test_the_check_for_a_build_passes_and_names_the_page_of_the_matrix(
    service: Service, key: str, environment: dict[str, str], folder: Path
) -> None:
    (program,) = blocks("docs/index.md", "python")

    printed = run([sys.executable, "-"], program, folder, environment)

    matrix = read(service, key, "/v1/matrices")["items"][0]
    assert printed == f"macro F1 0.733: {service.url}/app/matrices/{matrix['uid']}\n"
